"""A service's history, made beforehand byte for byte as its writer would have written it."""

import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.contracts.actor import Staff
from shared.contracts.cases import ServiceRecorded
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope, encode
from shared.contracts.marks import Sealed
from shared.eventstore.chain import BEGINNING, link
from shared.eventstore.writes import Written
from shared.messaging.records import Record

SERVICE = "cases"
STREAMS = 1_000
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
STAFF = Staff(uuid4(), uuid4())


def service_recorded(case: UUID) -> ServiceRecorded:
    """Whose data are 330 bytes as JSON, 980 with their envelope."""
    return ServiceRecorded(
        case_id=case,
        entry_id=uuid4(),
        organisation=STAFF.organisation,
        provider="Clinic",
        service_type=Sealed(secrets.token_urlsafe(28)),
        provided_on=Sealed(secrets.token_urlsafe(28)),
    )


def history(count: int) -> Iterator[Written]:
    """`count` events at the positions 1, 2, 3 …, each in the next of a thousand streams."""
    cases = [uuid4() for _ in range(STREAMS)]
    versions, chain = Counter[UUID](), BEGINNING.chain
    for position in range(1, count + 1):
        case = cases[position % STREAMS]
        versions[case] += 1
        event = service_recorded(case)
        contract = CATALOGUE.of(event)
        envelope = envelope_of(event, contract.type, case, versions[case], position)
        body = encode(envelope)
        chain = link(chain, body)
        yield Written(envelope, contract.schema_version, body, chain)


def envelope_of(event: object, type_: str, case: UUID, version: int, position: int) -> Envelope:
    command, at = uuid4(), BEGAN + timedelta(milliseconds=position)
    return Envelope(
        id=uuid4(),
        service=SERVICE,
        type=type_,
        stream=f"case-{case}",
        version=version,
        position=position,
        occurred_at=at,
        recorded_at=at,
        actor=str(STAFF),
        subject=case,
        correlation_id=command,
        causation_id=command,
        nonce=secrets.token_hex(16),
        data=CATALOGUE.write(event),
    )


def record_of(written: Written) -> Record:
    """As the relay sends it."""
    envelope = written.envelope
    return Record(envelope.position, envelope.type, envelope.stream, str(envelope.id), written.body)
