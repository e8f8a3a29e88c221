"""The handler, in a process of its own as the other service is: it decodes each event and notes
when it had it."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection as Pipe
from typing import ParamSpec

import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import Connection

from bench.relay.work import PATIENCE, SECONDS, Handled
from bench.rounds import Void
from shared.contracts.cases import ServiceRecorded
from shared.eventstore.connections import engine
from shared.eventstore.recorded import Recorded, read
from shared.messaging.bus import KafkaBus
from shared.messaging.consumer import Consumer
from shared.messaging.effects import Project
from shared.messaging.topics import BrokerAway

P = ParamSpec("P")


class Handler:
    """Notes what it is given until it has all."""

    def __init__(self, pipe: Pipe, wanted: int) -> None:
        self._pipe = pipe
        self._wanted = wanted
        self._handled: list[Handled] = []

    def ready(self) -> None:
        self._pipe.send(None)

    def take(self, events: Sequence[Recorded]) -> None:
        now = time.time_ns()
        self._handled += [Handled(event.envelope.position, now) for event in events]
        if len(self._handled) >= self._wanted:
            self._pipe.send(self._handled)
            self._wanted += 10**9


class Answers:
    """The handler's process, as its parent sees it."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def ready(self) -> None:
        self._next(PATIENCE)

    def handled(self) -> Sequence[Handled]:
        """Blocks until the handler has all. Raises Void: it never had."""
        told = self._next(SECONDS + PATIENCE)
        time.sleep(0.1)  # what is doubled may still come
        return told

    def _next(self, seconds: float) -> Sequence[Handled]:
        if not self._pipe.poll(seconds):
            raise Void("not all events reached the handler in time")
        told: Sequence[Handled] = self._pipe.recv()
        return told


@contextmanager
def handling(
    handle: Callable[[Handler, str, str], None], wanted: int, address: str, place: str
) -> Iterator[Answers]:
    """Runs `handle(handler, address, place)` in a process of its own, ready by then."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=run, args=(handle, theirs, wanted, address, place))
    process.start()
    answers = Answers(ours)
    try:
        answers.ready()
        yield answers
    finally:
        process.kill()
        process.join()


def run(
    handle: Callable[[Handler, str, str], None], pipe: Pipe, wanted: int, address: str, place: str
) -> None:
    handle(Handler(pipe, wanted), address, place)


def by_our_consumer(handler: Handler, bootstrap: str, topic_and_url: str) -> None:
    """The product's: decoded, claimed in the inbox, handled in its transaction."""
    topic, _, url = topic_and_url.partition(" ")

    def project(_: Connection, events: Sequence[Recorded]) -> None:
        handler.take(events)

    effect = Project(engine(url), project)
    consumer = Consumer("bench.relay", topic, [ServiceRecorded], effect, KafkaBus(bootstrap))

    async def whole() -> None:
        working = asyncio.create_task(consumer.run())
        while True:
            with suppress(BrokerAway):
                await asyncio.to_thread(consumer.check_broker)
                break
            await asyncio.sleep(0.05)
        handler.ready()
        await working

    uvloop.run(whole())


def by_a_loop(handler: Handler, bootstrap: str, topic: str) -> None:
    """A loop over aiokafka, from the topic's end on; no inbox and no database."""
    uvloop.run(loop(handler, bootstrap, topic))


async def loop(handler: Handler, bootstrap: str, topic: str) -> None:
    partition = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        consumer.assign([partition])
        ends = await consumer.end_offsets([partition])
        consumer.seek(partition, ends[partition])
        handler.ready()
        while True:
            fetched = await consumer.getmany(timeout_ms=500)
            for record in fetched.get(partition, ()):
                handler.take([read(record.value)])
