"""What a consumer promises, whatever bus it listens to and wherever its inbox stands."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from contextlib import AsyncExitStack
from typing import Protocol

import pytest

from shared.contracts.cases import CaseReassigned
from shared.eventstore.parking import MOST_PARKED_STREAMS
from shared.eventstore.recorded import Recorded
from shared.messaging.consumer import Consumer
from shared.messaging.effects import Effect
from shared.messaging.records import Record
from shared.messaging.topics import Bus
from tests.messaging.lines import asked, garbled, not_asked, of_version
from tests.messaging.waiting import eventually, pending, running

NAME = "referrals.cases"


class Journal(Protocol):
    """An effect that writes down what it was given, in order, and can be made to stumble."""

    poison: set[int]
    """Positions of the events at which it stumbles."""

    def taken(self) -> list[int]:
        """The positions of the events that took effect, in the order in which they did."""

    def parked(self) -> list[int]: ...
    def ask_retry(self, case: int) -> None: ...
    def skip(self, position: int) -> None: ...
    def effect(self) -> Effect[Recorded]: ...


class Line(Protocol):
    """A topic, and what a test does to it."""

    bus: Bus
    topic: str

    async def send(self, *records: Record) -> None: ...
    async def send_strange(self) -> None:
        """A record that a stranger wrote, without our headers."""

    async def empty(self) -> None:
        """Deletes what the topic holds."""

    async def make_anew(self) -> None:
        """As a broker that lost its disk: offsets begin at 0 again."""


class ConsumerContract:
    @abstractmethod
    @pytest.fixture
    def line(self) -> Line: ...

    @abstractmethod
    @pytest.fixture
    def journal(self) -> Journal: ...

    @pytest.fixture
    def consumer(self, line: Line, journal: Journal) -> Consumer[Recorded]:
        return another(line, journal)

    async def test_each_event_takes_effect_once_and_in_order(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(asked(1), asked(2))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [1, 2])
            await line.send(asked(3), asked(4))
            await eventually(lambda: journal.taken() == [1, 2, 3, 4])

    async def test_repeats_are_dropped(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(*map(asked, [1, 2, 3, 2, 3, 1, 4, 4]))
        async with running(consumer):
            await eventually(lambda: pending(consumer) == 0)
        assert journal.taken() == [1, 2, 3, 4]

    async def test_events_out_of_order_are_taken_in_order(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(*map(asked, [1, 3, 2, 6, 5, 4]))
        async with running(consumer):
            await eventually(lambda: pending(consumer) == 0)
        assert journal.taken() == [1, 2, 3, 4, 5, 6]

    async def test_a_hole_is_waited_for_and_never_skipped(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(*map(asked, [1, 2, 4, 5]))
        async with running(consumer):
            await eventually(lambda: pending(consumer) == 3)
            assert journal.taken() == [1, 2]
            await line.send(asked(3))
            await eventually(lambda: pending(consumer) == 0)
        assert journal.taken() == [1, 2, 3, 4, 5]

    async def test_types_that_nobody_asked_for_pass_undecoded(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(not_asked(1), asked(2), not_asked(3), not_asked(4))
        async with running(consumer):
            await eventually(lambda: pending(consumer) == 0)
        assert journal.taken() == [2]
        assert journal.parked() == []

    async def test_types_that_nobody_knows_pass_undecoded(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(asked(1)._replace(type="vcms.cases.case_painted_blue.v1"), asked(2))
        async with running(consumer):
            await eventually(lambda: pending(consumer) == 0)
        assert journal.taken() == [2]

    async def test_what_a_stranger_wrote_is_no_event(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(asked(1))
        await line.send_strange()
        await line.send(asked(2))
        async with running(consumer):
            await eventually(lambda: pending(consumer) == 0)
        assert journal.taken() == [1, 2]

    async def test_an_unknown_version_of_a_declared_type_is_parked_with_all_that_follows_it(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(asked(1, case=1), of_version(9, 2, case=1), asked(3, case=2))
        await line.send(asked(4, case=1), asked(5, case=2))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [1, 3, 5])
            await eventually(lambda: journal.parked() == [2, 4])

    async def test_what_cannot_be_decoded_is_parked_and_other_streams_go_on(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(asked(1, case=1), garbled(2, case=2), asked(3, case=3), asked(4, case=2))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [1, 3])
            await eventually(lambda: journal.parked() == [2, 4])

    async def test_an_event_that_makes_the_effect_stumble_is_found_and_parked(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        journal.poison = {3}
        await line.send(*(asked(position, case=position % 2) for position in range(1, 7)))
        async with running(consumer):
            await eventually(lambda: journal.parked() == [3, 5])
            await eventually(lambda: sorted(journal.taken()) == [1, 2, 4, 6])

    async def test_parked_events_are_pending(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(garbled(1), asked(2), asked(3, case=2))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [3])
            await eventually(lambda: pending(consumer) == 2)

    async def test_a_retry_takes_the_stream_up_in_order_and_then_it_is_free(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        journal.poison = {1}
        await line.send(asked(1), asked(2), asked(3))
        async with running(consumer):
            await eventually(lambda: journal.parked() == [1, 2, 3])
            journal.poison = set()
            journal.ask_retry(case=1)
            await eventually(lambda: journal.taken() == [1, 2, 3])
            await line.send(asked(4))
            await eventually(lambda: journal.taken() == [1, 2, 3, 4])
        await eventually(lambda: journal.parked() == [])

    async def test_a_retry_that_fails_leaves_the_order_as_it_was(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        journal.poison = {1, 3}
        await line.send(asked(1), asked(2), asked(3), asked(4))
        async with running(consumer):
            await eventually(lambda: journal.parked() == [1, 2, 3, 4])
            journal.poison = {3}
            journal.ask_retry(case=1)
            await eventually(lambda: journal.parked() == [3, 4])
            assert journal.taken() == [1, 2]

    async def test_what_stood_behind_a_skipped_event_goes_on(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(garbled(1), asked(2), asked(3))
        async with running(consumer):
            await eventually(lambda: journal.parked() == [1, 2, 3])
            journal.skip(1)
            await eventually(lambda: journal.taken() == [2, 3])
        await eventually(lambda: journal.parked() == [])

    async def test_too_many_parked_streams_stop_the_consumer_until_an_operator_acts(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        broken = [garbled(position, case=position) for position in range(1, 102)]
        await line.send(*broken, asked(102, case=102))
        async with running(consumer):
            await eventually(lambda: len(journal.parked()) == MOST_PARKED_STREAMS)
            await eventually(lambda: pending(consumer) == MOST_PARKED_STREAMS + 2)
            assert journal.taken() == []
            journal.skip(1)
            await eventually(lambda: journal.taken() == [102])

    async def test_a_consumer_goes_on_where_the_last_one_stopped(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(asked(1), asked(2))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [1, 2])
        await line.send(asked(3))
        async with running(another(line, journal)):
            await eventually(lambda: journal.taken() == [1, 2, 3])

    async def test_a_parked_stream_is_still_parked_for_the_next_consumer(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(garbled(1))
        async with running(consumer):
            await eventually(lambda: journal.parked() == [1])
        await line.send(asked(2), asked(3, case=2))
        async with running(another(line, journal)):
            await eventually(lambda: journal.taken() == [3])
        assert journal.parked() == [1, 2]

    async def test_of_two_instances_one_takes_each_event(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        async with running(consumer, another(line, journal)):
            for first in range(1, 200, 10):
                await line.send(*map(asked, range(first, first + 10)))
            await eventually(lambda: len(journal.taken()) >= 200)
        assert journal.taken() == list(range(1, 201))

    async def test_whichever_instance_ends_the_other_goes_on(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        async def go_on_to(position: int) -> None:
            await line.send(*map(asked, range(position - 9, position + 1)))
            await eventually(lambda: journal.taken() == list(range(1, position + 1)))

        async with AsyncExitStack() as second:
            async with running(consumer):
                await second.enter_async_context(running(another(line, journal)))
                await go_on_to(10)
            await go_on_to(20)
            async with running(another(line, journal)):
                await go_on_to(30)
                await second.aclose()
                await go_on_to(40)

    async def test_a_reader_can_ask_the_instance_that_stands_by(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        other = another(line, journal)
        async with running(consumer, other):
            for position in range(1, 20):
                await line.send(asked(position))
                both = consumer.wait_for(position, 20), other.wait_for(position, 20)
                assert all(await asyncio.gather(*both))
                assert journal.taken()[-1] == position

    async def test_an_emptied_topic_that_is_filled_again_loses_and_repeats_nothing(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(*map(asked, [1, 2, 3]))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [1, 2, 3])
            await line.empty()
            await line.send(*map(asked, [1, 2, 3, 4]))
            await eventually(lambda: journal.taken() == [1, 2, 3, 4])

    async def test_a_topic_that_lost_its_beginning_is_still_read_to_its_end(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(*map(asked, [1, 2, 3]))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [1, 2, 3])
        await line.empty()
        await line.send(*map(asked, [3, 4, 5]))
        async with running(another(line, journal)):
            await eventually(lambda: journal.taken() == [1, 2, 3, 4, 5])

    async def test_a_topic_made_anew_loses_and_repeats_nothing(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(*map(asked, [1, 2, 3, 4, 5]))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [1, 2, 3, 4, 5])
            await line.make_anew()
            await line.send(*map(asked, [1, 2, 3]))
            await line.send(*map(asked, [4, 5, 6]))
            await eventually(lambda: journal.taken() == [1, 2, 3, 4, 5, 6])

    async def test_a_new_consumer_begins_where_its_inbox_says_although_the_topic_has_repeats(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(*map(asked, [1, 2, 3, 1, 2, 3, 4]))
        async with running(consumer):
            await eventually(lambda: journal.taken() == [1, 2, 3, 4])
        await line.send(*map(asked, [2, 3, 4, 5]))
        async with running(another(line, journal)):
            await eventually(lambda: journal.taken() == [1, 2, 3, 4, 5])

    async def test_nothing_pending_is_never_said_before_it_is_known(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        await line.send(asked(1))
        assert pending(consumer) is None
        async with running(consumer):
            await eventually(lambda: pending(consumer) == 0)
        assert journal.taken() == [1]

    async def test_a_reader_can_wait_for_an_effect(
        self, line: Line, journal: Journal, consumer: Consumer[Recorded]
    ) -> None:
        async with running(consumer):
            assert not await consumer.wait_for(1, 0.05)
            await line.send(asked(1))
            assert await consumer.wait_for(1, 20)
            assert journal.taken() == [1]


def another(line: Line, journal: Journal) -> Consumer[Recorded]:
    return Consumer(NAME, line.topic, (CaseReassigned,), journal.effect(), line.bus)
