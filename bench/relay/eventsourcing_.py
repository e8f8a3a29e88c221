"""eventsourcing 9.5: a subscription of its PostgreSQL recorder in the handler's process, woken by
LISTEN. No Kafka: it needs the other service to reach into this one's database. Its events hold the
same bytes as ours, and are written by group commit through its recorder."""

from collections.abc import Sequence
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment
from sqlalchemy import make_url

from bench.line import history
from bench.relay.handling import Handler, handling
from bench.relay.outbox import BACKLOG, PAGE
from bench.relay.work import commit_when_due, entries, in_order, outcome
from bench.results import Sample
from bench.servers import new_database
from deploy.local.postgres import Postgres
from shared.eventstore.recorded import read
from shared.eventstore.writes import Written

TOPIC = "bench.relay.eventsourcing_:ServiceRecorded"


def template(server: Postgres) -> str:
    name = new_database(server)
    recording(server.url(name)).datastore.close()
    return name


def fill(url: str) -> None:
    recorder = recording(url)
    page: list[StoredEvent] = []
    for written in history(BACKLOG):
        page.append(stored(written))
        if len(page) == PAGE:
            recorder.insert_events(page)
            page = []
    recorder.datastore.close()


def at_rate(url: str, rate: int) -> Sample:
    load = entries(rate)
    recorder = recording(url)

    def commit(batch: Sequence[Written]) -> None:
        recorder.insert_events([stored(written) for written in batch])

    try:
        with handling(subscribe, len(load), url, "") as answers:
            commits = commit_when_due(load, rate, commit)
            return outcome(commits, answers.handled(), rate)
    finally:
        recorder.datastore.close()


def drain(url: str) -> Sample:
    """`url`: of a database that was filled. To the handler, for there is no topic."""
    with handling(subscribe, BACKLOG, url, "") as answers:
        handled = answers.handled()
    in_order([one.position for one in handled], BACKLOG)
    return {"events_per_s": (BACKLOG - 1) / (handled[-1].at - handled[0].at) * 1e9}


def subscribe(handler: Handler, url: str, _: str) -> None:
    recorder = recording(url)
    with recorder.subscribe() as subscription:
        handler.ready()
        for notification in subscription:
            handler.take([read(notification.state)])


def recording(url: str) -> PostgresApplicationRecorder:
    address = make_url(url)
    environment = {
        "POSTGRES_DBNAME": str(address.database),
        "POSTGRES_HOST": str(address.host),
        "POSTGRES_PORT": str(address.port),
        "POSTGRES_USER": str(address.username),
        "POSTGRES_PASSWORD": str(address.password),
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes",
    }
    return PostgresFactory(Environment(env=environment)).application_recorder()


def stored(written: Written) -> StoredEvent:
    envelope = written.envelope
    stream = UUID(envelope.stream.removeprefix("case-"))
    return StoredEvent(stream, envelope.version, TOPIC, written.body)
