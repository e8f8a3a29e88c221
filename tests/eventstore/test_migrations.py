"""A service's database is brought to its newest revision, once, whoever begins."""

from __future__ import annotations

import asyncio
import sys

import pytest

from shared.eventstore.migrations import migrate
from tests.support.postgres import Databases, query

pytestmark = pytest.mark.stack

COLUMNS = (
    "position stream version event_id type schema_version occurred_at recorded_at actor subject"
    " correlation_id causation_id body chain"
)

PROGRAM = """
import sys
from shared.eventstore.migrations import migrate
migrate("cases", sys.argv[1])
"""


@pytest.mark.parametrize("service", ["intake", "cases", "referrals", "attachments", "audit"])
def test_every_service_has_the_table_of_events(databases: Databases, service: str) -> None:
    statement = (
        "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position)"
        " FROM information_schema.columns WHERE table_name = 'events'"
    )
    assert query(databases.of(service).admin, statement) == [(COLUMNS,)]


def test_a_database_that_is_there_is_left_as_it_is(databases: Databases) -> None:
    database = databases.of("cases")
    before = query(database.admin, "SELECT * FROM alembic_version")
    migrate("cases", database.migrator)
    assert query(database.admin, "SELECT * FROM alembic_version") == before


async def test_two_that_begin_at_once_wait_for_each_other(databases: Databases) -> None:
    database = databases.empty("cases")
    words = (sys.executable, "-c", PROGRAM, database.migrator)
    both = [await asyncio.create_subprocess_exec(*words) for _ in range(2)]
    assert [await one.wait() for one in both] == [0, 0]
    assert query(database.writer, "SELECT count(*) FROM events") == [(0,)]


def test_the_schema_belongs_to_the_migrator_alone(databases: Databases) -> None:
    database = databases.of("cases")
    owners = query(
        database.admin, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    )
    assert owners == [("cases_migrator",)]
