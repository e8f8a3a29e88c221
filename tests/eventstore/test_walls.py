"""What the database itself refuses, whoever asks: changed events, and other organisations' rows."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg2
import pytest
import sqlalchemy as sa
from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from shared.eventstore.chain import BrokenChain
from shared.eventstore.connections import engine
from shared.eventstore.errors import Retryable
from shared.eventstore.migrations import organisation_rows, writer_rows
from shared.eventstore.reading import reading
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.reports import receive
from tests.support.postgres import ServiceDatabase, query, revise

pytestmark = pytest.mark.stack

CHANGES = (
    "UPDATE events SET actor = 'somebody else'",
    "DELETE FROM events",
    "TRUNCATE events",
)
OURS, THEIRS = uuid4(), uuid4()


@pytest.mark.parametrize("change", CHANGES)
async def test_no_role_changes_an_event(
    postgres_store: PostgresStore, ledger: ServiceDatabase, change: str
) -> None:
    await postgres_store.handle(receive())
    for url in (ledger.writer, ledger.reader):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            query(url, change)
    for url in (ledger.migrator, ledger.admin):
        with pytest.raises(psycopg2.errors.RaiseException):
            query(url, change)
    assert postgres_store.verified().position == 1


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE events SET body = convert_to('{}', 'UTF8') WHERE position = 2",
        "DELETE FROM events WHERE position = 2",
        "UPDATE events SET position = 90003 WHERE position = 3",  # a gap of many pages
    ],
)
async def test_whoever_pulls_the_walls_down_breaks_the_chain(
    postgres_store: PostgresStore, ledger: ServiceDatabase, forgery: str
) -> None:
    for _ in range(3):
        await postgres_store.handle(receive())
    query(ledger.admin, f"ALTER TABLE events DISABLE TRIGGER ALL; {forgery}; SELECT 1")
    with pytest.raises(BrokenChain, match=r"\b2\b|\b3\b"):
        postgres_store.verified()


@pytest.fixture
def worklist(ledger: ServiceDatabase) -> ServiceDatabase:
    """A read model with one row of each of two organisations."""
    revise(ledger.migrator, create_worklist)
    writer = engine(ledger.writer)
    with writer.begin() as connection:
        connection.execute(
            text("INSERT INTO worklist VALUES (:organisation, 'a row')"),
            [{"organisation": OURS}, {"organisation": THEIRS}],
        )
    writer.dispose()
    return ledger


def create_worklist() -> None:
    op.create_table(
        "worklist",
        sa.Column("organisation", sa.Uuid, primary_key=True),
        sa.Column("entry", sa.Text),
    )
    organisation_rows("worklist")
    op.create_table("due", sa.Column("at", sa.Text))
    writer_rows("due")


def seen(url: str, organisation: UUID) -> list[UUID]:
    reader = engine(url)
    with reading(reader, organisation) as connection:
        rows = list(connection.execute(text("SELECT organisation FROM worklist")).scalars())
    reader.dispose()
    return rows


def test_a_reader_sees_its_own_organisations_rows_alone(worklist: ServiceDatabase) -> None:
    assert seen(worklist.reader, OURS) == [OURS]
    assert seen(worklist.reader, THEIRS) == [THEIRS]
    assert seen(worklist.reader, uuid4()) == []


def test_without_an_organisation_nothing_is_seen(worklist: ServiceDatabase) -> None:
    assert query(worklist.reader, "SELECT * FROM worklist") == []
    assert query(worklist.migrator, "SELECT * FROM worklist") == []


def test_the_organisation_ends_with_its_transaction(worklist: ServiceDatabase) -> None:
    reader = engine(worklist.reader, pool_size=1)
    with reading(reader, OURS):
        pass
    with reader.connect() as connection:
        assert connection.execute(text("SELECT * FROM worklist")).all() == []
    reader.dispose()


def test_the_writer_sees_all_rows(worklist: ServiceDatabase) -> None:
    assert len(query(worklist.writer, "SELECT * FROM worklist")) == 2


@pytest.mark.parametrize(
    "statement", ["DELETE FROM worklist", "SELECT * FROM due", "SELECT * FROM events"]
)
def test_a_reader_writes_nothing_and_reads_no_more_than_it_may(
    worklist: ServiceDatabase, statement: str
) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        query(worklist.reader, statement)


def test_a_query_is_read_only(worklist: ServiceDatabase) -> None:
    writer = engine(worklist.writer)
    with pytest.raises(DBAPIError), reading(writer, OURS) as connection:
        connection.execute(text("INSERT INTO due VALUES ('now')"))
    writer.dispose()


def test_a_mistake_in_a_query_is_no_outage(worklist: ServiceDatabase) -> None:
    reader = engine(worklist.reader)
    with pytest.raises(ProgrammingError), reading(reader, OURS) as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    reader.dispose()


def test_a_query_that_takes_too_long_is_ended(worklist: ServiceDatabase) -> None:
    reader = engine(worklist.reader, longest_transaction="100ms")
    with pytest.raises(Retryable), reading(reader, OURS) as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    reader.dispose()
