"""One transaction for all that wait, whatever becomes of each of them."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import pytest

from shared.contracts.intake import IntakeReportEvent
from shared.contracts.refused import KeyReused
from shared.eventstore.calls import Call, Receipt
from shared.eventstore.committing import MOST_COMMANDS
from shared.eventstore.errors import Retryable, Unprocessable
from shared.eventstore.statements import SESSION
from shared.vault.errors import KeysAway
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.reports import (
    REPORTS,
    Accept,
    DoNothing,
    Receive,
    Report,
    Stumble,
    call,
    evolve,
    new_report,
    receive,
    run,
)
from tests.support.postgres import ServiceDatabase

pytestmark = pytest.mark.stack

E = TypeVar("E")


@pytest.fixture
def store(
    ledger: ServiceDatabase, vault: Vault, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> PostgresStore:
    """Its writer has not begun: what is asked of it waits, and is one batch, even where the machine
    is busy."""
    monkeypatch.setattr("shared.eventstore.transaction.MOST_SECONDS", 60)
    return PostgresStore(ledger.writer, vault, clock)


async def together(store: PostgresStore, calls: Sequence[Call]) -> list[Receipt | BaseException]:
    """The answers to commands that wait when the writer begins."""
    asked = [asyncio.ensure_future(store.handle(call)) for call in calls]
    await asyncio.sleep(0)  # each has entered
    with store:
        return await asyncio.gather(*asked, return_exceptions=True)


async def test_all_that_wait_are_written_in_one_transaction(store: PostgresStore) -> None:
    answers = await together(store, [receive() for _ in range(50)])
    assert all(isinstance(answer, Receipt) for answer in answers)
    assert (store.transactions(), store.head().position) == (1, 50)


async def test_a_refusal_leaves_the_batch_whole(store: PostgresStore) -> None:
    calls = [receive(), call(new_report()[0], Accept()), receive(), receive()]
    calls[2] = replace(calls[2], command=Stumble("x"))
    answers = await together(store, calls)
    assert [isinstance(answer, Receipt) for answer in answers] == [True, False, False, True]
    assert (store.transactions(), store.head().position) == (1, 2)


async def test_one_key_with_two_requests_in_a_batch(store: PostgresStore) -> None:
    first = receive()
    second = replace(receive(), key=first.key, request_hash=b"another")
    answers = await together(store, [first, second])
    assert [type(answer) for answer in answers] == [Receipt, KeyReused]


UNWRITABLE = {
    "a NUL": "\0",
    "half of a pair": "\ud800",
    "more than an index holds": secrets.token_hex(9000),
}


@pytest.mark.parametrize("key", UNWRITABLE.values(), ids=UNWRITABLE.keys())
async def test_what_no_row_can_hold_fails_alone(store: PostgresStore, key: str) -> None:
    answers = await together(store, [receive(), replace(receive(), key=key), receive()])
    assert [type(answer) for answer in answers] == [Receipt, Unprocessable, Receipt]
    assert store.verified().position == 2


async def test_a_batch_is_bounded_in_commands(store: PostgresStore) -> None:
    await together(store, [receive() for _ in range(MOST_COMMANDS + 1)])
    assert (store.transactions(), store.head().position) == (2, MOST_COMMANDS + 1)


async def test_a_batch_is_bounded_in_bytes(store: PostgresStore) -> None:
    large = [replace(receive(), command=Receive("x" * 370_000)) for _ in range(12)]
    answers = await together(store, large)
    assert all(isinstance(answer, Receipt) for answer in answers)
    assert store.transactions() > 1


async def test_a_batch_is_bounded_in_time(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventstore.transaction.MOST_SECONDS", 0)
    answers = await together(store, [receive() for _ in range(5)])
    assert all(isinstance(answer, Receipt) for answer in answers)
    assert store.transactions() == 5


async def test_the_order_of_asking_is_the_order_of_positions(store: PostgresStore) -> None:
    answers = await together(store, [receive() for _ in range(MOST_COMMANDS + 20)])
    positions = [answer.position for answer in answers if isinstance(answer, Receipt)]
    assert positions == list(range(1, MOST_COMMANDS + 21))


async def test_a_run_and_commands_share_a_transaction(store: PostgresStore) -> None:
    reacted = asyncio.ensure_future(store.react(run(1, 4, receive(), receive())))
    await asyncio.sleep(0)
    await together(store, [receive()])
    assert await reacted is not None
    assert (store.transactions(), store.head().position) == (1, 3)


class KeysAwayAlways:
    """A vault whose keys cannot be had."""

    def keys_for(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes]:
        raise KeysAway("keys")

    def seal(self, event: E, key: bytes, stream: str, event_id: UUID) -> E:
        raise AssertionError("there is no key")


async def test_without_keys_only_those_wait_that_need_one(
    ledger: ServiceDatabase, clock: Clock
) -> None:
    store = PostgresStore(ledger.writer, KeysAwayAlways(), clock)
    answers = await together(store, [receive(), call(new_report()[0], DoNothing()), receive()])
    assert [type(answer) for answer in answers] == [KeysAway, Receipt, KeysAway]


async def test_more_than_can_be_served_are_told_at_once(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventstore.waiting.MOST_WAITING", 3)
    answers = await together(store, [receive() for _ in range(5)])
    assert [type(answer) for answer in answers] == [Receipt] * 3 + [Retryable] * 2


async def test_those_who_wait_are_served_before_the_writer_ends(store: PostgresStore) -> None:
    asked = asyncio.ensure_future(store.handle(receive()))
    await asyncio.sleep(0)
    with store:
        pass
    assert (await asked).position == 1
    with pytest.raises(Retryable):
        await store.handle(receive())


async def test_streams_that_load_slowly_are_loaded_in_smaller_batches(
    store: PostgresStore,
    ledger: ServiceDatabase,
    vault: Vault,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = [receive() for _ in range(40)]
    await together(store, first)
    monkeypatch.setitem(SESSION, "transaction_timeout", "300ms")
    slow = PostgresStore(ledger.writer, vault, clock, aggregate=replace(REPORTS, evolve=slowly))
    answers = await together(slow, [call(one.stream, DoNothing()) for one in first])
    assert [type(answer) for answer in answers] == [Receipt] * 40


def slowly(report: Report, event: IntakeReportEvent) -> Report:
    time.sleep(0.02)
    return evolve(report, event)
