"""What a consumer says of the broker to somebody who asks how the service is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.contracts.cases import CaseReassigned
from shared.eventstore.connections import engine
from shared.messaging.consumer import Consumer
from shared.messaging.effects import Project
from shared.messaging.memory_inbox import MemoryEffect
from shared.messaging.topics import BrokerAway
from tests.messaging.contract import NAME
from tests.messaging.topic_lines import MemoryLine
from tests.messaging.waiting import eventually, running

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


async def test_the_broker_is_away_until_it_was_reached_and_when_it_answers_no_more() -> None:
    line = MemoryLine()
    consumer = Consumer(
        NAME, line.topic, (CaseReassigned,), MemoryEffect(lambda events: None), line.bus
    )
    with pytest.raises(BrokerAway):
        consumer.check_broker()
    async with running(consumer):
        await eventually(answers(consumer.check_broker))
        line.bus.away = True
        await eventually(lambda: not answers(consumer.check_broker)())
        line.bus.away = False
        await eventually(answers(consumer.check_broker))


async def test_a_database_that_is_away_is_not_taken_for_the_broker() -> None:
    line, database = MemoryLine(), engine(NOWHERE)
    effect = Project(database, lambda connection, events: None)
    consumer = Consumer(NAME, line.topic, (CaseReassigned,), effect, line.bus)
    async with running(consumer):
        await eventually(answers(consumer.check_broker))


def answers(probe: Callable[[], None]) -> Callable[[], bool]:
    def asked() -> bool:
        try:
            probe()
        except BrokerAway:
            return False
        return True

    return asked
