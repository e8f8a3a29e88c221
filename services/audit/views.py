"""What the audit service answers: hashes in hexadecimal, other bytes in base64."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.audit.queries import Alarmed, Body
from services.audit.sequencer import AlarmKind
from shared.contracts.envelope import decode

Hex = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256 in hexadecimal.")]


class HeadView(BaseModel):
    size: int = Field(description="Leaves in the log.")
    root: Hex
    alarms: int = Field(description="Events that contradicted the log and were not taken in.")


class LeafView(BaseModel):
    index: int
    leaf: str = Field(description="Base64 of the bytes that docs/auditing/leaf.md fixes.")


class InclusionView(BaseModel):
    index: int
    size: int
    leaf: str = Field(description="Base64.")
    proof: list[Hex]


class ConsistencyView(BaseModel):
    first: int
    second: int
    proof: list[Hex]


class AlarmView(BaseModel):
    kind: AlarmKind
    service: str
    position: int
    event_id: UUID
    leaf: str = Field(description="Base64 of the leaf that the event would have had.")
    raised_at: datetime


class RecordedEvent(BaseModel):
    """An event of the case. Whatever speaks of a person in `body` is ciphertext."""

    index: int = Field(description="Of its leaf in the log.")
    event_id: UUID
    service: str
    position: int
    stream: str
    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    body: str = Field(description="As received: its UTF-8 bytes are those that the leaf hashes.")


def alarm_view(alarm: Alarmed) -> AlarmView:
    return AlarmView(
        kind=alarm.kind,
        service=alarm.service,
        position=alarm.position,
        event_id=alarm.event_id,
        leaf=base64(alarm.leaf),
        raised_at=alarm.raised_at,
    )


def recorded_event(body: Body) -> RecordedEvent:
    envelope = decode(body.body)
    return RecordedEvent(
        index=body.index,
        event_id=envelope.id,
        service=envelope.service,
        position=envelope.position,
        stream=envelope.stream,
        version=envelope.version,
        type=envelope.type,
        occurred_at=envelope.occurred_at,
        recorded_at=envelope.recorded_at,
        actor=envelope.actor,
        body=body.body.decode(),
    )


def base64(value: bytes) -> str:
    return b64encode(value).decode()


def hexadecimal(proof: Sequence[bytes]) -> list[str]:
    return [hash_.hex() for hash_ in proof]
