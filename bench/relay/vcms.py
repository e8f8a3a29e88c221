"""The product's writer and relay in one process as in a service, its consumer in another: each
event is decided and committed by the writer, sent by the relay, claimed in the inbox and handled in
that transaction. Latency counts from the writer's answer."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

import uvloop

from bench.line import STAFF
from bench.relay.handling import by_our_consumer, handling
from bench.relay.topic import check, filled, forget_topic, new_topic
from bench.relay.work import Commits, due_at, entries, outcome
from bench.results import Sample
from shared.contracts.cases import ServiceRecorded
from shared.contracts.catalogue import CATALOGUE
from shared.eventstore.aggregate import Aggregate
from shared.eventstore.calls import Call
from shared.eventstore.writer import Writer
from shared.eventstore.writes import Written
from shared.messaging.bus import KafkaBus
from shared.messaging.relay import Relay
from shared.runtime.clock import now


def decide(command: ServiceRecorded, state: int, _: datetime) -> Sequence[ServiceRecorded]:
    return [command]


def evolve(state: int, _: ServiceRecorded) -> int:
    return state + 1


CASE = Aggregate("case", 0, decide, evolve)


def at_rate(bootstrap: str, writer_url: str, inbox_url: str, rate: int) -> Sample:
    """`writer_url`: an empty database of the service, `inbox_url`: of the other."""
    load = [call_of(written) for written in entries(rate)]
    topic = asyncio.run(new_topic(bootstrap))
    place = f"{topic} {inbox_url}"
    with handling(by_our_consumer, len(load), bootstrap, place) as answers:

        async def play() -> Sample:
            async with relaying(bootstrap, writer_url, topic):
                commits = await commit(writer_url, load, rate)
                handled = await asyncio.to_thread(answers.handled)
            return outcome(commits, handled, rate)

        return uvloop.run(play())


async def commit(url: str, load: Sequence[Call], rate: int) -> Commits:
    """Each command is given to the writer when it is due, whether or not others were answered."""
    writer, commits = Writer(url, "cases", [CASE], None, now), Commits()
    writer.start()

    async def one(call: Call, due: int) -> None:
        receipt = await writer.handle(call)
        commits.done[receipt.position] = time.time_ns()
        commits.due[receipt.position] = due

    try:
        async with asyncio.TaskGroup() as group:
            began = time.time_ns()
            for number, call in enumerate(load, 1):
                due = due_at(began, number, rate)
                if (wait := due - time.time_ns()) > 0:
                    await asyncio.sleep(wait / 1e9)
                group.create_task(one(call, due))
    finally:
        await asyncio.to_thread(writer.stop)
    return commits


def drain(bootstrap: str, url: str, wanted: int) -> Sample:
    """`url`: of a database that holds `wanted` events, none of them sent."""

    async def play() -> Sample:
        topic = await new_topic(bootstrap)
        async with relaying(bootstrap, url, topic):
            sample = await filled(bootstrap, topic, wanted)
        await check(bootstrap, topic, wanted)
        await forget_topic(bootstrap, topic)
        return sample

    return uvloop.run(play())


@asynccontextmanager
async def relaying(bootstrap: str, url: str, topic: str) -> AsyncIterator[None]:
    relay = asyncio.create_task(Relay(url, topic, KafkaBus(bootstrap)).run())
    try:
        yield
    finally:
        relay.cancel()
        await asyncio.wait({relay})


def call_of(written: Written) -> Call:
    envelope = written.envelope
    return Call(
        stream=envelope.stream,
        command=CATALOGUE.read(envelope.type, envelope.data),
        actor=STAFF,
        key=str(envelope.id),
        request_hash=bytes(32),
        command_id=uuid4(),
    )
