"""A classic outbox table, as Debezium's event router wants it, filled by group commit: the peers
are given the cheapest writing that there is, and the same bytes as ours."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from psycopg2.extensions import connection
from psycopg2.extras import execute_values

from bench.line import history
from bench.servers import execute, new_database
from deploy.local.postgres import Postgres
from shared.eventstore.connections import connect
from shared.eventstore.writes import Written

BACKLOG = 100_000
PAGE = 1_000

TABLE = """
    CREATE TABLE outbox (
        position      bigint PRIMARY KEY,
        id            uuid NOT NULL,
        aggregatetype text NOT NULL,
        aggregateid   text NOT NULL,
        type          text NOT NULL,
        payload       text NOT NULL
    );
    CREATE TABLE backlog (LIKE outbox);
"""
INSERT = "INSERT INTO {} (position, id, aggregatetype, aggregateid, type, payload) VALUES %s"


def template(server: Postgres) -> str:
    """A database with an empty outbox, and a backlog beside it."""
    name = new_database(server)
    execute(server.url(name), TABLE)
    with inserting(server.url(name), "backlog") as insert:
        page: list[Written] = []
        for written in history(BACKLOG):
            page.append(written)
            if len(page) == PAGE:
                insert(page)
                page = []
    return name


def fill(url: str) -> None:
    execute(url, "INSERT INTO outbox SELECT * FROM backlog ORDER BY position")


@contextmanager
def inserting(url: str, table: str = "outbox") -> Iterator[Callable[[Sequence[Written]], None]]:
    """Each call is one statement and one transaction."""
    made: connection = connect(url, "bench.outbox")
    with made.cursor() as cursor:

        def insert(batch: Sequence[Written]) -> None:
            execute_values(cursor, INSERT.format(table), map(row, batch), page_size=len(batch))

        yield insert
    made.close()


def row(written: Written) -> tuple[object, ...]:
    envelope = written.envelope
    return (
        envelope.position,
        str(envelope.id),
        envelope.service,
        envelope.stream,
        envelope.type,
        written.body.decode(),
    )
