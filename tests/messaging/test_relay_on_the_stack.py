"""The relay between a real table and a real broker, while both are treated badly."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.kafka import Kafka, start
from shared.messaging.line import in_line
from shared.messaging.relay import Relay
from tests.messaging.lines import hashes, recorded, write
from tests.messaging.topic_lines import KafkaLine
from tests.messaging.waiting import eventually, running
from tests.support.postgres import ServiceDatabase, query

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]


def sent(ledger: ServiceDatabase) -> int:
    ((position,),) = query(ledger.admin, "SELECT position FROM relay")
    assert isinstance(position, int)
    return position


@pytest.fixture
async def line(kafka: Kafka, new_topic: Callable[[], Awaitable[str]]) -> KafkaLine:
    return KafkaLine(kafka.bootstrap, await new_topic())


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker of this module's own."""
    broker = start(tmp_path_factory.mktemp("doomed-kafka"), ["killed", "frozen"])
    yield broker
    start(broker.directory).kill()


async def test_nothing_is_lost_when_the_broker_dies_mid_batch(
    ledger: ServiceDatabase, doomed: Kafka
) -> None:
    line = KafkaLine(doomed.bootstrap, "killed")
    relay = Relay(ledger.writer, line.topic, line.bus)
    write(ledger.writer, range(1, 30_001))
    async with running(relay):
        await eventually(lambda: 0 < sent(ledger) < 30_000)
        doomed.kill()
    await asyncio.to_thread(start, doomed.directory)
    assert sent(ledger) <= len(in_line(await line.records(), 0).next)
    async with running(relay):
        await eventually(lambda: relay.pending() == 0, patience=60)
    found = await line.records()
    assert hashes(found) == recorded(ledger.admin)
    assert len(in_line(found, 0).next) == 30_000


async def test_nothing_is_lost_while_the_broker_is_frozen(
    ledger: ServiceDatabase, doomed: Kafka
) -> None:
    line = KafkaLine(doomed.bootstrap, "frozen")
    relay = Relay(ledger.writer, line.topic, line.bus)
    broker = await asyncio.to_thread(start, doomed.directory)
    write(ledger.writer, [1])
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        broker.pause()
        try:
            write(ledger.writer, range(2, 5))
            await eventually(lambda: relay.pending() == 3)
        finally:
            broker.resume()
        await eventually(lambda: relay.pending() == 0, patience=60)
    assert hashes(await line.records()) == recorded(ledger.admin)


@pytest.mark.parametrize("lose", [KafkaLine.empty, KafkaLine.make_anew])
async def test_an_emptied_topic_is_filled_again_with_the_same_bytes(
    ledger: ServiceDatabase, line: KafkaLine, lose: Callable[[KafkaLine], Awaitable[None]]
) -> None:
    relay = Relay(ledger.writer, line.topic, line.bus)
    write(ledger.writer, range(1, 1001))
    async with running(relay):
        await eventually(lambda: relay.pending() == 0)
        await lose(line)
        await eventually(lambda: relay.pending() == 0 and holds(line, 1000), patience=60)
        write(ledger.writer, range(1001, 1011))
        await eventually(lambda: relay.pending() == 0)
    found = await line.records()
    assert hashes(found) == recorded(ledger.admin)
    assert len(in_line(found, 0).next) == 1010


async def test_when_the_leader_is_killed_another_goes_on_in_order(
    ledger: ServiceDatabase, line: KafkaLine
) -> None:
    with process(ledger, line) as leader:
        write(ledger.writer, range(1, 10))
        await eventually(lambda: sent(ledger) == 9)
        with process(ledger, line):
            write(ledger.writer, range(10, 20_001))
            await eventually(lambda: sent(ledger) > 9)
            leader.kill()
            write(ledger.writer, range(20_001, 20_101))
            await eventually(lambda: sent(ledger) == 20_100, patience=60)
    found = await line.records()
    assert hashes(found) == recorded(ledger.admin)
    assert len(in_line(found, 0).next) == 20_100


async def test_a_frozen_leader_is_replaced_and_spoils_nothing_when_it_wakes(
    ledger: ServiceDatabase, line: KafkaLine
) -> None:
    with process(ledger, line) as leader:
        write(ledger.writer, range(1, 10))
        await eventually(lambda: sent(ledger) == 9)
        leader.send_signal(signal.SIGSTOP)
        with process(ledger, line):
            write(ledger.writer, range(10, 101))
            await eventually(lambda: sent(ledger) == 100, patience=60)
            leader.send_signal(signal.SIGCONT)
            write(ledger.writer, range(101, 201))
            await eventually(lambda: sent(ledger) == 200)
    found = await line.records()
    assert hashes(found) == recorded(ledger.admin)
    assert len(in_line(found, 0).next) == 200


def holds(line: KafkaLine, count: int) -> bool:
    """Asked from a thread of its own."""
    return len(in_line(asyncio.run(line.records()), 0).next) >= count


@contextmanager
def process(ledger: ServiceDatabase, line: KafkaLine) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [ledger.writer, line.bootstrap, line.topic]
    program = [sys.executable, "-m", "tests.messaging.relay_process", *arguments]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL) as relay:
        try:
            yield relay
        finally:
            relay.kill()
