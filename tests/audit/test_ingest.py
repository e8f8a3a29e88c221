"""How topics become one log: repeats, reordering, refilled topics, two instances, lost sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from time import monotonic
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from services.audit.app import TOPICS, ingest
from services.audit.queries import Alarmed, reading_log
from services.audit.sequencer import AlarmKind
from services.audit.tlog.hashing import leaf_hash, root_of_leaves
from services.audit.tlog.leaf import EventLeaf, decode
from shared.contracts.envelope import Envelope
from shared.contracts.envelope import decode as decode_envelope
from shared.eventstore.connections import engine
from shared.messaging.memory import MemoryBus
from shared.messaging.records import Record
from shared.runtime.workers import supervise
from tests.audit.events import Service, record_of_envelope
from tests.support.postgres import Databases, ServiceDatabase, query

pytestmark = pytest.mark.stack

PATIENCE = 30
"""Seconds until a test gives up waiting for what must come."""


@dataclass
class Stage:
    """A bus, a database, and any number of instances of audit between them."""

    bus: MemoryBus
    database: ServiceDatabase
    engine: Engine

    @asynccontextmanager
    async def instances(self, count: int = 1) -> AsyncIterator[None]:
        consumers = [ingest(topic, self.engine, self.bus) for _ in range(count) for topic in TOPICS]
        tasks = [asyncio.create_task(supervise(consumer)) for consumer in consumers]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    async def send(self, topic: str, records: Iterable[Record]) -> None:
        async with self.bus.publisher(topic) as publisher:
            await publisher.publish(list(records))

    async def logged(self, size: int) -> list[EventLeaf]:
        """The log's leaves once it holds `size` of them; checks that it is one log."""
        await until(lambda: self.size() >= size)
        with reading_log(self.engine) as log:
            rows, head = log.leaves(0, 10_000), log.head()
        leaves = [leaf for _, leaf in rows]
        assert [index for index, _ in rows] == list(range(head.size))
        assert head.root == root_of_leaves(map(leaf_hash, leaves))
        return [decode(leaf) for leaf in leaves]

    def size(self) -> int:
        with reading_log(self.engine) as log:
            return log.head().size

    def alarms(self) -> Sequence[Alarmed]:
        with reading_log(self.engine) as log:
            return log.alarms(0, 100)

    def inbox(self, topic: str) -> int:
        rows = query(self.database.admin, "SELECT position FROM inbox WHERE topic = %s", topic)
        return int(str(rows[0][0])) if rows else 0


async def until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE
    while not await asyncio.to_thread(condition):
        assert monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.02)


@pytest.fixture
def stage(databases: Databases) -> Iterator[Stage]:
    database = databases.of("audit")
    made = engine(database.writer, pool_size=15)
    yield Stage(MemoryBus(), database, made)
    made.dispose()


def as_logged(records: Iterable[Record]) -> set[tuple[str, bytes]]:
    return {(record.event_id, sha256(record.body).digest()) for record in records}


def as_leaves(leaves: Iterable[EventLeaf]) -> set[tuple[str, bytes]]:
    return {(str(leaf.event_id), leaf.body_sha256) for leaf in leaves}


async def test_the_events_of_all_services_become_one_log(stage: Stage) -> None:
    lines = {topic: Service(topic).line(20) for topic in TOPICS}
    assert len(lines) == 6
    assert "audit" in lines
    for topic, records in lines.items():
        await stage.send(topic, records)
    async with stage.instances():
        leaves = await stage.logged(120)
    for topic, records in lines.items():
        of_topic = [leaf for leaf in leaves if leaf.service == topic]
        assert [str(leaf.event_id) for leaf in of_topic] == [one.event_id for one in records]
        assert [leaf.position for leaf in of_topic] == list(range(1, 21))


async def test_an_event_of_a_type_that_nobody_here_knows_is_logged(stage: Stage) -> None:
    strange = Service("cases").record("case-1", "vcms.cases.case_sung.v9", {"song": [1, {"a": 2}]})
    await stage.send("cases", [strange])
    async with stage.instances():
        (leaf,) = await stage.logged(1)
    assert leaf.type == "vcms.cases.case_sung.v9"


async def test_repeats_and_reordering_leave_one_leaf_for_each_event(stage: Stage) -> None:
    line = Service("cases").line(300)
    late, early, repeated = line[40:50], line[250:260], line[100:180]
    topic = [*line[:40], *line[50:200], *early, *repeated, *late, *line[200:250], *line[260:]]
    await stage.send("cases", topic)
    async with stage.instances():
        leaves = await stage.logged(300)
        await until(lambda: stage.inbox("cases") == 300)
    assert [leaf.position for leaf in leaves] == list(range(1, 301))
    assert as_leaves(leaves) == as_logged(line)
    assert stage.alarms() == []


