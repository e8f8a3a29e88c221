"""A reader that fetches no more: aiokafka's fetching is a task of its own, and may end unheard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from deploy.local.kafka import Kafka
from shared.eventstore.errors import Retryable
from shared.messaging import bus
from shared.messaging.records import Record
from shared.messaging.topics import Reader
from tests.messaging.lines import asked
from tests.messaging.topic_lines import KafkaLine

pytestmark = pytest.mark.stack


@pytest.fixture
async def line(
    kafka: Kafka, new_topic: Callable[[], Awaitable[str]], monkeypatch: pytest.MonkeyPatch
) -> KafkaLine:
    monkeypatch.setattr(bus, "STALL_SECONDS", 0.1)
    return KafkaLine(kafka.bootstrap, await new_topic())


async def test_a_reader_that_brings_nothing_though_there_is_something_says_so(
    line: KafkaLine,
) -> None:
    async with line.bus.reader(line.topic) as reader:
        reader.seek(0)
        end_the_fetching()
        await line.send(asked(1))
        with pytest.raises(Retryable, match="nothing is fetched"):
            await fetched(reader)


async def test_silence_where_there_is_nothing_is_no_fault(line: KafkaLine) -> None:
    async with line.bus.reader(line.topic) as reader:
        reader.seek(0)
        assert [await reader.fetch() for _ in range(4)] == [[]] * 4
        await line.send(asked(1))
        assert len(await fetched(reader)) == 1


async def fetched(reader: Reader) -> list[Record]:
    """The next records."""
    async with asyncio.timeout(20):
        while not (records := await reader.fetch()):
            pass
    return records


def end_the_fetching() -> None:
    """As a mistake in it would."""
    for task in asyncio.all_tasks():
        if "_fetch_requests_routine" in repr(task.get_coro()):
            task.cancel()
