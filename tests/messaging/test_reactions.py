"""Commands that follow from events: the same ones each time, refused ones recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from shared.contracts.actor import System
from shared.contracts.cases import CaseReassigned
from shared.contracts.notifications import NotificationKind, ReminderDue
from shared.contracts.refused import Refused
from shared.eventstore import parking
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.calls import Call
from shared.eventstore.connections import engine
from shared.eventstore.errors import Unprocessable
from shared.eventstore.recorded import Recorded, read
from shared.eventstore.writer import Writer
from shared.messaging.consumer import Consumer
from shared.messaging.effects import React
from shared.messaging.reactions import reaction_call
from tests.messaging.lines import EVENTS, NOON, ORGANISATION, TRACE, asked, execute
from tests.messaging.topic_lines import MemoryLine
from tests.messaging.waiting import eventually, pending, running
from tests.support.postgres import ServiceDatabase, query

NAME = "notifications.cases"
ABOUT = UUID(int=7)


class NotToday(Refused):
    pass


def remind(about: UUID, reminded: bool, now: datetime) -> Sequence[ReminderDue]:
    if reminded:
        raise NotToday
    return [ReminderDue(about, ORGANISATION, NotificationKind.ARRIVAL_AWAITED, about, now)]


REMINDERS = Aggregate("reminder", False, remind, lambda reminded, event: True)


def react(event: Recorded) -> Sequence[Call]:
    """One reminder for all events: only the first is not refused."""
    return [reaction_call(NAME, event, f"reminder-{ABOUT}", ABOUT)]


@dataclass
class Line(MemoryLine):
    """And the consumer that listens to it."""

    writer: Writer | None = None

    def consumer(self) -> Consumer[Recorded]:
        assert self.writer is not None
        return Consumer(NAME, self.topic, (CaseReassigned,), React(self.writer, react), self.bus)


@pytest.fixture
def line(ledger: ServiceDatabase) -> Iterator[Line]:
    writer = Writer(ledger.writer, "notifications", [REMINDERS], None, lambda: NOON)
    writer.start()
    yield Line(writer=writer)
    writer.stop()


def test_a_command_is_the_same_when_its_event_comes_again() -> None:
    first, again = (react(read(asked(1).body)) for _ in range(2))
    assert first == again


def test_each_event_consumer_and_number_has_a_command_of_its_own() -> None:
    events = [read(asked(position).body) for position in (1, 2)]
    calls = [
        reaction_call(name, event, "reminder-1", ABOUT, n=n)
        for name in (NAME, "notifications.others")
        for event in events
        for n in (0, 1)
    ]
    assert len({call.command_id for call in calls}) == 8
    assert len({call.key for call in calls}) == 8


def test_a_command_says_what_it_followed_from() -> None:
    event = read(asked(1).body)
    (call,) = react(event)
    assert call.actor == System("notifications")
    assert (call.causation_id, call.correlation_id) == (event.envelope.id, EVENTS)
    assert call.traceparent == TRACE


@pytest.mark.stack
async def test_a_refused_reaction_is_recorded_and_the_next_event_taken(
    line: Line, ledger: ServiceDatabase
) -> None:
    await line.send(asked(1), asked(2), asked(3, case=2))
    consumer = line.consumer()
    async with running(consumer):
        await eventually(lambda: pending(consumer) == 0)
    refused = query(ledger.admin, "SELECT consumer, topic, reason FROM refused_reactions")
    assert refused == [(NAME, "cases", "NotToday")] * 2
    assert query(ledger.admin, "SELECT count(*) FROM events") == [(1,)]


@pytest.mark.stack
async def test_a_consumer_that_lost_its_position_does_nothing_twice(
    line: Line, ledger: ServiceDatabase
) -> None:
    await line.send(asked(1))
    first, second = line.consumer(), line.consumer()
    async with running(first):
        await eventually(lambda: pending(first) == 0)
    execute(ledger.admin, "UPDATE inbox SET position = 0")
    async with running(second):
        await eventually(lambda: pending(second) == 0)
    assert query(ledger.admin, "SELECT count(*) FROM events") == [(1,)]
    assert query(ledger.admin, "SELECT count(*) FROM refused_reactions") == [(0,)]


@pytest.mark.stack
async def test_a_retried_reaction_that_is_refused_is_recorded_too(
    line: Line, ledger: ServiceDatabase
) -> None:
    broken = True

    def stumbles(event: Recorded) -> Sequence[Call]:
        if broken and event.envelope.position == 2:
            raise Unprocessable("not yet")
        return react(event)

    assert line.writer is not None
    effect = React(line.writer, stumbles)
    consumer = Consumer(NAME, line.topic, (CaseReassigned,), effect, line.bus)
    await line.send(asked(1), asked(2, case=2))
    database = engine(ledger.writer)
    async with running(consumer):
        await eventually(lambda: pending(consumer) == 1)
        broken = False
        with database.begin() as connection:
            parking.ask_retry(connection, NAME, line.topic, asked(2, case=2).stream)
        await eventually(lambda: pending(consumer) == 0)
    database.dispose()
    refused = query(ledger.admin, "SELECT reason FROM refused_reactions")
    assert refused == [("NotToday",)]
