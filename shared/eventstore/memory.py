"""The event store in memory: keeps the same promises within one program. For tests."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from shared.contracts.refused import Refused
from shared.eventstore.aggregate import AnyAggregate, by_kind
from shared.eventstore.batch import Batch
from shared.eventstore.calls import Call, Receipt, Run
from shared.eventstore.chain import BEGINNING
from shared.eventstore.committing import keys_for
from shared.eventstore.present import Folded, Handled, Owner, Present
from shared.eventstore.recorded import Head, Recorded, StoredEvent, read
from shared.eventstore.sealer import Sealer
from shared.eventstore.waiting import Done
from shared.eventstore.writes import RefusedReaction


class MemoryStore:
    """`Writer` and `EventStore` in one; every command is a batch of its own."""

    def __init__(
        self,
        service: str,
        aggregates: Sequence[AnyAggregate],
        sealer: Sealer | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._service = service
        self._aggregates = by_kind(aggregates)
        self._sealer = sealer
        self._clock = clock
        self._events: list[StoredEvent] = []
        self._recorded_at = datetime.min.replace(tzinfo=UTC)
        self._handled: dict[Owner, Handled] = {}
        self._streams: dict[str, Folded] = {}
        self.inbox: dict[Owner, int] = {}
        """Consumer and topic to position."""
        self.refused_reactions: list[RefusedReaction] = []

    async def handle(self, call: Call) -> Receipt:
        """Raises as `Writer.handle`, but is never Retryable by itself."""
        receipt = self._commit(lambda batch: batch.command(call), call)
        assert isinstance(receipt, Receipt), "a call is answered by a receipt"
        return receipt

    async def react(self, run: Run) -> Sequence[Receipt | Refused] | None:
        """Raises as `Writer.react`, but is never Retryable by itself."""
        answers = self._commit(lambda batch: batch.run(run), *run.calls)
        assert not isinstance(answers, Receipt), "a run is answered by a sequence"
        return answers

    def load(self, stream: str) -> list[Recorded]:
        return [read(event.body) for event in self._events if event.stream == stream]

    def after(self, position: int, limit: int = 1000) -> list[StoredEvent]:
        return self._events[position : position + limit]

    def head(self) -> Head:
        return (
            Head(self._events[-1].position, self._events[-1].chain) if self._events else BEGINNING
        )

    def subject_of(self, stream: str) -> UUID | None:
        folded = self._streams.get(stream)
        return folded.subject if folded else None

    def _commit(self, decide: Callable[[Batch], Done], *calls: Call) -> Done:
        batch = Batch(self._service, self._aggregates, self._sealer, self._present(calls))
        answer = decide(batch)
        self._write(batch)
        return answer

    def _present(self, calls: Sequence[Call]) -> Present:
        named = {call.subject for call in calls} | {self.subject_of(call.stream) for call in calls}
        subjects = {subject for subject in named if subject is not None}
        return Present(
            head=self.head(),
            now=max(self._clock(), self._recorded_at),
            handled=self._handled,
            inbox=self.inbox,
            streams=self._streams,
            keys=keys_for(self._sealer, subjects) if self._sealer else {},
        )

    def _write(self, batch: Batch) -> None:
        writes = batch.writes
        for written in writes.events:
            envelope = written.envelope
            stored = StoredEvent(
                envelope.position, envelope.stream, envelope.type, written.body, written.chain
            )
            self._events.append(stored)
            self._recorded_at = envelope.recorded_at
        self._handled |= writes.handled
        self._streams |= writes.streams
        self.refused_reactions += writes.refused
        self.inbox |= {(run.consumer, run.topic): run.last for run in writes.runs}
