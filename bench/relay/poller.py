"""The outbox as it is often built: each second all that waits is read, sent with acks=all by
aiokafka, and deleted once the broker has it; while a page is full the next follows at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvloop
from aiokafka import AIOKafkaProducer
from psycopg2.extensions import cursor

from bench.relay.handling import by_a_loop, handling
from bench.relay.outbox import BACKLOG, fill, inserting
from bench.relay.topic import check, filled, forget_topic, new_topic
from bench.relay.work import commit_when_due, entries, outcome
from bench.results import Sample
from shared.eventstore.connections import connect

SECONDS = 1.0
PAGE = 5_000
WAITING = f"SELECT position, aggregateid, payload FROM outbox ORDER BY position LIMIT {PAGE}"
SENT = "DELETE FROM outbox WHERE position <= %s"


def at_rate(rate: int, bootstrap: str, url: str) -> Sample:
    load = entries(rate)

    async def play() -> Sample:
        topic = await new_topic(bootstrap)
        with handling(by_a_loop, len(load), bootstrap, topic) as answers, inserting(url) as insert:
            async with polling(bootstrap, url, topic):
                commits = await asyncio.to_thread(commit_when_due, load, rate, insert)
                handled = await asyncio.to_thread(answers.handled)
        return outcome(commits, handled, rate)

    return uvloop.run(play())


def drain(bootstrap: str, url: str) -> Sample:
    fill(url)

    async def play() -> Sample:
        topic = await new_topic(bootstrap)
        async with polling(bootstrap, url, topic):
            sample = await filled(bootstrap, topic, BACKLOG)
        await check(bootstrap, topic, BACKLOG)
        await forget_topic(bootstrap, topic)
        return sample

    return uvloop.run(play())


@asynccontextmanager
async def polling(bootstrap: str, url: str, topic: str) -> AsyncIterator[None]:
    task = asyncio.create_task(poll(bootstrap, url, topic))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def poll(bootstrap: str, url: str, topic: str) -> None:
    made = await asyncio.to_thread(connect, url, "bench.poller")
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, max_batch_size=1_000_000
    )
    async with producer:
        with made.cursor() as at:
            while True:
                if await send_page(at, producer, topic) < PAGE:
                    await asyncio.sleep(SECONDS)


async def send_page(at: cursor, producer: AIOKafkaProducer, topic: str) -> int:
    await asyncio.to_thread(at.execute, WAITING)
    rows = at.fetchall()
    acks = [
        await producer.send(topic, payload.encode(), key=stream.encode(), partition=0)
        for _, stream, payload in rows
    ]
    if rows:
        await asyncio.gather(*acks)
        await asyncio.to_thread(at.execute, SENT, (rows[-1][0],))
    return len(rows)
