"""eventsourcing 9.5 with psycopg 3: its application recorder inserts through its database function
(`POSTGRES_ENABLE_DB_FUNCTIONS`), with a pool of as many connections as there are clients, in
threads. It is handed ready bytes: no aggregate, no mapper and no cipher run, so it is faster here
than an application of it. A version that is taken is refused by the primary key."""

from collections.abc import Mapping
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment
from sqlalchemy import make_url

from bench.append.threads import in_threads
from bench.append.work import DATA, Command, must_hold, stream_id
from bench.results import Sample
from bench.servers import new_database, passing_database, scalar
from deploy.local.postgres import Postgres

TOPIC = "bench.append.eventsourcing_:ServiceRecorded"
STATE = DATA.encode()
STORED = "SELECT count(*) FROM stored_events"
GAPS = """SELECT count(*) FROM (
    SELECT FROM stored_events GROUP BY originator_id HAVING max(originator_version) <> count(*)
) AS gaps"""


def template(postgres: Postgres) -> str:
    database = new_database(postgres)
    made = factory(postgres.url(database), 1)
    made.application_recorder()
    made.close()
    return database


def factory(url: str, connections: int) -> PostgresFactory:
    return PostgresFactory(Environment(env=environment(url, connections)))


def environment(url: str, connections: int) -> Mapping[str, str]:
    address = make_url(url)
    return {
        "POSTGRES_DBNAME": str(address.database),
        "POSTGRES_HOST": str(address.host),
        "POSTGRES_PORT": str(address.port),
        "POSTGRES_USER": str(address.username),
        "POSTGRES_PASSWORD": str(address.password),
        "POSTGRES_POOL_SIZE": str(connections),
        "POSTGRES_CONNECT_TIMEOUT": "30",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "yes",
    }


def play(postgres: Postgres, like: str, clients: int) -> Sample:
    with passing_database(postgres, like) as database:
        url = postgres.url(database)
        made = factory(url, clients)
        try:
            recorder = made.application_recorder()
            recorder.datastore.pool.wait(30)
            outcome = in_threads(clients, lambda: lambda command: append(recorder, command))
        finally:
            made.close()
        must_hold(scalar(url, STORED), outcome.stored, "events stored")
        must_hold(scalar(url, GAPS), 0, "streams with gaps")
    return outcome.sample()


def append(recorder: PostgresApplicationRecorder, command: Command) -> bool:
    stream: UUID = stream_id(command.stream)
    try:
        recorder.insert_events([StoredEvent(stream, command.expected + 1, TOPIC, STATE)])
    except IntegrityError:
        return False
    return True
