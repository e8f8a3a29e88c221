"""Events as another service's topic brings them."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope, encode
from shared.eventstore.recorded import Recorded, read
from shared.messaging.records import Record
from tests.support.specification import NOON
from tests.unit.notifications.examples import PERSON, REFERRAL


def recorded(event: object, position: int = 1, at: datetime = NOON) -> Recorded:
    return read(record(event, position, at).body)


def record(event: object, position: int = 1, at: datetime = NOON) -> Record:
    contract = CATALOGUE.of(event)
    event_id = uuid5(REFERRAL, str(position))
    stream = f"referral-{REFERRAL}"
    envelope = Envelope(
        id=event_id,
        service=contract.service,
        type=contract.type,
        stream=stream,
        version=position,
        position=position,
        occurred_at=at,
        recorded_at=at.astimezone(UTC),
        actor="system:referrals",
        subject=PERSON,
        correlation_id=event_id,
        causation_id=event_id,
        nonce=UUID(int=position).hex,
        data=CATALOGUE.write(event),
    )
    return Record(position, contract.type, stream, str(event_id), encode(envelope))
