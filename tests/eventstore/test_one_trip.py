"""A writer that was alone decides on what it remembers: never on what is no longer so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from shared.contracts.refused import WrongVersion
from shared.eventstore.calls import Call, Receipt
from shared.vault.vault import Vault
from tests.eventstore.contract import Clock
from tests.eventstore.postgres_store import PostgresStore
from tests.eventstore.reports import Accept, IsAccepted, Receive, call, new_report, receive
from tests.support.postgres import ServiceDatabase

pytestmark = pytest.mark.stack


@pytest.fixture
def other(ledger: ServiceDatabase, vault: Vault, clock: Clock) -> Iterator[PostgresStore]:
    """A second writer on the database of `postgres_store`."""
    with PostgresStore(ledger.writer, vault, clock) as made:
        yield made


async def alone(store: PostgresStore) -> Call:
    """The store's writer has written several batches, and nobody else; its last command."""
    await store.handle(receive())
    await store.handle(receive())
    last = receive()
    await store.handle(last)
    return last


async def test_whoever_is_alone_asks_once_for_each_batch(
    postgres_store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alone(postgres_store)
    monkeypatch.delattr("shared.eventstore.transaction.Transactions._present")
    receipt = await postgres_store.handle(receive())
    assert (receipt.position, postgres_store.verified().position) == (4, 4)


async def test_what_another_wrote_is_seen_before_a_refusal(
    postgres_store: PostgresStore, other: PostgresStore
) -> None:
    first = await alone(postgres_store)
    await other.handle(call(first.stream, Accept()))
    with pytest.raises(IsAccepted):
        await postgres_store.handle(call(first.stream, Accept()))


async def test_a_refusal_alone_is_not_given_from_memory(
    postgres_store: PostgresStore, other: PostgresStore
) -> None:
    first = await alone(postgres_store)
    await other.handle(call(first.stream, Receive()))
    receipt = await postgres_store.handle(call(first.stream, Receive(), expected_version=2))
    assert receipt.version == 3


async def test_nobody_is_refused_for_what_another_has_changed_meanwhile(
    postgres_store: PostgresStore, other: PostgresStore
) -> None:
    first = await alone(postgres_store)
    await other.handle(call(first.stream, Receive()))
    versioned = call(first.stream, Receive(), expected_version=2)
    answers = await in_one_batch(postgres_store, [receive(), versioned])
    assert [type(answer) for answer in answers] == [Receipt, Receipt]
    assert postgres_store.verified().position == 6


async def test_a_retry_is_answered_as_the_first_time_although_it_would_be_refused_now(
    postgres_store: PostgresStore,
) -> None:
    first = await alone(postgres_store)
    acceptance = call(first.stream, Accept())
    accepted = await postgres_store.handle(acceptance)
    answers = await in_one_batch(postgres_store, [receive(), replace(acceptance)])
    assert answers[1] == accepted


async def test_a_retry_writes_nothing_again(postgres_store: PostgresStore) -> None:
    last = await alone(postgres_store)
    again = await postgres_store.handle(replace(last))
    assert (again.position, postgres_store.head().position) == (3, 3)


async def test_a_stream_that_another_has_begun_is_not_taken_for_new(
    postgres_store: PostgresStore, other: PostgresStore
) -> None:
    stream, subject = new_report()
    await other.handle(call(stream, Receive(), subject=subject))
    await alone(postgres_store)
    acceptance = call(stream, Accept(), subject=subject)  # which nobody may do to a new one
    answers = await in_one_batch(postgres_store, [receive(), acceptance])
    assert [type(answer) for answer in answers] == [Receipt, Receipt]


async def test_a_refusal_beside_what_is_written_stands(postgres_store: PostgresStore) -> None:
    last = await alone(postgres_store)
    stale = call(last.stream, Receive(), expected_version=7)
    answers = await in_one_batch(postgres_store, [receive(), stale, receive()])
    assert [type(answer) for answer in answers] == [Receipt, WrongVersion, Receipt]
    assert postgres_store.verified().position == 5


async def in_one_batch(
    store: PostgresStore, calls: Sequence[Call]
) -> list[Receipt | BaseException]:
    with store.writer._room._lock:  # the writer cannot take before each has entered
        asked = [asyncio.ensure_future(store.handle(one)) for one in calls]
        await asyncio.sleep(0)
    return await asyncio.gather(*asked, return_exceptions=True)
