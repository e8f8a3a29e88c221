"""P5: how fast are another service's events taken over, each exactly once?"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count

from sqlalchemy import Engine, func, select

from bench.consumer import bare, ceiling, faststream_, faust_, vcms
from bench.consumer.killed import killed
from bench.consumer.work import SERVICES_GIVEN, Contest, Tally
from bench.line import SERVICE, history, record_of
from bench.results import OURS, Sample
from bench.rounds import Journal, Trial, Void
from bench.servers import running_kafka, running_postgres, settings_of
from bench.services import ServiceDatabases
from bench.workload import Bound, Workload, figure, ratio
from deploy.local.kafka import Kafka
from deploy.local.topics import create_topics
from shared.eventstore.connections import engine
from shared.messaging.bus import KafkaBus

EVENTS = 60_000
PAGE = 4_000
POINT = "one topic"
BARE, FAUST, FAUST_BATCHES = "bare aiokafka loop", "faust agent", "faust agent, take(500)"
FASTSTREAM, CEILING = "faststream", "aiokafka getmany"

Play = Callable[[Contest, Tally], Awaitable[None]]

CONTESTANTS: dict[str, tuple[Play, int]] = {
    OURS: (vcms.play, EVENTS),
    BARE: (bare.play, EVENTS),
    FASTSTREAM: (faststream_.play, EVENTS),
    FAUST: (faust_.one_at_a_time, 3_000),
    FAUST_BATCHES: (faust_.in_batches, 30_000),
    CEILING: (ceiling.play, EVENTS),
}
"""And how many of the topic's events each is given."""

_groups = count(1)


@dataclass(frozen=True)
class Place:
    databases: ServiceDatabases
    kafka: Kafka

    def play(self, contestant: Play, wanted: int, *, effective: bool) -> Sample:
        """One round, from a fresh database and a new consumer group."""
        tally = Tally(wanted)
        with self.contest() as contest:
            asyncio.run(played(contestant, contest, tally))
            if effective:
                check(contest.database, wanted)
        return tally.sample()

    @contextmanager
    def contest(self) -> Iterator[Contest]:
        name = self.databases.another()
        url = self.databases.url(name)
        database = engine(url)
        group = f"bench-{next(_groups)}"
        try:
            yield Contest(self.kafka.bootstrap, SERVICE, group, url, database)
        finally:
            database.dispose()
            self.databases.drop(name)


async def played(contestant: Play, contest: Contest, tally: Tally) -> None:
    await contestant(contest, tally)


def check(database: Engine, wanted: int) -> None:
    """Raises Void: an event is missing, or took effect twice."""
    position = SERVICES_GIVEN.c.position
    counted = select(func.count(), func.count(position.distinct()), func.max(position))
    with database.connect() as connection:
        rows, events, last = connection.execute(counted).one()
    if not wanted <= rows == events == last:
        raise Void(f"each event once: {rows} rows of {events} events up to {last}")


def play(journal: Journal) -> None:
    with running_postgres("consumer") as server, running_kafka("consumer") as broker:
        journal.row.settings = dict(settings_of(server))
        databases = ServiceDatabases(server, SERVICE)
        databases.create()
        add_table(server.url(SERVICE))
        asyncio.run(fill(broker.bootstrap))
        place = Place(databases, broker)
        journal.play(
            [
                Trial(name, POINT, partial(place.play, *how, effective=name != CEILING))
                for name, how in CONTESTANTS.items()
            ]
        )
        with place.contest() as contest:
            journal.row.notes["kills"] = killed(contest, EVENTS)


def add_table(superuser_url: str) -> None:
    database = engine(superuser_url)
    with database.begin() as connection:
        SERVICES_GIVEN.create(connection)
        connection.exec_driver_sql(f"GRANT SELECT, INSERT ON services_given TO {SERVICE}_writer")
    database.dispose()


async def fill(bootstrap: str) -> None:
    await create_topics(bootstrap, [SERVICE])
    records = [record_of(written) for written in history(EVENTS)]
    async with KafkaBus(bootstrap).publisher(SERVICE) as publisher:
        for start in range(0, EVENTS, PAGE):
            await publisher.publish(records[start : start + PAGE])


CONSUMER = Workload(
    key="consumer",
    ident="P5",
    title="Consuming",
    asks="How fast are another service's events taken over into PostgreSQL, each exactly once?",
    rounds=5,
    play=play,
    metrics=("events_per_s", "cpu_ms_per_event"),
    bounds=(
        Bound("over a faust agent", ratio("events_per_s", POINT, OURS, FAUST), 10),
        Bound(
            "over a bare loop without inbox", ratio("events_per_s", POINT, OURS, BARE), 0.7, 0.95
        ),
        Bound("events/s", figure("events_per_s", POINT, OURS), None, 20_000),
    ),
    drawn=("events_per_s",),
)
