"""A faust agent with `exactly_once` processing, whose effect runs in a thread. The agent as its
documentation shows it takes one event at a time, and its effect is a transaction; with `take`, also
documented, it is given up to 500 events at once. What is exactly once is faust's own reading and
writing of topics: after a crash, effects in PostgreSQL happen again."""

import asyncio
from collections.abc import Awaitable, Callable
from tempfile import TemporaryDirectory

import faust
from faust.types import AppT, StreamT

from bench.consumer.work import BATCH, Contest, Tally
from shared.eventstore.recorded import read

WITHIN = 0.2
"""Seconds that `take` waits for a full batch."""


Agent = Callable[[StreamT[bytes]], Awaitable[None]]


async def one_at_a_time(contest: Contest, tally: Tally) -> None:
    async def agent(stream: StreamT[bytes]) -> None:
        async for body in stream:
            await asyncio.to_thread(tally.take, contest.database, [read(body)])

    await play(contest, tally, agent)


async def in_batches(contest: Contest, tally: Tally) -> None:
    async def agent(stream: StreamT[bytes]) -> None:
        async for bodies in stream.take(BATCH, within=WITHIN):
            events = [read(body) for body in bodies]
            await asyncio.to_thread(tally.take, contest.database, events)

    await play(contest, tally, agent)


async def play(contest: Contest, tally: Tally, agent: Agent) -> None:
    with TemporaryDirectory() as folder:
        app = app_of(contest, folder)
        topic = app.topic(contest.topic, value_serializer="raw", key_serializer="raw")
        app.agent(topic, name="take")(agent)
        try:
            await tally.wait(run(app))
        finally:
            await app.stop()


def app_of(contest: Contest, folder: str) -> faust.App:
    return faust.App(
        contest.group,
        broker=f"kafka://{contest.bootstrap}",
        datadir=folder,
        store="memory://",
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        processing_guarantee="exactly_once",
        topic_disable_leader=True,
        topic_partitions=1,
    )


async def run(app: AppT) -> None:
    await app.start()
    await app.wait_until_stopped()
