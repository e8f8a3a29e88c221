"""Recorded events for tests: a service's line of history, as its topic would carry it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope, JsonObject, encode
from shared.messaging.records import Record

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@dataclass
class Service:
    """Records events one after the other, a second apart, as a writer does."""

    name: str
    clock: datetime = NOON
    position: int = 0
    versions: dict[str, int] = field(default_factory=dict)

    def record(
        self, stream: str, wire_type: str, data: Mapping[str, object], actor: str = ""
    ) -> Record:
        self.position += 1
        self.clock += timedelta(seconds=1)
        self.versions[stream] = self.versions.get(stream, 0) + 1
        envelope = Envelope(
            id=uuid4(),
            service=self.name,
            type=wire_type,
            stream=stream,
            version=self.versions[stream],
            position=self.position,
            occurred_at=self.clock,
            recorded_at=self.clock,
            actor=actor or f"system:{self.name}",
            subject=None,
            correlation_id=uuid4(),
            causation_id=uuid4(),
            nonce=uuid4().hex,
            data=dict(data),
        )
        return record_of_envelope(envelope)

    def publish(self, stream: str, event: object, actor: str = "") -> Record:
        contract = CATALOGUE.of(event)
        return self.record(stream, contract.type, CATALOGUE.write(event), actor)

    def line(self, count: int, case_id: UUID | None = None) -> list[Record]:
        """That many events of a made-up type; of one case if one is named."""
        data: JsonObject = {} if case_id is None else {"case_id": str(case_id)}
        stream = f"case-{case_id or uuid4()}"
        wire_type = f"vcms.{self.name}.example.v1"
        return [self.record(stream, wire_type, data) for _ in range(count)]


def record_of_envelope(envelope: Envelope) -> Record:
    return Record(
        position=envelope.position,
        type=envelope.type,
        stream=envelope.stream,
        event_id=str(envelope.id),
        body=encode(envelope),
    )
