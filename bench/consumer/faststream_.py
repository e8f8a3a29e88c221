"""FastStream with a batch subscriber of at most 500 events, acknowledged after its transaction. The
handler is an ordinary function, which FastStream runs in a thread; bodies come to it as bytes, so
that decoding is the same as everywhere."""

import asyncio

from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from bench.consumer.work import BATCH, Contest, Tally
from shared.eventstore.recorded import read


async def play(contest: Contest, tally: Tally) -> None:
    broker = KafkaBroker(contest.bootstrap, logger=None)

    @broker.subscriber(
        contest.topic,
        batch=True,
        group_id=contest.group,
        auto_offset_reset="earliest",
        max_records=BATCH,
        ack_policy=AckPolicy.ACK,
        decoder=undecoded,
    )
    def take(bodies: list[bytes]) -> None:
        tally.take(contest.database, [read(body) for body in bodies])

    async with broker:
        await broker.start()
        await tally.wait(asyncio.Event().wait())


async def undecoded(message: KafkaMessage) -> object:
    return message.body
