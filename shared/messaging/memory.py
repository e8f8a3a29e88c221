"""A bus without a broker: topics in this process's memory, which keep the same promises."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from shared.messaging.records import Record
from shared.messaging.topics import BrokerAway, Extent, OffsetGone

FETCH_RECORDS = 5_000
FETCH_SECONDS = 0.5


@dataclass
class MemoryTopic:
    """`records[0]` has the offset `begin`; None is a record that a stranger wrote."""

    begin: int = 0
    records: list[Record | None] = field(default_factory=list)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def extent(self) -> Extent:
        return Extent(self.begin, self.begin + len(self.records))

    def empty(self) -> None:
        self.begin = self.extent.end
        self.records.clear()

    def lose_end(self, count: int) -> None:
        """As a broker that lost power: the last records are gone."""
        del self.records[-count:]

    def make_anew(self) -> None:
        """As if deleted and created again, or as a broker that lost its disk."""
        self.begin = 0
        self.records.clear()


class MemoryBus:
    def __init__(self) -> None:
        self.topics: defaultdict[str, MemoryTopic] = defaultdict(MemoryTopic)
        self.away = False
        self.refused = 0
        """Requests that came while it was away."""
        self.answers = asyncio.Event()
        """While it is not set, what is published neither stands in the topic nor fails."""
        self.answers.set()
        self.unanswered = 0

    @asynccontextmanager
    async def publisher(self, topic: str) -> AsyncIterator["MemoryPublisher"]:
        yield MemoryPublisher(self, self.topics[topic])

    @asynccontextmanager
    async def reader(self, topic: str) -> AsyncIterator["MemoryReader"]:
        yield MemoryReader(self, self.topics[topic])

    async def empty(self, topic: str) -> None:
        self.topics[topic].empty()

    def check(self) -> None:
        if self.away:
            self.refused += 1
            raise BrokerAway("broker")

    async def answer(self) -> None:
        self.unanswered += 1
        try:
            await self.answers.wait()
        finally:
            self.unanswered -= 1


class MemoryPublisher:
    def __init__(self, bus: MemoryBus, topic: MemoryTopic) -> None:
        self._bus = bus
        self._topic = topic

    async def publish(self, records: Sequence[Record]) -> Extent:
        self._bus.check()
        await self._bus.answer()
        first = self._topic.extent.end
        async with self._topic.grown:
            self._topic.records += [
                record._replace(offset=offset) for offset, record in enumerate(records, first)
            ]
            self._topic.grown.notify_all()
        return Extent(first, self._topic.extent.end)


class MemoryReader:
    def __init__(self, bus: MemoryBus, topic: MemoryTopic) -> None:
        self._bus = bus
        self._topic = topic
        self._next = 0

    async def extent(self) -> Extent:
        self._bus.check()
        return self._topic.extent

    def seek(self, offset: int) -> None:
        self._next = offset

    def next_offset(self) -> int:
        return self._next

    async def fetch(self) -> list[Record]:
        self._bus.check()
        begin, end = self._topic.extent
        if not begin <= self._next <= end:
            raise OffsetGone
        with suppress(TimeoutError):
            async with asyncio.timeout(FETCH_SECONDS), self._topic.grown:
                await self._topic.grown.wait_for(lambda: self._next < self._topic.extent.end)
        start = self._next - self._topic.begin
        records = self._topic.records[start : start + FETCH_RECORDS]
        self._next += len(records)
        return [record for record in records if record is not None]
