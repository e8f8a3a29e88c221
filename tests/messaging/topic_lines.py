"""Topics that a test can spoil, in memory and on a real broker."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.topics import create_topics
from shared.messaging.bus import KafkaBus
from shared.messaging.memory import MemoryBus
from shared.messaging.records import Record


@dataclass
class MemoryLine:
    topic: str = "cases"
    bus: MemoryBus = field(default_factory=MemoryBus)

    async def send(self, *records: Record) -> None:
        async with self.bus.publisher(self.topic) as publisher:
            await publisher.publish(records)

    async def send_strange(self) -> None:
        self.bus.topics[self.topic].records.append(None)

    async def empty(self) -> None:
        await self.bus.empty(self.topic)

    async def make_anew(self) -> None:
        self.bus.topics[self.topic].make_anew()


@dataclass
class KafkaLine:
    bootstrap: str
    topic: str

    @property
    def bus(self) -> KafkaBus:
        return KafkaBus(self.bootstrap)

    async def send(self, *records: Record) -> None:
        async with self.bus.publisher(self.topic) as publisher:
            await publisher.publish(records)

    async def send_strange(self) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            await producer.send_and_wait(self.topic, b"from elsewhere")

    async def empty(self) -> None:
        await self.bus.empty(self.topic)

    async def records(self) -> list[Record]:
        """All that the topic holds."""
        records: list[Record] = []
        async with self.bus.reader(self.topic) as reader:
            begin, end = await reader.extent()
            reader.seek(begin)
            while reader.next_offset() < end:
                records += await reader.fetch()
        return records

    async def create(self) -> None:
        await create_topics(self.bootstrap, [self.topic])

    async def make_anew(self) -> None:
        await make_anew(self.bootstrap, self.topic)


async def make_anew(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        while topic in await admin.list_topics():
            pass
    finally:
        await admin.close()
    await create_topics(bootstrap, [topic])
