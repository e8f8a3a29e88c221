"""PostgreSQL goes away and comes back; another writer freezes in the middle of its transaction."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from functools import partial
from time import monotonic

import psutil
import pytest

from deploy.local import postgres as server
from deploy.local.postgres import Postgres
from shared.eventstore.calls import Call, Receipt
from shared.eventstore.errors import Retryable
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.reports import receive
from tests.support.postgres import LEDGER, Databases, ServiceDatabase, cluster
from tests.support.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.chaos]


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    with cluster() as made:
        yield made


@pytest.fixture
def store(own_postgres: Postgres, vault: Vault, clock: Clock) -> Iterator[PostgresStore]:
    with PostgresStore(Databases(own_postgres).of(LEDGER).writer, vault, clock) as made:
        yield made


async def insist(store: PostgresStore, calls: list[Call], receipts: dict[str, Receipt]) -> None:
    for call in calls:
        receipts[call.key] = await store.insist(call)


def reached(receipts: dict[str, Receipt], count: int) -> bool:
    return len(receipts) >= count


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    store: PostgresStore, own_postgres: Postgres
) -> None:
    calls = [receive() for _ in range(4000)]
    receipts: dict[str, Receipt] = {}
    async with asyncio.TaskGroup() as clients:
        for number in range(40):
            clients.create_task(insist(store, calls[number::40], receipts))
        for answered in (500, 2000):
            await until(partial(reached, receipts, answered))
            await asyncio.to_thread(own_postgres.kill)
            own_postgres = await asyncio.to_thread(server.start, own_postgres.directory)
    again = await asyncio.gather(*map(store.handle, calls))
    assert [receipts[call.key] for call in calls] == again
    assert store.verified().position == len(calls)


async def test_while_the_server_is_away_the_answer_is_to_try_again(
    store: PostgresStore, own_postgres: Postgres
) -> None:
    await store.handle(receive())
    await asyncio.to_thread(own_postgres.kill)
    for _ in range(3):
        asked = monotonic()
        with pytest.raises(Retryable):
            await store.handle(receive())
        assert monotonic() - asked < 1
    await asyncio.to_thread(server.start, own_postgres.directory)
    await asyncio.wait_for(store.insist(receive()), 20)
    assert store.verified().position == 2


async def test_a_server_that_freezes_keeps_nobody_waiting_for_long(
    store: PostgresStore, own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventstore.writer.PATIENCE", 0.1)
    await store.handle(receive())
    frozen_at = receive()
    own_postgres.pause()
    with pytest.raises(Retryable):
        await store.handle(frozen_at)
    own_postgres.resume()
    for one in (frozen_at, receive()):
        await asyncio.wait_for(store.insist(one), 20)
    assert store.verified().position == 3


async def test_a_database_without_tables_is_waited_for(
    own_postgres: Postgres, vault: Vault, clock: Clock
) -> None:
    with PostgresStore(own_postgres.url(), vault, clock) as store:
        for _ in range(2):
            with pytest.raises(Retryable):
                await store.handle(receive())


async def test_reads_say_that_the_database_is_away(
    store: PostgresStore, own_postgres: Postgres
) -> None:
    await asyncio.to_thread(own_postgres.kill)
    with pytest.raises(Retryable):
        store.head()


async def test_a_writer_that_freezes_in_its_transaction_holds_nobody_up(
    ledger: ServiceDatabase, vault: Vault, clock: Clock
) -> None:
    with PostgresStore(ledger.writer, vault, clock) as store:
        await store.handle(receive())
        frozen = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.eventstore.frozen_writer", ledger.writer),
            stdout=asyncio.subprocess.PIPE,
        )
        seen = psutil.Process(frozen.pid)
        await until(lambda: seen.status() == psutil.STATUS_STOPPED)
        asked = monotonic()
        assert (await store.handle(receive())).position == 2
        assert monotonic() - asked < 3
        seen.resume()
        printed, _ = await asyncio.wait_for(frozen.communicate(), 20)
        assert int(printed) == 3
        assert store.verified().position == 3
