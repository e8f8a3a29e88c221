"""The ceilings, played: what disk, PostgreSQL, Kafka, HTTP and a core can do at most here."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from bench.ceilings.copy_out import copying_out
from bench.ceilings.disk import fdatasyncs, file_written
from bench.ceilings.kafka_perf import producer_perf
from bench.ceilings.loopback import loopback
from bench.ceilings.pgbench import inserting
from bench.ceilings.raw_http import echoed, echoing
from bench.ceilings.sha256 import hashing
from bench.relay.topic import forget_topic, new_topic
from bench.results import Sample
from bench.rounds import Journal, Trial
from bench.servers import execute, new_database, running_kafka, running_postgres, settings_of
from bench.workload import Workload
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres

CLIENTS = 32
EVENTS = 300_000
POINT = "at most"
TABLE = (
    "CREATE TABLE events AS SELECT number AS position, repeat('x', 300)::bytea AS body "
    f"FROM generate_series(1, {EVENTS}) AS number"
)


def play(journal: Journal) -> None:
    with (
        running_postgres("ceilings") as postgres,
        running_kafka("ceilings") as broker,
        echoing() as echo,
    ):
        journal.row.settings = dict(settings_of(postgres))
        journal.row.notes["events per s"] = "durable writes, rows or records, by contestant"
        full = filled(postgres)
        contestants: dict[str, Callable[[], Sample]] = {
            "pg_test_fsync, fdatasync": fdatasyncs,
            "file of 512 MiB, fsync": file_written,
            f"pgbench, one row, {CLIENTS} clients": partial(inserting, postgres, CLIENTS, rows=1),
            f"pgbench, 100 rows, {CLIENTS} clients": partial(inserting, postgres, CLIENTS, 100),
            "COPY out": partial(copying_out, postgres.url(full), "position, body", EVENTS),
            "kafka-producer-perf-test": partial(producing, broker),
            "raw ASGI echo": partial(echoed, echo),
            "TCP over loopback": loopback,
            "SHA-256": hashing,
        }
        journal.play([Trial(name, POINT, one) for name, one in contestants.items()])


def filled(postgres: Postgres) -> str:
    """A database with events of 300 bytes; its name."""
    name = new_database(postgres)
    execute(postgres.url(name), TABLE)
    return name


def producing(broker: Kafka) -> Sample:
    with passing_topic(broker) as topic:
        return producer_perf(broker, topic)


@contextmanager
def passing_topic(broker: Kafka) -> Iterator[str]:
    topic = asyncio.run(new_topic(broker.bootstrap))
    try:
        yield topic
    finally:
        asyncio.run(forget_topic(broker.bootstrap, topic))


CEILINGS = Workload(
    key="ceilings",
    ident="Ceilings",
    title="what the machine can do at most",
    asks="How fast are the parts alone, which everything else stands on?",
    rounds=5,
    play=play,
    metrics=("events_per_s", "requests_per_s", "MB_per_s", "p50_ms", "p99_ms"),
)
