"""Many writers on one database: no position is missed, no version doubled, no state stale."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from shared.contracts.refused import WrongVersion
from shared.eventstore.calls import Receipt
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.readers import Follower, NaiveTable
from tests.eventstore.reports import Accept, IsAccepted, Receive, call, new_report, receive, run
from tests.support.postgres import ServiceDatabase

pytestmark = pytest.mark.stack

WRITERS = 16
APPENDS = 1500
"""Of each writer."""

CLIENTS = 50
"""Of each writer, who wait at the same time."""


@pytest.fixture
def stores(ledger: ServiceDatabase, vault: Vault, clock: Clock) -> Iterator[list[PostgresStore]]:
    """Sixteen writers on one database."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(PostgresStore(ledger.writer, vault, clock)) for _ in range(WRITERS)
        ]


async def test_a_reader_by_position_misses_nothing_where_a_naive_one_does(
    stores: list[PostgresStore], ledger: ServiceDatabase
) -> None:
    ours = Follower(lambda last: [event.position for event in stores[0].after(last)])
    with closing(NaiveTable(ledger)) as table:
        naive = Follower(table.after)
        with ours.following(), naive.following():
            await asyncio.gather(
                asyncio.to_thread(table.write, WRITERS, APPENDS), *map(append, stores)
            )
    assert ours.seen == list(range(1, WRITERS * APPENDS + 1))
    assert stores[0].verified().position == WRITERS * APPENDS
    assert len(naive.seen) < WRITERS * APPENDS, "the control has shown nothing: it missed none"


async def append(store: PostgresStore) -> None:
    async def client() -> None:
        for _ in range(APPENDS // CLIENTS):
            await store.insist(receive())

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def test_of_many_with_the_same_version_in_hand_one_wins(stores: list[PostgresStore]) -> None:
    stream, subject = new_report()
    await stores[0].handle(call(stream, Receive(), subject=subject))
    for version in range(1, 6):
        answers = await asyncio.gather(
            *(store.handle(call(stream, Receive(), expected_version=version)) for store in stores),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, Receipt) for answer in answers) == 1
        assert sum(isinstance(answer, WrongVersion) for answer in answers) == WRITERS - 1
    versions = [recorded.envelope.version for recorded in stores[0].load(stream)]
    assert versions == [1, 2, 3, 4, 5, 6]


async def test_what_a_writer_holds_is_brought_up_with_what_others_wrote(
    stores: list[PostgresStore],
) -> None:
    one, other = stores[:2]
    stream, subject = new_report()
    await one.handle(call(stream, Receive(), subject=subject))
    await other.handle(call(stream, Accept()))
    with pytest.raises(IsAccepted):
        await one.handle(call(stream, Accept()))
    assert (await one.handle(call(stream, Receive()))).version == 3
    assert (await other.handle(call(stream, Receive()))).version == 4


async def test_a_writer_that_is_far_behind_loads_anew(
    stores: list[PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventstore.statements.LATER_LIMIT", 3)
    one, other = stores[:2]
    stream, subject = new_report()
    await one.handle(call(stream, Receive(), subject=subject))
    for _ in range(5):
        await other.handle(call(stream, Receive()))
    assert (await one.handle(call(stream, Receive(), expected_version=6))).position == 7


async def test_one_key_at_two_writers_is_done_once(stores: list[PostgresStore]) -> None:
    one = receive()
    receipts = await asyncio.gather(*(store.handle(one) for store in stores))
    assert len(set(receipts)) == 1
    assert stores[0].head().position == 1


async def test_one_run_at_two_writers_is_claimed_once(stores: list[PostgresStore]) -> None:
    answers = await asyncio.gather(*(store.react(run(1, 3, receive())) for store in stores))
    assert sum(answer is not None for answer in answers) == 1
    assert stores[0].head().position == 1
