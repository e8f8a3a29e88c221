"""Kafka, for the relay and the consumers. The only module that imports aiokafka."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from time import monotonic
from typing import TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata

from shared.messaging.records import Record, headers_of, record_of
from shared.messaging.topics import BrokerAway, Extent, OffsetGone

log = structlog.get_logger()
# Ten lines for each second that the broker is away; we say it once for each wait.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
T = TypeVar("T")

REQUEST_MS = 10_000
START_SECONDS = 10
DELIVERY_SECONDS = 30
CLOSE_SECONDS = 2
BATCH_BYTES = 1_000_000
"""Below the broker's own limit of 1 MiB; an envelope has at most 512 KiB."""
FETCH_BYTES = 4 * 1024 * 1024
FETCH_RECORDS = 5_000
FETCH_MS = 500
STALL_SECONDS = 3.0
"""A reader that brings nothing for so long, though there is something, is made anew."""


class KafkaBus:
    """Topics of one Kafka cluster. `bootstrap`: `host:port`, several comma separated."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    @asynccontextmanager
    async def publisher(self, topic: str) -> AsyncIterator["KafkaPublisher"]:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=2 * BATCH_BYTES,
            request_timeout_ms=REQUEST_MS,
        )
        try:
            await answered(producer.start(), START_SECONDS)
            yield KafkaPublisher(producer, topic)
        finally:
            await close(producer)

    @asynccontextmanager
    async def reader(self, topic: str) -> AsyncIterator["KafkaReader"]:
        # The broker answers a connection in order: behind a fetch that waits, a question would too.
        async with self._consumer() as fetching, self._consumer() as asking:
            yield KafkaReader(fetching, asking, topic)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        # No group: who takes which event is settled in the inbox, not by the broker.
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            auto_offset_reset="none",
            enable_auto_commit=False,
            fetch_max_wait_ms=FETCH_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            request_timeout_ms=REQUEST_MS,
        )
        try:
            await answered(consumer.start(), START_SECONDS)
            yield consumer
        finally:
            await let_go(consumer.stop())

    async def empty(self, topic: str) -> None:
        async with self.reader(topic) as reader:
            extent = await reader.extent()
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        with broker_errors():
            try:
                await admin.start()
                doomed = RecordsToDelete(before_offset=extent.end)
                await admin.delete_records({TopicPartition(topic, 0): doomed})
            finally:
                await admin.close()


class KafkaPublisher:
    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    async def publish(self, records: Sequence[Record]) -> Extent:
        return await answered(self._publish(records), DELIVERY_SECONDS)

    async def _publish(self, records: Sequence[Record]) -> Extent:
        sent = [batch async for batch in self._send(records)]
        acks = await asyncio.gather(*(ack for _, ack in sent))
        if any(ack.offset < 0 for ack in acks):
            # The broker knows a batch from an earlier try, and no longer knows where it put it.
            raise BrokerAway("broker")
        ends = [ack.offset + count for ack, (count, _) in zip(acks, sent, strict=True)]
        return Extent(min(ack.offset for ack in acks), max(ends))

    async def _send(
        self, records: Sequence[Record]
    ) -> AsyncIterator[tuple[int, Awaitable[RecordMetadata]]]:
        """One batch on its way while the next is packed; idempotence keeps them in order."""
        rest = deque(records)
        while rest:
            batch = self._producer.create_batch()
            count = 0
            while rest and append(batch, rest[0]):
                rest.popleft()
                count += 1
            yield count, await self._producer.send_batch(batch, self._topic, partition=0)


def append(batch: BatchBuilder, record: Record) -> bool:
    """False when the batch is full."""
    room = batch.append(
        timestamp=None,
        key=record.stream.encode(),
        value=record.body,
        headers=headers_of(record),
    )
    return room is not None


class KafkaReader:
    def __init__(self, fetching: AIOKafkaConsumer, asking: AIOKafkaConsumer, topic: str) -> None:
        self._consumer = fetching
        self._asking = asking
        self._partition = TopicPartition(topic, 0)
        self._next = 0
        self._end = 0
        """The topic's end, as it was when a silence began or was last looked into."""
        self._look_at = math.inf

    async def extent(self) -> Extent:
        begins = await answered(self._asking.beginning_offsets([self._partition]))
        ends = await answered(self._asking.end_offsets([self._partition]))
        return Extent(begins[self._partition], ends[self._partition])

    def seek(self, offset: int) -> None:
        if not self._consumer.assignment():
            self._consumer.assign([self._partition])
        self._consumer.seek(self._partition, offset)
        self._next, self._look_at = offset, math.inf

    def next_offset(self) -> int:
        return self._next

    async def fetch(self) -> list[Record]:
        fetching = self._consumer.getmany(timeout_ms=FETCH_MS, max_records=FETCH_RECORDS)
        try:
            fetched = await answered(fetching)
        except OffsetOutOfRangeError:
            raise OffsetGone from None
        if fetched:
            self._look_at = math.inf
        else:
            await self._mind_silence()
        return [
            record for found in fetched.get(self._partition, ()) if (record := self._read(found))
        ]

    async def _mind_silence(self) -> None:
        """aiokafka fetches in the background; when that ends by mistake, it does so unheard.

        Raises:
            BrokerAway: there were records all the time.
        """
        if self._look_at == math.inf:
            self._end, self._look_at = self._next, monotonic() + STALL_SECONDS
        elif monotonic() >= self._look_at:
            if self._end > self._next:
                raise BrokerAway("broker: nothing is fetched")
            self._end, self._look_at = (await self.extent()).end, monotonic() + STALL_SECONDS

    def _read(self, found: ConsumerRecord) -> Record | None:
        self._next = found.offset + 1
        record = record_of(found.headers, found.key, found.value, found.offset)
        if record is None:
            log.warning("record_of_a_stranger", topic=found.topic, offset=found.offset)
        return record


@contextmanager
def broker_errors() -> Iterator[None]:
    """What goes wrong between us and the broker becomes BrokerAway."""
    try:
        yield
    except OffsetOutOfRangeError:
        raise
    except (KafkaError, TimeoutError, OSError) as error:
        raise BrokerAway(f"broker: {type(error).__name__}") from None


async def answered(request: Coroutine[object, object, T], seconds: float = REQUEST_MS / 1000) -> T:
    """aiokafka waits for some answers for as long as they take, cancelled or not; we do not."""
    asking = asyncio.create_task(request)
    try:
        await asyncio.wait({asking}, timeout=seconds)
    finally:
        leave_behind(asking)
    if not asking.done() or asking.cancelled():
        raise BrokerAway("broker: no answer")
    with broker_errors():
        return asking.result()


async def close(producer: AIOKafkaProducer) -> None:
    """aiokafka waits until the broker has taken what is pending. We do not: the relay sends it
    again."""
    for goodbye in (producer.stop, producer.client.close, producer._sender.close):
        await let_go(goodbye())


async def let_go(goodbye: Coroutine[object, object, None]) -> None:
    """When its broker has died, aiokafka may wait to say goodbye for ever, or let its own cancelled
    tasks look like the cancelling of ours. Neither reaches us."""
    leaving = asyncio.create_task(goodbye)
    try:
        await asyncio.wait({leaving}, timeout=CLOSE_SECONDS)
    finally:
        leave_behind(leaving)


def leave_behind(task: asyncio.Task[T]) -> None:
    """Whatever becomes of it, nobody asks for it any more."""
    task.cancel()
    task.add_done_callback(lambda left: left.cancelled() or left.exception())
