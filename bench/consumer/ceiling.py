"""Fetches and does nothing: as fast as aiokafka brings records."""

from aiokafka import AIOKafkaConsumer

from bench.consumer.work import Contest, Tally


async def play(contest: Contest, tally: Tally) -> None:
    async with AIOKafkaConsumer(
        contest.topic,
        bootstrap_servers=contest.bootstrap,
        group_id=contest.group,
        auto_offset_reset="earliest",
    ) as consumer:
        await tally.wait(fetch(consumer, tally))


async def fetch(consumer: AIOKafkaConsumer, tally: Tally) -> None:
    while not tally.over.is_set():
        fetched = await consumer.getmany(timeout_ms=500)
        tally.begin()
        tally.committed(sum(map(len, fetched.values())))
