"""Decides what a batch of waiting commands writes. Pure: what stands under the lock comes in.

Each command sees the events of those before it; one that is refused leaves the batch whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import MAX_ENVELOPE, Envelope, encode
from shared.contracts.refused import EventTooLarge, KeyReused, NotFound, Refused, WrongVersion
from shared.eventstore.aggregate import Aggregates, AnyAggregate, kind_of
from shared.eventstore.calls import Call, Receipt, Run, event_id
from shared.eventstore.chain import link
from shared.eventstore.errors import Unprocessable, reason_of
from shared.eventstore.present import Folded, Handled, Present
from shared.eventstore.recorded import Head
from shared.eventstore.sealer import Sealer
from shared.eventstore.writes import Done, RefusedReaction, Writes, Written
from shared.runtime.randomness import RANDOMNESS


class KeyNotAtHand(Exception):
    """The stream's subject was not known before the lock; its key is fetched for another try."""

    def __init__(self, subject: UUID) -> None:
        self.subject = subject


@dataclass(slots=True)
class Batch:
    service: str
    aggregates: Aggregates
    sealer: Sealer | None
    present: Present
    writes: Writes = field(default_factory=Writes)

    def head(self) -> Head:
        """Where the history ends with this batch written."""
        if not self.writes.events:
            return self.present.head
        last = self.writes.events[-1]
        return Head(last.envelope.position, last.chain)

    def command(self, call: Call) -> Receipt:
        """Decides one command; what it raises leaves no trace.

        Raises:
            Refused: the rules say no.
            Unprocessable: a bug, or an event that cannot be written.
            KeyNotAtHand: try it again with this subject's key.
        """
        first = self.first_answer(call)
        if first is not None:
            return first
        stream = self.stream(call)
        try:
            return self.append(call, stream)
        except (Refused, Unprocessable, KeyNotAtHand):
            raise
        except Exception as error:
            raise Unprocessable(reason_of(error)) from None

    def run(self, run: Run) -> Sequence[Receipt | Refused] | None:
        """All commands of a run, or none; None where another claimed it. Raises as `command`,
        but a refusal is one of the answers, and is recorded."""
        inbox = (run.consumer, run.topic)
        if inbox in self.writes.claimed or self.present.inbox.get(inbox, 0) != run.first - 1:
            return None
        before = self.writes.copy()
        try:
            answers = [self.reaction(run, call) for call in run.calls]
        except (Unprocessable, KeyNotAtHand):
            self.writes = before
            raise
        self.writes.runs.append(run)
        self.writes.claimed.add(inbox)
        return answers

    def reaction(self, run: Run, call: Call) -> Receipt | Refused:
        try:
            return self.command(call)
        except Refused as refusal:
            self.writes.refused.append(RefusedReaction(run, call, type(refusal).__name__))
            return refusal

    def first_answer(self, call: Call) -> Receipt | None:
        owner = (call.principal, call.key)
        handled = self.writes.handled.get(owner) or self.present.handled.get(owner)
        if handled is None:
            return None
        if handled.request_hash != call.request_hash:
            raise KeyReused
        return handled.receipt

    def stream(self, call: Call) -> Folded:
        written = self.writes.streams.get(call.stream) or self.present.streams.get(call.stream)
        if isinstance(written, Unprocessable):
            raise written
        if written is not None:
            return written
        aggregate = self.aggregates.get(kind_of(call.stream))
        if aggregate is None:
            raise Unprocessable("no aggregate for this kind of stream")
        return Folded(aggregate.new, subject=call.subject)

    def append(self, call: Call, stream: Folded) -> Receipt:
        aggregate = self.aggregates[kind_of(call.stream)]
        decided = self.decided(aggregate, call, stream)
        head, state, written = self.head(), stream.state, list[Written]()
        for index, event in enumerate(decided):
            sealed = self.sealed(event, stream.subject, call, index)
            record = self.record(sealed, call, index, stream, head)
            head = Head(record.envelope.position, record.chain)
            state = aggregate.evolve(state, sealed)
            written.append(record)
        version = stream.version + len(written)
        ids = tuple(record.envelope.id for record in written)
        receipt = Receipt(call.stream, version, head.position, ids)
        self.keep(call, receipt, written, Folded(state, version, stream.subject))
        return receipt

    def decided(self, aggregate: AnyAggregate, call: Call, stream: Folded) -> Sequence[object]:
        stale = call.expected_version not in (None, stream.version)
        try:
            events: Sequence[object] = aggregate.decide(
                call.command, stream.state, self.present.now
            )
        except Refused as refusal:
            # Whoever must not know of the stream learns nothing of its version either.
            if stale and refusal.status != NotFound.status:
                raise WrongVersion from None
            raise
        if stale:
            raise WrongVersion
        return events

    def sealed(self, event: object, subject: UUID | None, call: Call, index: int) -> object:
        if self.sealer is None or subject is None:
            return event
        key = self.present.keys.get(subject)
        if key is None:
            raise KeyNotAtHand(subject)
        if isinstance(key, Refused):
            raise key
        return self.sealer.seal(event, key, call.stream, event_id(call.command_id, index))

    def record(self, event: object, call: Call, index: int, stream: Folded, head: Head) -> Written:
        contract = CATALOGUE.of(event)
        envelope = Envelope(
            id=event_id(call.command_id, index),
            service=self.service,
            type=contract.type,
            stream=call.stream,
            version=stream.version + index + 1,
            position=head.position + 1,
            occurred_at=call.occurred_at or self.present.now,
            recorded_at=self.present.now,
            actor=call.principal,
            subject=stream.subject,
            correlation_id=call.correlation_id or call.command_id,
            causation_id=call.causation_id or call.command_id,
            nonce=RANDOMNESS.take(16).hex(),
            data=CATALOGUE.write(event),
            traceparent=call.traceparent,
        )
        body = encode(envelope)
        if len(body) > MAX_ENVELOPE:
            raise EventTooLarge
        return Written(envelope, contract.schema_version, body, link(head.chain, body))

    def keep(self, call: Call, receipt: Receipt, written: list[Written], stream: Folded) -> None:
        writes = self.writes
        writes.events += written
        writes.size += sum(len(record.body) for record in written)
        writes.done.append(Done(call, receipt))
        writes.handled[call.principal, call.key] = Handled(call.request_hash, receipt)
        if written:
            writes.streams[call.stream] = stream
