"""One batch in one transaction: lock and load, decide, write and commit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from psycopg2.extensions import cursor

from shared.contracts.refused import Refused
from shared.eventstore.aggregate import Aggregates
from shared.eventstore.batch import Batch, KeyNotAtHand
from shared.eventstore.calls import Call, Receipt, Run, event_id
from shared.eventstore.chain import BEGINNING
from shared.eventstore.errors import Unprocessable
from shared.eventstore.present import Folded, Handled, Key, Owner, Present
from shared.eventstore.recorded import Head
from shared.eventstore.sealer import Sealer
from shared.eventstore.statements import Row, closing, history, lock_number, opening
from shared.eventstore.states import States, StreamBody, fold_all
from shared.eventstore.waiting import Answered, Done, Waiting

MOST_BYTES = 4 * 1024 * 1024
MOST_SECONDS = 0.25
"""Of deciding. A batch that takes longer or writes more leaves the rest to the next one."""

Keys = Mapping[UUID, Key]


@dataclass(slots=True)
class Loaded:
    """What the opening statement gave; `later` and `history` are in the order of the positions."""

    head: Head = BEGINNING
    recorded_at: datetime = datetime(1, 1, 1, tzinfo=UTC)
    handled: dict[Owner, Handled] = field(default_factory=dict)
    inbox: dict[Owner, int] = field(default_factory=dict)
    later: list[StreamBody] = field(default_factory=list)
    history: list[StreamBody] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """Who can be answered now, and who must come again: not reached, or lacking a key."""

    answered: list[Answered] = field(default_factory=list)
    again: list[Waiting] = field(default_factory=list)


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
        self.states = States(aggregates)

    def write(self, at: cursor, batch: Sequence[Waiting], keys: Keys) -> Outcome:
        """Two round trips. Nobody is answered here: what is returned is committed.

        Raises:
            psycopg2.Error, ValueError: nothing was written; but where COMMIT was sent and the
                connection is lost, nobody knows, and the batch is marked `in_doubt`.
        """
        present = self._present(at, batch, keys)
        decided = Batch(self._service, self._aggregates, self._sealer, present)
        outcome = decide_all(decided, batch)
        mark(batch, in_doubt=True)
        at.execute(*closing(decided.writes, present.now))
        mark(batch, in_doubt=False)
        loaded = {
            stream: folded
            for stream, folded in present.streams.items()
            if isinstance(folded, Folded)
        }
        self.states.keep(loaded | decided.writes.streams, decided.head().position)
        return outcome

    def subjects(self, waiting: Waiting) -> set[UUID]:
        """As far as they are known before the lock; the others turn up as KeyNotAtHand."""
        held = self.states.held({call.stream for call in waiting.calls}).values()
        known = {folded.subject for folded in held} | {call.subject for call in waiting.calls}
        return waiting.subjects | {subject for subject in known if subject is not None}

    def _present(self, at: cursor, batch: Sequence[Waiting], keys: Keys) -> Present:
        calls = [call for waiting in batch for call in waiting.calls]
        streams = {call.stream for call in calls}
        unknown = streams - self.states.held(streams).keys()
        asked = {(call.principal, call.key) for call in calls}
        runs = [waiting.work for waiting in batch if isinstance(waiting.work, Run)]
        at.execute(*opening(self._lock, asked, runs, self.states.seen, unknown))
        loaded = parse(map(Row._make, at.fetchall()))
        return Present(
            head=loaded.head,
            now=max(self._clock(), loaded.recorded_at),
            handled=loaded.handled,
            inbox=loaded.inbox,
            streams=self._streams(at, streams, loaded),
            keys=keys,
        )

    def _streams(
        self, at: cursor, streams: set[str], loaded: Loaded
    ) -> Mapping[str, Folded | Unprocessable]:
        """The batch's streams as of the head; those not begun are absent."""
        states, position = self.states, loaded.head.position
        if states.seen is not None and states.seen + len(loaded.later) == position:
            states.follow(loaded.later, position)
        elif states.seen is not None:
            states.forget()
            at.execute(*history(streams))
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
