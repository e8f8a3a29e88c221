"""PostgreSQL and Kafka for a row: real ones, on the disk, as durable as in production."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg2

from bench.home import home
from deploy.local import kafka, postgres
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from shared.eventstore.connections import connect

SHOWN = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "wal_level",
    "shared_buffers",
    "max_connections",
)

_numbers = count(1)


@contextmanager
def running_postgres(name: str, **settings: str) -> Iterator[Postgres]:
    """An empty cluster with the product's own settings, and `settings` (PostgreSQL's) beside
    them."""
    directory = fresh(f"{name}-postgres")
    server = postgres.start(directory)
    try:
        for setting, value in settings.items():
            execute(server.url(), f"ALTER SYSTEM SET {setting} = '{value}'")
        if settings:
            server.stop()
            server = postgres.start(directory)
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def running_kafka(name: str) -> Iterator[Kafka]:
    directory = fresh(f"{name}-kafka")
    broker = kafka.start(directory)
    try:
        yield broker
    finally:
        broker.kill()
        shutil.rmtree(directory, ignore_errors=True)


def fresh(name: str) -> Path:
    """An empty folder of that name in the benchmark's own."""
    directory = home() / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def new_database(server: Postgres, like: str = "template1") -> str:
    """Its name."""
    name = f"bench_{next(_numbers)}"
    execute(server.url(), f"CREATE DATABASE {name} TEMPLATE {like}")
    return name


@contextmanager
def passing_database(server: Postgres, like: str = "template1") -> Iterator[str]:
    """Its name; it is gone afterwards, and what it wrote is on disk: a checkpoint for the next."""
    name = new_database(server, like)
    try:
        yield name
    finally:
        execute(server.url(), f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: str, statement: str) -> None:
    made = connect(url, "bench")
    with made.cursor() as cursor:
        cursor.execute(statement)
    made.close()


def scalar(url: str, query: str) -> object:
    """The first value of the query's first row."""
    made = connect(url, "bench")
    try:
        with made.cursor() as cursor:
            cursor.execute(query)
            (value,) = cursor.fetchone() or (None,)
            return value
    finally:
        made.close()


def settings_of(server: Postgres) -> Mapping[str, str]:
    """What decides how durable and how fast it is, as it tells itself."""
    made = psycopg2.connect(server.url())
    try:
        with made, made.cursor() as cursor:
            found = {}
            for name in SHOWN:
                cursor.execute(f"SHOW {name}")
                (value,) = cursor.fetchone() or ("",)
                found[name] = str(value)
            return found
    finally:
        made.close()
