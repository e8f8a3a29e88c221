"""eventsourcing 9.5: its notification log reader in sections of 1,000 (its default of ten is slower
by far), and its mapper, which makes a domain event of each with its JSON transcoder. The events
hold the same values as ours. Nothing proves to it that they are unchanged."""

import io
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

from eventsourcing.application import LocalNotificationLog
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import DatetimeAsISO, JSONTranscoder, Mapper, UUIDAsHex
from eventsourcing.system import NotificationLogReader

from bench.append.eventsourcing_ import factory, template
from bench.cpu import spending
from bench.replay.history import EVENTS_OF_A_CASE, bytea, line
from bench.results import Sample
from bench.rounds import Void
from bench.servers import execute, new_database
from deploy.local.postgres import Postgres
from shared.eventstore.connections import connect

SECTION = 1000
COPY = "COPY stored_events (originator_id, originator_version, topic, state) FROM STDIN"


class ServiceRecorded(DomainEvent):
    entry_id: UUID
    organisation: UUID
    provider: str
    service_type: str
    provided_on: str
    actor: str
    correlation_id: UUID
    causation_id: UUID


def mapper() -> Mapper[UUID]:
    transcoder = JSONTranscoder()
    transcoder.register(UUIDAsHex())
    transcoder.register(DatetimeAsISO())
    return Mapper(transcoder)


def filled(postgres: Postgres, count: int) -> str:
    database = new_database(postgres, template(postgres))
    url = postgres.url(database)
    made = connect(url, "bench")
    with made.cursor() as cursor:
        cursor.copy_expert(COPY, io.StringIO("".join(stored(count))))
    made.close()
    execute(url, "VACUUM ANALYZE")
    return database


def stored(count: int) -> Iterator[str]:
    cases, mapping = [uuid4() for _ in range(count // EVENTS_OF_A_CASE)], mapper()
    for index in range(count):
        version, number = divmod(index, len(cases))
        found = mapping.to_stored_event(event(cases[number], version + 1))
        yield line(found.originator_id, found.originator_version, found.topic, bytea(found.state))


def event(case: UUID, version: int) -> ServiceRecorded:
    return ServiceRecorded(
        originator_id=case,
        originator_version=version,
        timestamp=datetime.now(UTC),
        entry_id=uuid4(),
        organisation=uuid4(),
        provider="Clinic",
        service_type=secrets.token_urlsafe(28),
        provided_on=secrets.token_urlsafe(28),
        actor=f"staff:{uuid4()}:{uuid4()}",
        correlation_id=uuid4(),
        causation_id=uuid4(),
    )


def read(postgres: Postgres, database: str, count: int) -> Sample:
    made = factory(postgres.url(database), 1)
    log = LocalNotificationLog(made.application_recorder(), SECTION)
    reader, mapping, read = NotificationLogReader(log, SECTION), mapper(), 0
    with spending() as spent:
        began = time.perf_counter()
        for notifications in reader.select(start=1):
            read += len([mapping.to_domain_event(found) for found in notifications])
        seconds = time.perf_counter() - began
    made.close()
    if read != count:
        raise Void(f"{read} events instead of {count}")
    return {"events_per_s": count / seconds, "cpu_ms_per_event": 1000 * spent.cpu / count}
