"""While PostgreSQL writes one batch the next is decided, on what the first will have left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import psycopg2
import pytest

from shared.contracts.refused import WrongVersion
from shared.eventstore.calls import Call, Receipt
from shared.eventstore.errors import Unprocessable
from shared.eventstore.statements import SESSION, lock_number
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.reports import Accept, IsAccepted, Receive, call, receive
from tests.support.postgres import ServiceDatabase, query
from tests.support.waiting import until

pytestmark = pytest.mark.stack

Asked = asyncio.Future[Receipt]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine too, writers stand in the queue for the lock until it is let go."""
    monkeypatch.setitem(SESSION, "lock_timeout", "20s")
    monkeypatch.setitem(SESSION, "transaction_timeout", "20s")


@pytest.fixture
def other(ledger: ServiceDatabase, vault: Vault, clock: Clock) -> Iterator[PostgresStore]:
    """A second writer on the database of `postgres_store`."""
    with PostgresStore(ledger.writer, vault, clock) as made:
        yield made


@asynccontextmanager
async def lock_held(ledger: ServiceDatabase) -> AsyncIterator[None]:
    """What is sent waits in PostgreSQL."""
    holding = psycopg2.connect(ledger.writer)
    with holding, holding.cursor() as at:
        at.execute("SELECT pg_advisory_xact_lock(%s)", (lock_number("ledger"),))
        yield
    holding.close()


async def sent(store: PostgresStore, ledger: ServiceDatabase, one: Call, queue: int = 1) -> Asked:
    """The command waits for the lock, with `queue` writers."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    asked = asyncio.ensure_future(store.handle(one))
    await until(lambda: query(ledger.admin, waiting) == [(queue,)])
    return asked


async def decided(store: PostgresStore, *calls: Call) -> list[Asked]:
    """The commands are decided, and wait for what was sent."""
    asked: list[Asked] = []
    for one in calls:
        asked.append(asyncio.ensure_future(store.handle(one)))
        await until(lambda: decided_ahead(store) == len(asked))
    return asked


def decided_ahead(store: PostgresStore) -> int:
    ahead = store.writer._committer._next
    return len(ahead.batch) if ahead else 0


async def alone(store: PostgresStore) -> Call:
    """The store's writer has written several batches, and nobody else; its last command."""
    await store.handle(receive())
    await store.handle(receive())
    last = receive()
    await store.handle(last)
    return last


async def test_the_next_is_decided_on_what_is_being_written(
    postgres_store: PostgresStore, ledger: ServiceDatabase
) -> None:
    stream = (await alone(postgres_store)).stream
    async with lock_held(ledger):
        first = await sent(postgres_store, ledger, call(stream, Accept()))
        again, stale, follows, new = await decided(
            postgres_store,
            call(stream, Accept()),
            call(stream, Receive(), expected_version=1),
            call(stream, Receive(), expected_version=2),
            receive(),
        )
    assert (await first).version == 2
    with pytest.raises(IsAccepted):
        await again
    with pytest.raises(WrongVersion):
        await stale
    assert ((await follows).version, (await follows).position, (await new).position) == (3, 5, 6)
    assert postgres_store.verified().position == 6
    assert postgres_store.transactions() == 5


async def test_nothing_decided_ahead_is_answered_before_it_is_written(
    postgres_store: PostgresStore, ledger: ServiceDatabase
) -> None:
    await alone(postgres_store)
    async with lock_held(ledger):
        first = await sent(postgres_store, ledger, receive())
        (following,) = await decided(postgres_store, receive())
        assert not first.done()
        assert not following.done()
        assert postgres_store.head().position == 3
    assert [(await one).position for one in (first, following)] == [4, 5]


async def test_where_the_first_fails_both_are_decided_anew(
    postgres_store: PostgresStore, other: PostgresStore, ledger: ServiceDatabase
) -> None:
    begun = receive()
    await other.handle(begun)
    await postgres_store.handle(call(begun.stream, Receive()))
    await alone(postgres_store)
    async with lock_held(ledger):
        strangers = await sent(other, ledger, call(begun.stream, Receive()))
        first = await sent(postgres_store, ledger, call(begun.stream, Receive()), queue=2)
        follows, new = await decided(
            postgres_store, call(begun.stream, Receive(), expected_version=4), receive()
        )
    assert [(await one).version for one in (strangers, first, follows, new)] == [3, 4, 5, 1]
    assert postgres_store.verified().position == 9


async def test_a_retry_of_what_is_being_written_gets_its_answer(
    postgres_store: PostgresStore, ledger: ServiceDatabase
) -> None:
    await alone(postgres_store)
    acceptance = receive()
    async with lock_held(ledger):
        first = await sent(postgres_store, ledger, acceptance)
        again, new = await decided(postgres_store, acceptance, receive())
    assert await again == await first
    assert (await new).position == 5
    assert postgres_store.verified().position == 5


async def test_a_bug_in_what_was_decided_ahead_harms_nobody_else(
    postgres_store: PostgresStore, ledger: ServiceDatabase
) -> None:
    """PostgreSQL takes no NUL."""
    await alone(postgres_store)
    async with lock_held(ledger):
        first = await sent(postgres_store, ledger, receive())
        bad, good = await decided(postgres_store, replace(receive(), key="a\0b"), receive())
    assert (await first).position == 4
    with pytest.raises(Unprocessable, match="UntranslatableCharacter"):
        await bad
    assert (await good).position == 5


async def test_what_followed_on_a_bug_is_decided_anew(
    postgres_store: PostgresStore, ledger: ServiceDatabase
) -> None:
    last = await alone(postgres_store)
    bug = replace(call(last.stream, Receive()), key="a\0b")
    async with lock_held(ledger):
        bad = await sent(postgres_store, ledger, bug)
        stale, good = await decided(
            postgres_store, call(last.stream, Receive(), expected_version=1), receive()
        )
    with pytest.raises(Unprocessable, match="UntranslatableCharacter"):
        await bad
    assert [(await one).version for one in (stale, good)] == [2, 1]
    assert postgres_store.verified().position == 5


async def test_who_stops_still_writes_what_was_decided_ahead(
    postgres_store: PostgresStore, ledger: ServiceDatabase
) -> None:
    await alone(postgres_store)
    async with lock_held(ledger):
        first = await sent(postgres_store, ledger, receive())
        (following,) = await decided(postgres_store, receive())
        stopping = asyncio.create_task(asyncio.to_thread(postgres_store.writer.stop))
    await stopping
    assert [(await one).position for one in (first, following)] == [4, 5]
