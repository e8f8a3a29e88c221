"""How fast a topic fills, and whether it then holds each event once and in order."""

import asyncio
import time
from itertools import count

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.relay.work import in_order
from bench.results import Sample
from bench.rounds import Void
from deploy.local.topics import administering, create_topics

LOOK_SECONDS = 0.02
SEQUENCE = b'"sequence":"'
DIGITS = 20
LONGEST = 180.0
"""Seconds that a backlog may take."""

_numbers = count(1)


async def new_topic(bootstrap: str) -> str:
    name = f"relayed-{next(_numbers)}"
    await create_topics(bootstrap, [name])
    return name


async def forget_topic(bootstrap: str, name: str) -> None:
    async with administering(bootstrap) as admin:
        await admin.delete_topics([name])


async def end_of(bootstrap: str, topic: str) -> int:
    partition = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        end: int = (await consumer.end_offsets([partition]))[partition]
        return end


async def filled(bootstrap: str, topic: str, wanted: int, begin: int = 0) -> Sample:
    """Waits until the topic has `wanted` records from the offset `begin` on. The clock runs from
    the first ones on: starting up counts for nobody. Raises Void: they never came."""
    partition = TopicPartition(topic, 0)
    began, before, deadline = 0.0, 0, time.monotonic() + LONGEST
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        while True:
            end = (await consumer.end_offsets([partition]))[partition] - begin
            now = time.monotonic()
            if end and not began:
                began, before = now, end
            if end >= wanted:
                return {"events_per_s": (wanted - before) / (now - began)}
            if now > deadline:
                raise Void(f"{end} of {wanted} events came")
            await asyncio.sleep(LOOK_SECONDS)


async def check(bootstrap: str, topic: str, wanted: int, begin: int = 0) -> None:
    """From the offset `begin` on. Raises Void: an event is missing, doubled or out of order."""
    partition = TopicPartition(topic, 0)
    positions: list[int] = []
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        consumer.assign([partition])
        consumer.seek(partition, begin)
        end = (await consumer.end_offsets([partition]))[partition]
        while await consumer.position(partition) < end:
            fetched = await consumer.getmany(timeout_ms=500)
            for record in fetched.get(partition, ()):
                positions.append(position_in(record.value))
    in_order(positions, wanted)


def position_in(body: bytes) -> int:
    """Of an envelope, without decoding it."""
    start = body.index(SEQUENCE) + len(SEQUENCE)
    return int(body[start : start + DIGITS])
