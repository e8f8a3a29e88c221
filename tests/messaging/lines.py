"""Lines of events of a made-up service `cases`, as records and as rows of its table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid5

from psycopg2.extras import execute_values

from shared.contracts.cases import CaseOpened, CaseReassigned
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.envelope import Envelope, decode, encode
from shared.eventstore.connections import connect
from shared.messaging.records import Record
from tests.support.postgres import query

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
EVENTS = UUID("0190a0a0-0000-7000-8000-000000000000")
ORGANISATION = UUID("0190a0a0-0000-7000-8000-00000000000a")
STAFF = UUID("0190a0a0-0000-7000-8000-00000000000b")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def asked(position: int, case: int = 1) -> Record:
    """An event that the consumers of these tests ask for."""
    case_id = UUID(int=case)
    return record(position, case_id, CaseReassigned(case_id, ORGANISATION, STAFF, STAFF))


def not_asked(position: int, case: int = 1) -> Record:
    """An event of another type, which nobody may decode: its body is no envelope."""
    return opened(position, case)._replace(body=b"\xff not for you")


def opened(position: int, case: int = 1) -> Record:
    case_id = UUID(int=case)
    return record(position, case_id, CaseOpened(case_id, case_id, ORGANISATION, STAFF))


def garbled(position: int, case: int = 1) -> Record:
    return asked(position, case)._replace(body=b'{"specversion": "1.0"')


def garbled_opening(position: int, case: int = 1) -> Record:
    return opened(position, case)._replace(body=b"{")


def of_version(version: int, position: int, case: int = 1) -> Record:
    """What a producer that is ahead of us may send."""
    known = asked(position, case)
    envelope = decode(known.body)
    wire = envelope.type.rpartition(".v")[0] + f".v{version}"
    return known._replace(type=wire, body=encode(envelope._replace(type=wire)))


def record(position: int, case_id: UUID, event: object) -> Record:
    envelope = Envelope(
        id=uuid5(EVENTS, str(position)),
        service="cases",
        type=CATALOGUE.of(event).type,
        stream=f"case-{case_id}",
        version=position,
        position=position,
        occurred_at=NOON,
        recorded_at=NOON,
        actor=f"staff:{ORGANISATION}:{STAFF}",
        subject=case_id,
        correlation_id=EVENTS,
        causation_id=EVENTS,
        nonce=f"{position:032x}",
        data=CATALOGUE.write(event),
        traceparent=TRACE,
    )
    body = encode(envelope)
    return Record(position, envelope.type, envelope.stream, str(envelope.id), body, TRACE)


def write(url: str, positions: Iterable[int], cases: int = 7) -> None:
    """Puts the events of these positions into the service's table, spread over its cases."""
    write_records(url, (asked(position, 1 + position % cases) for position in positions))


def write_records(url: str, records: Iterable[Record]) -> None:
    rows = [row(event) for event in records]
    database = connect(url, "tests")
    with database.cursor() as cursor:
        execute_values(
            cursor,
            "INSERT INTO events (position, stream, version, event_id, type, schema_version,"
            " occurred_at, recorded_at, actor, correlation_id, causation_id, body, chain)"
            " VALUES %s",
            rows,
            page_size=1000,
        )
        cursor.execute("NOTIFY events")
    database.close()


def execute(url: str, statement: str, *values: object) -> None:
    database = connect(url, "tests")
    with database.cursor() as cursor:
        cursor.execute(statement, values or None)
    database.close()


def recorded(url: str) -> set[tuple[object, ...]]:
    """Event ids, and the hashes of the bodies in the table."""
    return set(query(url, "SELECT event_id::text, encode(sha256(body), 'hex') FROM events"))


def hashes(records: Iterable[Record]) -> set[tuple[object, ...]]:
    """The same of what is on its way; repeats are folded."""
    return {(record.event_id, sha256(record.body).hexdigest()) for record in records}


def row(event: Record) -> tuple[object, ...]:
    ids = (str(EVENTS), str(EVENTS))
    known = (event.position, event.stream, event.position, event.event_id, event.type, 1)
    return (*known, NOON, NOON, "system:cases", *ids, event.body, sha256(event.body).digest())
