"""One batch in one transaction: lock and load, decide, write and commit.

Where nobody else has written since our last batch, we decide on what we remember and send lock and
writes as one string. What we did not know of then breaks a constraint: nothing is written, and the
batch goes the long way. So a batch is decided on what stands under the lock, either way.

While PostgreSQL writes such a batch, the next is decided on what the first will have left. It is
sent when the first is committed, and decided anew where that failed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from psycopg2 import errors

from shared.contracts.refused import Refused
from shared.eventstore.aggregate import Aggregates
from shared.eventstore.batch import Batch, KeyNotAtHand
from shared.eventstore.calls import Call, Receipt, Run, event_id
from shared.eventstore.chain import BEGINNING
from shared.eventstore.connections import Sending, arrived
from shared.eventstore.errors import Unprocessable
from shared.eventstore.present import Folded, Handled, Key, Owner, Present
from shared.eventstore.recorded import Head
from shared.eventstore.sealer import Sealer
from shared.eventstore.statements import (
    ROLLBACK,
    Row,
    at_once,
    closing,
    history,
    lock_number,
    opening,
)
from shared.eventstore.states import States, StreamBody, fold_all
from shared.eventstore.waiting import Answered, Done, Waiting

MOST_BYTES = 4 * 1024 * 1024
MOST_SECONDS = 0.25
"""Of deciding. A batch that takes longer or writes more leaves the rest to the next one."""

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

Keys = Mapping[UUID, Key]


@dataclass(slots=True)
class Loaded:
    """What the opening statement gave; `later` and `history` are in the order of the positions."""

    head: Head = BEGINNING
    recorded_at: datetime = LONG_AGO
    handled: dict[Owner, Handled] = field(default_factory=dict)
    inbox: dict[Owner, int] = field(default_factory=dict)
    later: list[StreamBody] = field(default_factory=list)
    history: list[StreamBody] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """Who can be answered now, and who must come again: not reached, or lacking a key."""

    answered: list[Answered] = field(default_factory=list)
    again: list[Waiting] = field(default_factory=list)


@dataclass(slots=True)
class Ahead:
    """A batch that is decided on what we remember. It grows until it is sent."""

    decided: Batch
    outcome: Outcome = field(default_factory=Outcome)

    @property
    def batch(self) -> list[Waiting]:
        return [waiting for waiting, _ in self.outcome.answered]

    @property
    def keys(self) -> Keys:
        return self.decided.present.keys

    @property
    def refused(self) -> list[Call]:
        return [
            waiting.work
            for waiting, told in self.outcome.answered
            if isinstance(told, Exception) and isinstance(waiting.work, Call)
        ]


class Transactions:
    """Everything a batch needs but the connection, which may come and go."""

    def __init__(
        self,
        service: str,
        aggregates: Aggregates,
        sealer: Sealer | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._service = service
        self._aggregates = aggregates
        self._sealer = sealer
        self._clock = clock
        self._lock = lock_number(service)
        self._head, self._recorded_at = BEGINNING, LONG_AGO
        self._alone = False
        """Nobody else wrote between our last two batches."""
        self.sent: Ahead | None = None
        """What PostgreSQL is writing."""
        self.states = States(aggregates)

    def write(self, at: Sending, batch: Sequence[Waiting], keys: Keys) -> Outcome:
        """The long way: two round trips. Nobody is answered here: what is returned is committed.

        Raises:
            psycopg2.Error, ValueError: nothing was written; but where COMMIT was sent and the
                connection is lost, nobody knows, and the batch is marked `in_doubt`.
        """
        present = self._present(at, batch, keys)
        decided = self._batch(present)
        outcome = decide_all(decided, batch)
        mark(batch, in_doubt=True)
        at.ask(*closing(decided.writes, present.now))
        mark(batch, in_doubt=False)
        self._keep(decided)
        return outcome

    def ahead(self, batch: Sequence[Waiting], keys: Keys, onto: Ahead | None) -> Ahead | None:
        """`onto`, or what follows on what was sent, grown by the batch; None: it needs the lock."""
        streams = self._remembered(batch) if self._alone else None
        if streams is None:
            return None
        ahead = onto or Ahead(self._batch(self._after_what_was_sent()))
        ahead.decided.present = ahead.decided.present.and_also(streams, keys)
        outcome = decide_all(ahead.decided, batch)
        ahead.outcome.answered += outcome.answered
        ahead.outcome.again = outcome.again
        return ahead

    def send(self, at: Sending, ahead: Ahead) -> bool:
        """False: it must go the long way, and nothing is sent. Raises as `write`."""
        decided, refused = ahead.decided, ahead.refused
        if not decided.writes.events:
            return False
        if any(call.stream not in decided.present.streams for call in refused):
            return False  # refused for a stream that may have begun
        owners = {(call.principal, call.key) for call in refused}
        query = at.mogrify(*at_once(self._lock, owners, decided.writes, decided.present.now))
        mark(ahead.batch, in_doubt=True)
        at.send(query)
        self.sent = ahead
        return True

    def finish(self, at: Sending) -> bool:
        """Waits for what was sent. False: something was not as we remembered it, and nothing is
        written.

        Raises:
            psycopg2.Error: as `write`.
        """
        sent, self.sent = self.sent, None
        assert sent is not None, "something was sent"
        try:
            arrived(at.connection)
        except (errors.UniqueViolation, errors.DivisionByZero):
            at.ask(ROLLBACK)
            self._alone = False
        mark(sent.batch, in_doubt=False)
        if self._alone:
            self._keep(sent.decided)
        return self._alone

    def _batch(self, present: Present) -> Batch:
        return Batch(self._service, self._aggregates, self._sealer, present)

    def _keep(self, decided: Batch) -> None:
        present = decided.present
        loaded = {
            stream: folded
            for stream, folded in present.streams.items()
            if isinstance(folded, Folded)
        }
        self._head, self._recorded_at = decided.head(), present.now
        self.states.keep(loaded | decided.writes.streams, self._head.position)

    def _remembered(self, batch: Sequence[Waiting]) -> Mapping[str, Folded] | None:
        """The batch's streams; None: some must be loaded, or an inbox is to be claimed. A stream
        whose creation is asked for is taken to be new."""
        calls = [waiting.work for waiting in batch if isinstance(waiting.work, Call)]
        if len(calls) < len(batch) or self.states.seen is None:
            return None
        held = self._held({call.stream for call in calls})
        if all(call.stream in held or call.subject is not None for call in calls):
            return held
        return None

    def _held(self, streams: set[str]) -> dict[str, Folded]:
        """As they will be when what was sent is written."""
        held = self.states.held(streams)
        if self.sent is not None:
            written = self.sent.decided.writes.streams
            held |= {stream: written[stream] for stream in streams & written.keys()}
        return held

    def _after_what_was_sent(self) -> Present:
        if self.sent is None:
            now = max(self._clock(), self._recorded_at)
            return Present(self._head, now, {}, {}, {}, {})
        before = self.sent.decided
        now = max(self._clock(), before.present.now)
        return Present(before.head(), now, before.writes.handled, {}, {}, {})

    def subjects(self, waiting: Waiting) -> set[UUID]:
        """As far as they are known before the lock; the others turn up as KeyNotAtHand."""
        held = self._held({call.stream for call in waiting.calls}).values()
        known = {folded.subject for folded in held} | {call.subject for call in waiting.calls}
        return waiting.subjects | {subject for subject in known if subject is not None}

    def _present(self, at: Sending, batch: Sequence[Waiting], keys: Keys) -> Present:
        calls = [call for waiting in batch for call in waiting.calls]
        streams = {call.stream for call in calls}
        unknown = streams - self.states.held(streams).keys()
        asked = {(call.principal, call.key) for call in calls}
        runs = [waiting.work for waiting in batch if isinstance(waiting.work, Run)]
        at.ask(*opening(self._lock, asked, runs, self.states.seen, unknown))
        loaded = parse(map(Row._make, at.fetchall()))
        self._alone = self.states.seen == loaded.head.position
        return Present(
            head=loaded.head,
            now=max(self._clock(), loaded.recorded_at),
            handled=loaded.handled,
            inbox=loaded.inbox,
            streams=self._streams(at, streams, loaded),
            keys=keys,
        )

    def _streams(
        self, at: Sending, streams: set[str], loaded: Loaded
    ) -> Mapping[str, Folded | Unprocessable]:
        """The batch's streams as of the head; those not begun are absent."""
        states, position = self.states, loaded.head.position
        if states.seen is not None and states.seen + len(loaded.later) == position:
            states.follow(loaded.later, position)
        elif states.seen is not None:
            states.forget()
            at.ask(*history(streams))
            loaded.history = parse(map(Row._make, at.fetchall())).history
        return fold_all(self._aggregates, loaded.history) | states.held(streams)