async def test_a_topic_that_is_emptied_and_filled_again_adds_only_news(stage: Stage) -> None:
    service = Service("cases")
    line = service.line(50)
    await stage.send("cases", line)
    async with stage.instances():
        await stage.logged(50)
        stage.bus.topics["cases"].make_anew()
        more = service.line(10)
        await stage.send("cases", [*line, *more])
        leaves = await stage.logged(60)
    assert as_leaves(leaves) == as_logged([*line, *more])
    assert stage.alarms() == []


async def test_a_topic_that_is_filled_with_another_history_raises_alarms(stage: Stage) -> None:
    service = Service("cases")
    line = service.line(20)
    await stage.send("cases", line)
    async with stage.instances():
        await stage.logged(20)
        lies = [*line]
        lies[4] = told_otherwise(line[4], lambda event: event._replace(actor="system:other"))
        lies[9] = told_otherwise(line[9], lambda event: event._replace(id=uuid4()))
        await stage.bus.empty("cases")
        await stage.send("cases", [*lies, *service.line(1)])
        leaves = await stage.logged(21)
        await until(lambda: len(stage.alarms()) >= 2)
    assert as_leaves(leaves[:20]) == as_logged(line)
    assert {(alarm.kind, alarm.position) for alarm in stage.alarms()} == {
        (AlarmKind.EVENT_CHANGED, 5),
        (AlarmKind.POSITION_TAKEN, 10),
    }


async def test_a_known_event_at_a_new_position_is_an_alarm_and_no_leaf(stage: Stage) -> None:
    service = Service("cases")
    line = service.line(5)
    again = told_otherwise(line[0], lambda event: event._replace(position=6))
    service.position = 6
    await stage.send("cases", [*line, again, *service.line(1)])
    async with stage.instances():
        leaves = await stage.logged(6)
        await until(lambda: stage.inbox("cases") == 7)
    assert [leaf.position for leaf in leaves] == [1, 2, 3, 4, 5, 7]
    assert [alarm.kind for alarm in stage.alarms()] == [AlarmKind.EVENT_CHANGED]


async def test_what_is_no_event_is_put_aside_and_stops_nothing(stage: Stage) -> None:
    service = Service("cases")
    line = service.line(3)
    line[1] = line[1]._replace(body=b"\x00 no JSON", stream="case-broken")
    await stage.send("cases", line)
    async with stage.instances():
        await until(lambda: stage.inbox("cases") == 3)
        leaves = await stage.logged(2)
    assert [leaf.position for leaf in leaves] == [1, 3]
    parked = query(stage.database.admin, "SELECT position FROM parked")
    assert parked == [(2,)]


async def test_two_instances_make_one_log(stage: Stage) -> None:
    lines = {topic: Service(topic).line(400) for topic in TOPICS}
    async with stage.instances(2):
        for start in range(0, 400, 40):
            for topic, records in lines.items():
                await stage.send(topic, records[start : start + 40])
        leaves = await stage.logged(2_400)
        await until(lambda: all(stage.inbox(topic) == 400 for topic in TOPICS))
    assert as_leaves(leaves) == as_logged(record for line in lines.values() for record in line)
    for topic in TOPICS:
        of_topic = [leaf.position for leaf in leaves if leaf.service == topic]
        assert of_topic == list(range(1, 401))
    assert stage.alarms() == []


async def test_sessions_that_are_cut_at_any_moment_lose_and_repeat_nothing(stage: Stage) -> None:
    random = Random(11)
    lines = {topic: Service(topic).line(500) for topic in TOPICS}
    for topic, records in lines.items():
        await stage.send(topic, records)
    async with stage.instances(2):
        cuts = 0
        while stage.size() < 3_000 and cuts < 8:
            await asyncio.sleep(random.uniform(0, 0.1))
            cuts += await asyncio.to_thread(cut_a_session, stage.database)
        leaves = await stage.logged(3_000)
        await until(lambda: all(stage.inbox(topic) == 500 for topic in TOPICS))
    assert cuts > 0
    assert as_leaves(leaves) == as_logged(record for line in lines.values() for record in line)
    for topic in TOPICS:
        of_topic = [leaf.position for leaf in leaves if leaf.service == topic]
        assert of_topic == list(range(1, 501))


def cut_a_session(database: ServiceDatabase) -> int:
    """Ends one session of the writer role in the middle of its transaction; 0: none was in one."""
    rows = query(
        database.admin,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename = 'audit_writer'"
        " AND state <> 'idle' LIMIT 1",
    )
    return len(rows)


def told_otherwise(record: Record, lie: Callable[[Envelope], Envelope]) -> Record:
    return record_of_envelope(lie(decode_envelope(record.body)))
