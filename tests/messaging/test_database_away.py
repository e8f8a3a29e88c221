"""Relay and consumer while PostgreSQL is killed and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deploy.local.postgres import Postgres, start
from shared.contracts.cases import CaseReassigned
from shared.eventstore.connections import engine
from shared.messaging.consumer import Consumer
from shared.messaging.line import in_line
from shared.messaging.memory import MemoryBus
from shared.messaging.relay import Relay
from tests.messaging.contract import NAME
from tests.messaging.journals import TAKEN, ProjectingJournal
from tests.messaging.lines import asked, execute, write
from tests.messaging.topic_lines import MemoryLine
from tests.messaging.waiting import eventually, pending, running
from tests.support.postgres import LEDGER, Databases, ServiceDatabase

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def doomed() -> Iterator[Postgres]:
    """A server of this module's own.

    Not in pytest's folder, which every other run of pytest closes to PostgreSQL's own account.
    """
    with TemporaryDirectory(prefix="vcms-doomed-") as folder:
        server = start(Path(folder))
        yield server
        start(server.directory).kill()


@pytest.fixture(scope="module")
def doomed_databases(doomed: Postgres) -> Databases:
    return Databases(doomed)


@pytest.fixture
def database(doomed_databases: Databases) -> ServiceDatabase:
    return doomed_databases.of(LEDGER)


async def die_and_come_back(server: Postgres) -> None:
    await asyncio.to_thread(start(server.directory).kill)
    await asyncio.to_thread(start, server.directory)


async def test_the_relay_goes_on_and_leaves_no_hole(
    doomed: Postgres, database: ServiceDatabase
) -> None:
    bus = MemoryBus()
    relay = Relay(database.writer, "cases", bus)
    write(database.writer, range(1, 101))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        await die_and_come_back(doomed)
        write(database.writer, range(101, 201))
        await eventually(lambda: pending(relay) == 0)
    sent = [record for record in bus.topics["cases"].records if record is not None]
    assert len(in_line(sent, 0).next) == 200


async def test_the_consumer_goes_on_and_takes_each_event_once(
    doomed: Postgres, database: ServiceDatabase
) -> None:
    execute(database.admin, TAKEN)
    line = MemoryLine()
    writer = engine(database.writer)
    journal = ProjectingJournal(writer, line.topic)
    consumer = Consumer(NAME, line.topic, (CaseReassigned,), journal.effect(), line.bus)
    await line.send(*map(asked, range(1, 101)))
    async with running(consumer):
        await eventually(lambda: pending(consumer) == 0)
        await die_and_come_back(doomed)
        await line.send(*map(asked, range(101, 201)))
        await eventually(lambda: pending(consumer) == 0)
    assert journal.taken() == list(range(1, 201))
    writer.dispose()


async def test_while_the_database_is_away_nobody_says_that_nothing_is_pending(
    doomed: Postgres, database: ServiceDatabase
) -> None:
    relay = Relay(database.writer, "cases", MemoryBus())
    async with running(relay):
        await eventually(lambda: pending(relay) == 0)
        await asyncio.to_thread(start(doomed.directory).kill)
        assert pending(relay) is None
        await asyncio.to_thread(start, doomed.directory)
        await eventually(lambda: pending(relay) == 0)