def decide_all(batch: Batch, waiting: Sequence[Waiting]) -> Outcome:
    """Each in turn, while there is time and room."""
    outcome, started = Outcome(), monotonic()
    for index, one in enumerate(waiting):
        full = batch.writes.size > MOST_BYTES or monotonic() - started > MOST_SECONDS
        if full and index > 0:
            outcome.again += waiting[index:]
            break
        try:
            outcome.answered.append((one, decide_one(batch, one.work)))
        except KeyNotAtHand as lacking:
            one.subjects.add(lacking.subject)
            outcome.again.append(one)
        except (Refused, Unprocessable) as reason:
            outcome.answered.append((one, reason))
    return outcome


def decide_one(batch: Batch, work: Call | Run) -> Done:
    return batch.command(work) if isinstance(work, Call) else batch.run(work)


def parse(rows: Iterable[Row]) -> Loaded:
    loaded = Loaded()
    for row in rows:
        match row.part:
            case "head":
                loaded.head = Head(row.position, bytes(row.bytes))
                loaded.recorded_at = row.at or loaded.recorded_at
            case "handled":
                loaded.handled[row.owner, row.key] = Handled(bytes(row.bytes), receipt(row))
            case "inbox":
                loaded.inbox[row.owner, row.key] = row.position
            case "later":
                loaded.later.append((row.stream, bytes(row.bytes)))
            case _:
                loaded.history.append((row.stream, bytes(row.bytes)))
    return loaded


def receipt(row: Row) -> Receipt:
    """The first answer of a handled command."""
    ids = tuple(event_id(UUID(row.id), index) for index in range(row.event_count))
    return Receipt(row.stream, row.version, row.position, ids)


def mark(batch: Sequence[Waiting], *, in_doubt: bool) -> None:
    for waiting in batch:
        waiting.in_doubt = in_doubt
