"""What every event store promises. The real store and its memory twin inherit the same tests."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import pytest

from shared.contracts.intake import ReportAccepted, ReportReceived
from shared.contracts.marks import Sealed
from shared.contracts.refused import (
    EventTooLarge,
    KeyReused,
    NotFound,
    Refused,
    WrongVersion,
)
from shared.eventstore.calls import Call, Receipt, Run, event_id
from shared.eventstore.chain import verified
from shared.eventstore.errors import Unprocessable
from shared.eventstore.recorded import Head, Recorded, StoredEvent, read
from shared.vault.sealing import locate
from shared.vault.vault import Vault
from tests.eventstore.reports import (
    ADA,
    BEN,
    NOON,
    Accept,
    DoNothing,
    IsAccepted,
    Receive,
    Stumble,
    call,
    new_report,
    receive,
    run,
)


class Store(Protocol):
    async def handle(self, call: Call, /) -> Receipt: ...
    async def react(self, run: Run, /) -> Sequence[Receipt | Refused] | None: ...
    def load(self, stream: str, /) -> list[Recorded]: ...
    def after(self, position: int, limit: int = ..., /) -> list[StoredEvent]: ...
    def head(self) -> Head: ...
    def subject_of(self, stream: str, /) -> UUID | None: ...
    def inbox_position(self, consumer: str, topic: str, /) -> int: ...
    def refusals(self) -> list[str]:
        """The reasons in `refused_reactions`."""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class EventStoreContract:
    @abstractmethod
    @pytest.fixture
    def store(self) -> Store: ...

    async def test_positions_are_gapless_and_the_chain_holds(self, store: Store) -> None:
        for _ in range(3):
            await store.handle(receive())
        events = store.after(0)
        assert [event.position for event in events] == [1, 2, 3]
        assert verified(events) == store.head()

    async def test_a_reader_gets_what_follows_its_position(self, store: Store) -> None:
        for _ in range(4):
            await store.handle(receive())
        assert [event.position for event in store.after(1, 2)] == [2, 3]
        assert store.after(4) == []

    async def test_a_run_may_begin_and_end_anywhere(self, store: Store) -> None:
        await asyncio.gather(*(store.handle(receive()) for _ in range(305)))
        whole = store.after(0)
        assert verified(whole) == store.head()
        for position, limit in ((0, 99), (0, 100), (1, 101), (99, 205), (104, 200), (299, 50)):
            assert store.after(position, limit) == whole[position : position + limit]

    async def test_a_stream_comes_back_in_its_order(self, store: Store) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive(times=2), subject=subject))
        await store.handle(receive())
        await store.handle(call(stream, Accept()))
        history = store.load(stream)
        assert [recorded.envelope.version for recorded in history] == [1, 2, 3]
        assert [type(recorded.event) for recorded in history] == [
            ReportReceived,
            ReportReceived,
            ReportAccepted,
        ]

    async def test_the_receipt_tells_where_the_events_stand(self, store: Store) -> None:
        await store.handle(receive())
        stream, subject = new_report()
        two = call(stream, Receive(times=2), subject=subject)
        receipt = await store.handle(two)
        ids = (event_id(two.command_id, 0), event_id(two.command_id, 1))
        assert receipt == Receipt(stream, 2, 3, ids)
        assert tuple(recorded.envelope.id for recorded in store.load(stream)) == ids

    async def test_the_envelope_says_who_what_and_why(self, store: Store) -> None:
        stream, subject = new_report()
        cause, story = UUID(int=7), UUID(int=8)
        traced = replace(
            call(stream, Receive(), subject=subject),
            occurred_at=NOON - timedelta(days=2),
            causation_id=cause,
            correlation_id=story,
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        await store.handle(traced)
        envelope = store.load(stream)[0].envelope
        assert (envelope.actor, envelope.subject) == (str(ADA), subject)
        assert (envelope.causation_id, envelope.correlation_id) == (cause, story)
        assert envelope.occurred_at == NOON - timedelta(days=2)
        assert envelope.recorded_at == NOON
        assert envelope.traceparent == traced.traceparent
        assert len(bytes.fromhex(envelope.nonce)) == 16

    async def test_personal_fields_are_sealed_and_can_be_opened(
        self, store: Store, vault: Vault
    ) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive("a very private thing"), subject=subject))
        assert b"private" not in store.after(0)[0].body
        recorded = store.load(stream)[0]
        assert isinstance(recorded.event, ReportReceived)
        assert isinstance(recorded.event.narrative, Sealed)
        located = locate(recorded.envelope, "narrative", recorded.event.narrative)
        assert vault.open(located, str) == "a very private thing"

    async def test_the_subject_that_begins_a_stream_stays(self, store: Store) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive(), subject=subject))
        await store.handle(call(stream, Receive()))
        await store.handle(call(stream, Receive(), subject=UUID(int=9)))
        subjects = {recorded.envelope.subject for recorded in store.load(stream)}
        assert subjects == {subject}
        assert store.subject_of(stream) == subject
        assert store.subject_of("report-none") is None

    async def test_personal_values_without_a_subject_are_not_written(self, store: Store) -> None:
        with pytest.raises(Unprocessable):
            await store.handle(call(new_report()[0], Receive()))
        assert store.after(0) == []

    async def test_a_retry_gets_the_first_answer(self, store: Store) -> None:
        first = receive()
        receipt = await store.handle(first)
        await store.handle(receive())
        # As the edge makes it: new ids, another stream, the same key and request.
        again = replace(receive(), key=first.key, request_hash=first.request_hash)
        assert await store.handle(again) == receipt
        assert store.head().position == 2

    async def test_a_key_belongs_to_one_request(self, store: Store) -> None:
        first = receive()
        await store.handle(first)
        with pytest.raises(KeyReused):
            await store.handle(replace(receive(), key=first.key, request_hash=b"another"))

    async def test_another_principals_key_is_another_key(self, store: Store) -> None:
        first = receive()
        await store.handle(first)
        receipt = await store.handle(replace(receive(), key=first.key, actor=BEN))
        assert receipt.position == 2

    async def test_a_refused_command_leaves_nothing_and_may_come_again(self, store: Store) -> None:
        stream, subject = new_report()
        early = call(stream, Accept())
        with pytest.raises(NotFound):
            await store.handle(early)
        await store.handle(call(stream, Receive(), subject=subject))
        assert (await store.handle(early)).version == 2

    async def test_decisions_see_all_that_came_before(self, store: Store) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive(), subject=subject))
        await store.handle(call(stream, Accept()))
        with pytest.raises(IsAccepted):
            await store.handle(call(stream, Accept()))

    async def test_a_command_without_events_is_answered_too(self, store: Store) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive(), subject=subject))
        nothing = call(stream, DoNothing())
        receipt = await store.handle(nothing)
        assert receipt == Receipt(stream, 1, 1, ())
        await store.handle(receive())
        assert await store.handle(nothing) == receipt

    async def test_a_version_that_is_not_the_last_is_refused(self, store: Store) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive(), subject=subject))
        for wrong in (0, 2):
            with pytest.raises(WrongVersion):
                await store.handle(call(stream, Receive(), expected_version=wrong))
        assert (await store.handle(call(stream, Receive(), expected_version=1))).version == 2

    async def test_a_stale_command_is_told_so_even_where_the_rules_refuse_it(
        self, store: Store
    ) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive(), subject=subject))
        await store.handle(call(stream, Accept()))
        with pytest.raises(WrongVersion):
            await store.handle(call(stream, Accept(), expected_version=1))

    async def test_what_is_not_found_tells_nothing_of_its_version(self, store: Store) -> None:
        for version in (None, 0, 1):
            with pytest.raises(NotFound):
                await store.handle(call("report-none", Accept(), expected_version=version))

    async def test_an_event_above_512_kib_is_refused_alone(self, store: Store) -> None:
        stream, subject = new_report()
        with pytest.raises(EventTooLarge):
            await store.handle(call(stream, Receive("x" * 600_000), subject=subject))
        fits = await store.handle(call(stream, Receive("x" * 300_000), subject=subject))
        assert fits.position == 1

    async def test_a_bug_is_told_without_values(self, store: Store) -> None:
        stream, subject = new_report()
        with pytest.raises(Unprocessable) as told:
            await store.handle(call(stream, Stumble("a very private thing"), subject=subject))
        assert "private" not in str(told.value)
        assert "RuntimeError" in str(told.value)
        assert told.value.__cause__ is None
        assert store.head().position == 0

    async def test_an_unknown_kind_of_stream_is_not_written(self, store: Store) -> None:
        with pytest.raises(Unprocessable):
            await store.handle(call("elsewhere-1", Receive()))

    async def test_recorded_time_never_goes_backwards(self, store: Store, clock: Clock) -> None:
        await store.handle(receive())
        clock.now = NOON - timedelta(hours=1)
        await store.handle(receive())
        clock.now = NOON + timedelta(hours=1)
        await store.handle(receive())
        times = [read(event.body).envelope.recorded_at for event in store.after(0)]
        assert times == [NOON, NOON, NOON + timedelta(hours=1)]

    async def test_commands_that_come_together_are_answered_each(self, store: Store) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive(), subject=subject))
        accepts = [call(stream, Accept()) for _ in range(20)]
        answers = await asyncio.gather(
            *map(store.handle, accepts),
            *(store.handle(receive()) for _ in range(20)),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, IsAccepted) for answer in answers) == 19
        assert sum(isinstance(answer, Receipt) for answer in answers) == 21
        assert verified(store.after(0)).position == 22

    async def test_one_key_twice_at_once_is_done_once(self, store: Store) -> None:
        one = receive()
        twins = [replace(receive(), key=one.key, request_hash=one.request_hash) for _ in range(5)]
        receipts = await asyncio.gather(*map(store.handle, [one, *twins]))
        assert len(set(receipts)) == 1
        assert store.head().position == 1

    async def test_a_run_is_claimed_with_its_events(self, store: Store) -> None:
        answers = await store.react(run(1, 2, receive(), receive()))
        assert answers is not None
        assert [isinstance(answer, Receipt) for answer in answers] == [True, True]
        assert store.head().position == 2
        assert store.inbox_position("ledger.intake", "intake") == 2

    @pytest.mark.parametrize(("first", "last"), [(1, 3), (1, 5), (3, 4), (5, 6)])
    async def test_only_the_next_run_is_claimed(self, store: Store, first: int, last: int) -> None:
        await store.react(run(1, 3, receive()))
        assert await store.react(run(first, last, receive())) is None
        assert store.head().position == 1
        assert store.inbox_position("ledger.intake", "intake") == 3

    async def test_runs_that_come_together_are_claimed_once(self, store: Store) -> None:
        answers = await asyncio.gather(*(store.react(run(1, 1, receive())) for _ in range(5)))
        assert sum(answer is not None for answer in answers) == 1
        assert store.head().position == 1

    async def test_a_run_without_commands_moves_the_inbox(self, store: Store) -> None:
        assert await store.react(run(1, 9)) == []
        assert store.inbox_position("ledger.intake", "intake") == 9

    async def test_a_refused_reaction_is_recorded_and_the_run_goes_on(self, store: Store) -> None:
        answers = await store.react(run(1, 2, call(new_report()[0], Accept()), receive()))
        assert answers is not None
        assert [type(answer) for answer in answers] == [NotFound, Receipt]
        assert store.refusals() == ["NotFound"]
        assert store.inbox_position("ledger.intake", "intake") == 2

    async def test_a_run_with_a_bug_leaves_nothing(self, store: Store) -> None:
        stream, subject = new_report()
        bug = call(stream, Stumble("a very private thing"), subject=subject)
        with pytest.raises(Unprocessable):
            await store.react(run(1, 3, call(stream, Receive(), subject=subject), bug))
        assert (store.head().position, store.refusals()) == (0, [])
        assert await store.react(run(1, 3, receive())) is not None

    async def test_an_erased_subject_is_told_of_by_refusal(
        self, store: Store, erase: Callable[[UUID], None]
    ) -> None:
        stream, subject = new_report()
        await store.handle(call(stream, Receive(), subject=subject))
        erase(subject)
        others = [store.handle(receive()), store.handle(receive())]
        refused, *done = await asyncio.gather(
            store.handle(call(stream, Receive())), *others, return_exceptions=True
        )
        assert isinstance(refused, Refused)
        assert refused.status == 410
        assert all(isinstance(answer, Receipt) for answer in done)
