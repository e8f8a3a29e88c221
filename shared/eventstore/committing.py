"""What becomes of a batch: it is committed, or it fails and its commands are tried one by one."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import psycopg2
from psycopg2 import errors

from shared.contracts.refused import Refused
from shared.eventstore.aggregate import Aggregates
from shared.eventstore.connections import Sending
from shared.eventstore.errors import Retryable, Unprocessable, reason_of
from shared.eventstore.link import Link
from shared.eventstore.present import Key
from shared.eventstore.sealer import Sealer
from shared.eventstore.statements import PREPARED, SESSION
from shared.eventstore.transaction import Ahead, Transactions
from shared.eventstore.waiting import Waiting, answer

MOST_COMMANDS = 500
"""In one batch."""

PATIENCE = 5.0
"""Seconds that a command waits through held locks and lost connections; then it is Retryable."""


class Committer:
    """Belongs to the writer's thread."""

    def __init__(
        self,
        url: str,
        service: str,
        aggregates: Aggregates,
        sealer: Sealer | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._link = Link(url, f"{service}.writer", SESSION, PREPARED)
        self._sealer = sealer
        self._transactions = Transactions(service, aggregates, sealer, clock)
        self._next: Ahead | None = None
        """Decided, and sent as soon as what was sent before is written."""
        self.most = MOST_COMMANDS
        """Commands that the next batch may have."""

    @property
    def answering(self) -> int | None:
        """The descriptor on which PostgreSQL will answer what was sent; None: nothing was."""
        return self._link.session().connection.fileno() if self._transactions.sent else None

    def serve(self, batch: Sequence[Waiting]) -> list[Waiting]:
        """Answers those that were sent and are written. The batch is answered, or joins those who
        are sent next. Returns those that must come again."""
        try:
            session = self._link.session()
        except psycopg2.Error:
            return self._without_database(batch)
        ready, keys = self._with_keys(batch)
        ahead = self._transactions.ahead(ready, keys, self._next) if ready else self._next
        if ready and ahead is None:
            return self._with_the_lock(session, ready, keys)
        self._next = ahead
        if batch and self._grows(session):
            return []
        again = ahead.outcome.again if ahead else []
        return [*self._go_on(session), *again]

    def _grows(self, session: Sending) -> bool:
        """What is next may wait for more: PostgreSQL is still writing what was sent."""
        sent, ahead = self._transactions.sent, self._next
        if sent is None or (ahead and (ahead.outcome.again or len(ahead.batch) >= self.most)):
            return False
        return not session.is_answered()

    def _with_the_lock(
        self, session: Sending, batch: Sequence[Waiting], keys: Mapping[UUID, Key]
    ) -> list[Waiting]:
        """After all that was decided before it."""
        while self._transactions.sent or self._next:
            if again := self._go_on(session):
                return [*again, *batch]
        return self._the_long_way(session, batch, keys)

    def _go_on(self, session: Sending) -> list[Waiting]:
        """Waits for what was sent, and sends what is next; returns those that must come again."""
        sent, ahead = self._transactions.sent, self._next
        self._next = None
        coming = ahead.batch if ahead else []
        if sent is not None:
            try:
                written = self._transactions.finish(session)
            except Exception as error:
                return [*self._failed(sent.batch, error), *coming]
            if not written:
                return [*self._the_long_way(session, sent.batch, sent.keys), *coming]
            self.most = min(2 * self.most, MOST_COMMANDS)
        try:
            # PostgreSQL first: it has work again before those who waited for it have.
            on_its_way = ahead is None or self._transactions.send(session, ahead)
        except Exception as error:
            return self._failed(coming, error)
        finally:
            answer(sent.outcome.answered if sent else ())
        if ahead is None or on_its_way:
            return []
        return self._the_long_way(session, coming, ahead.keys)

    def _the_long_way(
        self, session: Sending, batch: Sequence[Waiting], keys: Mapping[UUID, Key]
    ) -> list[Waiting]:
        try:
            outcome = self._transactions.write(session, batch, keys)
        except Exception as error:
            return self._failed(batch, error)
        self.most = min(2 * self.most, MOST_COMMANDS)
        answer(outcome.answered)
        return outcome.again

    def close(self) -> None:
        self._link.close()

    def _failed(self, batch: Sequence[Waiting], error: Exception) -> list[Waiting]:
        """Of a batch in doubt nobody is answered: it comes again, waits for the lock that its lost
        transaction may still hold, and then finds in `handled_commands` what became of it."""
        if not self._link.recovered():
            self._transactions.states.forget()  # the server may come back as another
            self._link.close()
            # Maybe its streams took longer to load than a transaction may: then fewer at a time.
            self.most = max(1, self.most // 4)
            return while_patient(batch)
        for waiting in batch:
            waiting.in_doubt = False
        if isinstance(error, errors.LockNotAvailable):
            return while_patient(batch)
        self._transactions.states.forget()
        if len(batch) > 1:
            return [again for waiting in batch for again in self.serve([waiting])]
        answer([(batch[0], told(error))])
        return []

    def _without_database(self, batch: Sequence[Waiting]) -> list[Waiting]:
        """Only those in doubt wait for it."""
        doubtful = while_patient([waiting for waiting in batch if waiting.in_doubt])
        answer((waiting, Retryable("database")) for waiting in batch if not waiting.in_doubt)
        if doubtful:
            time.sleep(self._link.pause())
        return doubtful

    def _with_keys(self, batch: Sequence[Waiting]) -> tuple[Sequence[Waiting], Mapping[UUID, Key]]:
        """Those that can be sealed, and the keys of all subjects that are known before the lock."""
        if self._sealer is None:
            return batch, {}
        needed = {waiting: self._transactions.subjects(waiting) for waiting in batch}
        subjects = {subject for some in needed.values() for subject in some}
        try:
            return batch, keys_for(self._sealer, subjects)
        except Exception as error:
            reason = error if isinstance(error, Retryable) else Unprocessable(reason_of(error))
            answer((waiting, reason) for waiting in batch if needed[waiting])
            return [waiting for waiting in batch if not needed[waiting]], {}


def keys_for(sealer: Sealer, subjects: set[UUID]) -> Mapping[UUID, Key]:
    """A subject that gets no key has the refusal in its place."""
    if not subjects:
        return {}
    try:
        return sealer.keys_for(subjects)
    except Refused as refusal:
        if len(subjects) == 1:
            return dict.fromkeys(subjects, refusal)
        return {key: value for one in subjects for key, value in keys_for(sealer, {one}).items()}


def while_patient(batch: Sequence[Waiting]) -> list[Waiting]:
    """Those that have not waited for too long; the others are told to try again themselves."""
    oldest = time.monotonic() - PATIENCE
    answer((waiting, Retryable("database")) for waiting in batch if waiting.since <= oldest)
    return [waiting for waiting in batch if waiting.since > oldest]


def told(error: Exception) -> Exception:
    """What a command is told that failed alone."""
    unavailable = (psycopg2.OperationalError, errors.ReadOnlySqlTransaction)
    if isinstance(error, unavailable) and not isinstance(error, errors.ProgramLimitExceeded):
        return Retryable("database")
    return Unprocessable(reason_of(error))
