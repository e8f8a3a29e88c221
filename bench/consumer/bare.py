"""A loop over aiokafka as its documentation shows it: getmany, offsets committed by the client in
the background. At most 500 events in a transaction, which runs in a thread so that fetching goes
on. No inbox: after a crash, events take effect twice."""

import asyncio

from aiokafka import AIOKafkaConsumer

from bench.consumer.work import BATCH, Contest, Tally
from shared.eventstore.recorded import read


async def play(contest: Contest, tally: Tally) -> None:
    async with AIOKafkaConsumer(
        contest.topic,
        bootstrap_servers=contest.bootstrap,
        group_id=contest.group,
        auto_offset_reset="earliest",
    ) as consumer:
        await tally.wait(loop(consumer, contest, tally))


async def loop(consumer: AIOKafkaConsumer, contest: Contest, tally: Tally) -> None:
    while not tally.over.is_set():
        fetched = await consumer.getmany(timeout_ms=500, max_records=BATCH)
        for records in fetched.values():
            events = [read(record.value) for record in records]
            await asyncio.to_thread(tally.take, contest.database, events)
