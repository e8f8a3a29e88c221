"""Read models follow the service's own events: each once, in order, whatever fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert

from shared.contracts.intake import ReportReceived
from shared.eventstore import parking
from shared.eventstore.connections import engine
from shared.eventstore.migrations import writer_rows
from shared.eventstore.parking import TooManyParked
from shared.eventstore.projecting import start_again
from shared.eventstore.projection import Projection
from shared.eventstore.projector import Projector
from shared.eventstore.recorded import Recorded
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.reports import Accept, Receive, call, new_report, receive
from tests.support.postgres import LEDGER, ServiceDatabase, query, revise
from tests.support.waiting import until

pytestmark = pytest.mark.stack

COUNTS = sa.Table(
    "counts",
    sa.MetaData(),
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("received", sa.Integer, nullable=False),
    sa.Column("last_version", sa.Integer, nullable=False),
)


class Counting:
    """Counts what was received in each stream; fails at those that are `broken`."""

    def __init__(self) -> None:
        self.broken: set[str] = set()

    def project(self, connection: Connection, events: Sequence[Recorded]) -> None:
        for recorded in events:
            envelope = recorded.envelope
            row = insert(COUNTS).values(
                stream=envelope.stream, received=1, last_version=envelope.version
            )
            changed = {
                "received": COUNTS.c.received + 1,
                "last_version": row.excluded.last_version,
            }
            connection.execute(row.on_conflict_do_update(index_elements=["stream"], set_=changed))
            if envelope.stream in self.broken:
                raise RuntimeError("a very private thing")

    def projection(self) -> Projection:
        return Projection("counts", ("counts",), (ReportReceived,), self.project)


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def database(ledger: ServiceDatabase) -> ServiceDatabase:
    revise(ledger.migrator, create_counts)
    return ledger


def create_counts() -> None:
    columns = (sa.Column(column.name, column.type) for column in COUNTS.columns)
    op.create_table("counts", *columns, sa.PrimaryKeyConstraint("stream"))
    writer_rows("counts")


@pytest.fixture
def operator(database: ServiceDatabase) -> Iterator[Engine]:
    made = engine(database.writer)
    yield made
    made.dispose()


@pytest.fixture
def projector(database: ServiceDatabase, counting: Counting) -> Projector:
    return Projector(database.writer, LEDGER, [counting.projection()])


@asynccontextmanager
async def running(projector: Projector) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(projector.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, TooManyParked):
            await task
        projector.close()


def received(database: ServiceDatabase) -> dict[str, int]:
    return {
        str(stream): int(str(count))
        for stream, count in query(database.writer, "SELECT stream, received FROM counts")
    }


@pytest.fixture
def store(database: ServiceDatabase, postgres_store: PostgresStore) -> PostgresStore:
    return postgres_store


async def test_each_event_takes_effect_once(
    store: PostgresStore, projector: Projector, database: ServiceDatabase
) -> None:
    stream, subject = new_report()
    await store.handle(call(stream, Receive(times=3), subject=subject))
    async with running(projector):
        assert await projector.wait_for(3, 20)
        receipt = await store.handle(call(stream, Receive(times=2)))
        assert await projector.wait_for(receipt.position, 20)
        assert received(database) == {stream: 5}
        assert projector.pending() == 0


async def test_a_backlog_is_taken_in_steps(
    store: PostgresStore, projector: Projector, database: ServiceDatabase
) -> None:
    await asyncio.gather(*(store.handle(receive()) for _ in range(1201)))
    assert projector.pending() == 1201
    async with running(projector):
        assert await projector.wait_for(1201, 20)
    assert sum(received(database).values()) == 1201


async def test_types_that_are_not_declared_are_passed_over(
    store: PostgresStore, projector: Projector, database: ServiceDatabase
) -> None:
    stream, subject = new_report()
    await store.handle(call(stream, Receive(), subject=subject))
    receipt = await store.handle(call(stream, Accept()))
    async with running(projector):
        assert await projector.wait_for(receipt.position, 20)
    assert received(database) == {stream: 1}


async def test_waiting_ends_when_the_time_is_up(projector: Projector) -> None:
    async with running(projector):
        assert not await projector.wait_for(1, 0.05)


async def test_catching_up_is_to_take_all_that_is_recorded_by_now(
    store: PostgresStore, projector: Projector, database: ServiceDatabase
) -> None:
    stream, subject = new_report()
    await store.handle(call(stream, Receive(times=3), subject=subject))
    assert not await projector.catch_up(0.05), "it does not run yet"
    async with running(projector):
        assert await projector.catch_up(20)
        assert received(database) == {stream: 3}


async def test_two_instances_take_each_event_once(
    store: PostgresStore, database: ServiceDatabase, counting: Counting
) -> None:
    one, other = (Projector(database.writer, LEDGER, [counting.projection()]) for _ in range(2))
    stream, subject = new_report()
    async with running(other):
        async with running(one):
            await store.handle(call(stream, Receive(), subject=subject))
            for _ in range(10):
                await asyncio.gather(*(store.handle(call(stream, Receive())) for _ in range(20)))
            assert await one.wait_for(201, 20)
            assert await other.wait_for(201, 20)
        receipt = await store.handle(call(stream, Receive(times=9)))
        assert await other.wait_for(receipt.position, 20)
    assert received(database) == {stream: 210}


async def test_an_event_that_fails_is_parked_with_all_later_ones_of_its_stream(
    store: PostgresStore, projector: Projector, database: ServiceDatabase, counting: Counting
) -> None:
    (bad, its_subject), (good, subject) = new_report(), new_report()
    counting.broken = {bad}
    await store.handle(call(bad, Receive(), subject=its_subject))
    await store.handle(call(good, Receive(), subject=subject))
    async with running(projector):
        assert await projector.wait_for(2, 20)
        counting.broken = set()
        await store.handle(call(bad, Receive()))
        receipt = await store.handle(call(good, Receive()))
        assert await projector.wait_for(receipt.position, 20)
        assert received(database) == {good: 2}
        assert projector.pending() == 2
    rows = query(database.writer, "SELECT position, stream, reason FROM parked ORDER BY position")
    assert [row[:2] for row in rows] == [(1, bad), (3, bad)]
    assert "private" not in str(rows)
    assert "RuntimeError" in str(rows[0][2])


async def test_what_was_parked_is_retried_in_order_when_asked(
    store: PostgresStore,
    projector: Projector,
    database: ServiceDatabase,
    counting: Counting,
    operator: Engine,
) -> None:
    stream, subject = new_report()
    counting.broken = {stream}
    await store.handle(call(stream, Receive(times=3), subject=subject))
    async with running(projector):
        assert await projector.wait_for(3, 20)
        counting.broken = set()
        with operator.begin() as connection:
            assert parking.ask_retry(connection, "counts", LEDGER, stream) == 3
        await until(lambda: projector.pending() == 0)
    assert query(database.writer, "SELECT * FROM counts") == [(stream, 3, 3)]


async def test_a_retry_that_fails_leaves_the_stream_parked(
    store: PostgresStore, projector: Projector, counting: Counting, operator: Engine
) -> None:
    stream, subject = new_report()
    counting.broken = {stream}
    await store.handle(call(stream, Receive(times=3), subject=subject))
    async with running(projector):
        assert await projector.wait_for(3, 20)
        with operator.begin() as connection:
            parking.ask_retry(connection, "counts", LEDGER, stream)
        await until(lambda: not any(entry.retry_asked for entry in all_parked(operator)))
    assert len(all_parked(operator)) == 3


def all_parked(operator: Engine) -> list[parking.Listed]:
    with operator.begin() as connection:
        return parking.listed(connection)


async def test_a_skipped_event_is_remembered_and_those_behind_it_go_on(
    store: PostgresStore,
    projector: Projector,
    database: ServiceDatabase,
    counting: Counting,
    operator: Engine,
) -> None:
    stream, subject = new_report()
    counting.broken = {stream}
    await store.handle(call(stream, Receive(times=2), subject=subject))
    async with running(projector):
        assert await projector.wait_for(2, 20)
        counting.broken = set()
        with operator.begin() as connection:
            parking.skip(connection, parking.listed(connection)[0].event, "known and harmless")
        await until(lambda: projector.pending() == 0)
    assert received(database) == {stream: 1}
    kept = query(database.writer, "SELECT position, skipped_reason FROM parked")
    assert kept == [(1, "known and harmless")]


async def test_too_many_parked_streams_stop_the_projector(
    store: PostgresStore,
    projector: Projector,
    counting: Counting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parking, "MOST_PARKED_STREAMS", 2)
    calls = [receive() for _ in range(3)]
    counting.broken = {one.stream for one in calls}
    for one in calls:
        await store.handle(one)
    async with running(projector) as task:
        with pytest.raises(TooManyParked):
            await asyncio.wait_for(task, 20)
    assert projector.pending() > 0


async def test_a_projection_can_begin_anew(
    store: PostgresStore,
    projector: Projector,
    database: ServiceDatabase,
    counting: Counting,
    operator: Engine,
) -> None:
    stream, subject = new_report()
    await store.handle(call(stream, Receive(times=3), subject=subject))
    async with running(projector):
        assert await projector.wait_for(3, 20)
        query(database.admin, "UPDATE counts SET received = 99 RETURNING 1")
        with operator.begin() as connection:
            start_again(connection, LEDGER, counting.projection())
        await until(lambda: received(database) == {stream: 3})


async def test_it_goes_on_after_the_database_was_away(
    store: PostgresStore, projector: Projector, database: ServiceDatabase
) -> None:
    async with running(projector):
        await store.handle(receive())
        assert await projector.wait_for(1, 20)
        query(
            database.admin,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        receipt = await store.handle(receive())
        assert await projector.wait_for(receipt.position, 10)
