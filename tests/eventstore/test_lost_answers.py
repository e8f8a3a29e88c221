"""The connection is cut around COMMIT: nobody is told anything that is not so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import make_url

from shared.eventstore.calls import Receipt
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.reports import receive, run
from tests.support.line import Cut, Line, line_to
from tests.support.postgres import ServiceDatabase

pytestmark = pytest.mark.stack

COMMIT = b"COMMIT\0"
"""How the closing string ends."""


@pytest_asyncio.fixture
async def line(ledger: ServiceDatabase) -> AsyncIterator[Line]:
    async with line_to(make_url(ledger.writer).port or 0) as made:
        yield made


@pytest_asyncio.fixture
async def store(
    ledger: ServiceDatabase, line: Line, vault: Vault, clock: Clock
) -> AsyncIterator[PostgresStore]:
    """Writes over the line; reads past it, since they block the loop that carries it."""
    url = make_url(ledger.writer).set(port=line.port).render_as_string(hide_password=False)
    with PostgresStore(ledger.writer, vault, clock, writer_url=url) as made:
        yield made
        await asyncio.to_thread(made.writer.stop)


@pytest.mark.parametrize("before", [1, 3], ids=["with the lock", "on what it remembers"])
@pytest.mark.parametrize("where", Cut)
async def test_commands_are_done_once_and_answered(
    store: PostgresStore, line: Line, where: Cut, before: int
) -> None:
    for _ in range(before):
        await store.handle(receive())
    line.cut(COMMIT, where)
    calls = [receive() for _ in range(10)]
    answers = await asyncio.gather(*map(store.handle, calls))
    assert line.was_cut
    assert {receipt.position for receipt in answers} == set(range(before + 1, before + 11))
    assert [await store.handle(call) for call in calls] == answers
    assert store.verified().position == before + 10


@pytest.mark.parametrize("where", Cut)
async def test_a_run_takes_effect_once(store: PostgresStore, line: Line, where: Cut) -> None:
    await store.handle(receive())
    line.cut(COMMIT, where)
    answers = await store.react(run(1, 2, receive(), receive()))
    assert line.was_cut
    # Where only the answer was lost, the run is told to be claimed before: by ourselves.
    assert (answers is None) == (where is Cut.AFTER_THE_SERVER)
    assert store.verified().position == 3
    assert store.inbox_position("ledger.intake", "intake") == 2


async def test_a_connection_that_ended_while_idle_is_replaced(
    store: PostgresStore, line: Line
) -> None:
    await store.handle(receive())
    line.cut(b"pg_advisory_xact_lock", Cut.BEFORE_THE_SERVER)
    assert isinstance(await store.handle(receive()), Receipt)
    assert line.was_cut
