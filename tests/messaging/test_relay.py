"""The relay over the memory twin of the broker and a real table: each promise by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.messaging.line import in_line
from shared.messaging.memory import MemoryBus, MemoryTopic
from shared.messaging.records import Record
from shared.messaging.relay import Relay
from tests.messaging.lines import TRACE, asked, execute, hashes, recorded, write
from tests.messaging.waiting import eventually, running
from tests.support.postgres import ServiceDatabase, query

TOPIC = "cases"

pytestmark = pytest.mark.stack


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def relay(ledger: ServiceDatabase, bus: MemoryBus) -> Relay:
    return Relay(ledger.writer, TOPIC, bus)


def sent(bus: MemoryBus) -> list[Record]:
    return [record for record in bus.topics[TOPIC].records if record is not None]


def positions(bus: MemoryBus) -> list[int]:
    return [record.position for record in sent(bus)]


def in_order(bus: MemoryBus) -> list[int]:
    """What a consumer would take: each position once, none before its turn."""
    return [record.position for record in in_line(sent(bus), 0).next]


def leaders(ledger: ServiceDatabase) -> list[object]:
    """The server's processes that hold the relay's lock."""
    holds = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
    mine = " (SELECT oid FROM pg_database WHERE datname = current_database())"
    return [pid for (pid,) in query(ledger.admin, holds + mine)]


async def test_events_are_sent_in_order_as_they_stand_in_the_table(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 4))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        write(ledger.writer, range(4, 6))
        await eventually(lambda: relay.pending() == 0)
    assert hashes(sent(bus)) == recorded(ledger.admin)
    assert positions(bus) == [1, 2, 3, 4, 5]


async def test_a_trace_goes_on(ledger: ServiceDatabase, bus: MemoryBus, relay: Relay) -> None:
    write(ledger.writer, [1])
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
    assert sent(bus)[0].traceparent == TRACE


async def test_what_is_recorded_is_pending_until_the_broker_has_it(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 4))
    assert relay.pending() == 3
    bus.answers.clear()
    async with running(relay):
        await eventually(lambda: bus.unanswered == 1)
        assert relay.pending() == 3
        bus.answers.set()
        await eventually(lambda: relay.pending() == 0)
    assert positions(bus) == [1, 2, 3]


async def test_the_cursor_does_not_move_before_the_broker_has_answered(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 4))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        bus.answers.clear()
        write(ledger.writer, range(4, 7))
        await eventually(lambda: bus.unanswered == 1)
    bus.answers.set()
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
    assert positions(bus) == [1, 2, 3, 4, 5, 6]


async def test_it_goes_on_when_the_broker_comes_back(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 4))
    bus.away = True
    async with running(relay):
        await eventually(lambda: bus.refused > 1)
        bus.away = False
        await eventually(lambda: relay.pending() == 0)
    assert positions(bus) == [1, 2, 3]


async def test_when_the_topic_lost_its_end_it_goes_back_to_where_the_topic_ends(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 11))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        bus.topics[TOPIC].lose_end(4)
        await eventually(lambda: positions(bus) == list(range(1, 11)))


async def test_when_the_topic_lost_its_end_while_nobody_relayed_the_next_relay_notices(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 11))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
    bus.topics[TOPIC].lose_end(4)
    write(ledger.writer, range(11, 14))
    async with running(relay):
        await eventually(lambda: positions(bus) == list(range(1, 14)))


@pytest.mark.parametrize("lose", [MemoryTopic.empty, MemoryTopic.make_anew])
async def test_an_emptied_topic_is_filled_again(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay, lose: Callable[[MemoryTopic], None]
) -> None:
    write(ledger.writer, range(1, 11))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        lose(bus.topics[TOPIC])
        await eventually(lambda: positions(bus) == list(range(1, 11)))


async def test_a_batch_that_lands_in_a_topic_made_anew_leaves_no_hole(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 6))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        bus.answers.clear()
        write(ledger.writer, range(6, 9))
        await eventually(lambda: bus.unanswered == 1)
        bus.topics[TOPIC].make_anew()
        bus.answers.set()
        await eventually(lambda: in_order(bus) == list(range(1, 9)))


async def test_events_of_another_history_are_not_taken_for_ours(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 6))
    strange = [asked(position)._replace(body=b"of a database before") for position in (1, 2, 3)]
    async with bus.publisher(TOPIC) as publisher:
        await publisher.publish(strange)
    execute(ledger.admin, "UPDATE relay SET position = 5, broker_offset = 9")
    async with running(relay):
        await eventually(lambda: positions(bus) == [1, 2, 3, 1, 2, 3, 4, 5])


async def test_a_cursor_that_an_operator_moves_is_followed(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 4))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        execute(ledger.admin, "UPDATE relay SET position = 0")
        await eventually(lambda: positions(bus) == [1, 2, 3, 1, 2, 3])


async def test_a_cursor_that_an_operator_moves_during_a_batch_stays_moved(
    ledger: ServiceDatabase, bus: MemoryBus, relay: Relay
) -> None:
    write(ledger.writer, range(1, 4))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        bus.answers.clear()
        write(ledger.writer, range(4, 6))
        await eventually(lambda: bus.unanswered == 1)
        await bus.empty(TOPIC)
        execute(ledger.admin, "UPDATE relay SET position = 0")
        bus.answers.set()
        await eventually(lambda: in_order(bus) == [1, 2, 3, 4, 5])


async def test_of_two_relays_one_sends(ledger: ServiceDatabase, bus: MemoryBus) -> None:
    write(ledger.writer, range(1, 101))
    both = [Relay(ledger.writer, TOPIC, bus) for _ in range(2)]
    async with running(*both):
        await eventually(lambda: both[0].pending() == 0)
        write(ledger.writer, range(101, 201))
        await eventually(lambda: both[1].pending() == 0)
    assert positions(bus) == list(range(1, 201))


async def test_a_leader_that_lost_its_session_is_followed_by_another(
    ledger: ServiceDatabase, bus: MemoryBus
) -> None:
    write(ledger.writer, range(1, 4))
    both = [Relay(ledger.writer, TOPIC, bus) for _ in range(2)]
    async with running(*both):
        for last in range(4, 8):
            await eventually(lambda: both[0].pending() == 0 and len(leaders(ledger)) == 1)
            execute(ledger.admin, "SELECT pg_terminate_backend(%s)", *leaders(ledger))
            write(ledger.writer, [last])
        await eventually(lambda: both[0].pending() == 0)
    assert in_order(bus) == list(range(1, 8))
