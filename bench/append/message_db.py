"""message-db 1.3.1: its function `write_message` with the expected version, called through psycopg2
from threads with a connection each. It takes one lock for each category, here one for all."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

from psycopg2.errors import RaiseException
from psycopg2.extensions import connection

from bench.append.threads import in_threads
from bench.append.work import DATA, Append, Command, must_hold, stream_id
from bench.node import installed
from bench.results import Sample
from bench.servers import new_database, passing_database, scalar
from deploy.local.postgres import Postgres
from shared.eventstore.connections import connect

WRITE = "SELECT write_message(%s, %s, 'ServiceRecorded', %s, NULL, %s)"
SCHEMA = {"search_path": "message_store,public", "client_min_messages": "warning"}

FUNCTIONS = (
    *("message-store-version", "hash-64", "acquire-lock", "category", "is-category", "id"),
    *("cardinal-id", "stream-version", "write-message", "get-stream-messages"),
    *("get-category-messages", "get-last-stream-message"),
)
"""In the order of its `install-functions.sh`."""
STORED = "SELECT count(*) FROM message_store.messages"
GAPS = """SELECT count(*) FROM (
    SELECT FROM message_store.messages GROUP BY stream_name HAVING max(position) <> count(*) - 1
) AS gaps"""
INDEXES = ("messages-id", "messages-stream", "messages-category")


def template(postgres: Postgres) -> str:
    database = new_database(postgres)
    with closing(connect(postgres.url(database), "bench", **SCHEMA)) as made:
        for path in scripts(installed() / "node_modules/@eventide/message-db/database"):
            with made.cursor() as cursor:
                cursor.execute(path.read_text())
    return database


def scripts(folder: Path) -> Iterator[Path]:
    """As its `install.sh` runs them; views and rights of other roles are not needed, and what it
    wants of the extension pgcrypto is part of PostgreSQL since version 13."""
    yield folder / "schema/message-store.sql"
    yield folder / "tables/messages.sql"
    yield folder / "types/message.sql"
    yield from (folder / "functions" / f"{name}.sql" for name in FUNCTIONS)
    yield from (folder / "indexes" / f"{name}.sql" for name in INDEXES)


def play(postgres: Postgres, like: str, clients: int) -> Sample:
    with passing_database(postgres, like) as database:
        url = postgres.url(database)
        with ExitStack() as ending:
            outcome = in_threads(clients, lambda: client(url, ending))
        must_hold(scalar(url, STORED), outcome.stored, "events stored")
        must_hold(scalar(url, GAPS), 0, "streams with gaps")
    return outcome.sample()


def client(url: str, ending: ExitStack) -> Append:
    made = connect(url, "bench", **SCHEMA)
    ending.callback(made.close)
    return lambda command: append(made, command)


def append(made: connection, command: Command) -> bool:
    """Its versions begin with 0, and -1 is a stream without events."""
    stream = f"case-{stream_id(command.stream)}"
    try:
        with made.cursor() as cursor:
            cursor.execute(WRITE, (str(uuid4()), stream, DATA, command.expected - 1))
    except RaiseException:
        return False
    return True
