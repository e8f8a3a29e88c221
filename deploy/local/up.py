"""Starts the whole stack: what runs is kept, what is missing is started."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from deploy.layout import DATABASES, PASSING_TOPICS, SERVICES, TOPICS
from deploy.local import kafka, mail, openid, postgres, s3, services, stack_file
from deploy.local.databases import Databases
from deploy.local.down import end
from deploy.local.home import Home
from deploy.local.inventory import PARTS, check_ports
from deploy.local.kafka import Kafka
from deploy.local.kafka_jars import Progress, kafka_jars
from deploy.local.part import Part
from deploy.local.postgres import Postgres
from deploy.local.preflight import alone, check_machine
from deploy.local.secret_file import remembered_key
from deploy.local.service_settings import Parts, check_chosen, environment
from deploy.local.services import Service
from deploy.local.supervision import recall
from deploy.local.topics import AN_HOUR, create_topics

P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class Started:
    """One part answers. `already`: it ran before."""

    name: str
    address: str
    seconds: float
    already: bool


Say = Callable[[Started], None]


@dataclass(frozen=True)
class Stack:
    """A stack that runs."""

    parts: Parts
    services: Sequence[Service]


def up(home: Home, instances: int | None, say: Say, fetched: Progress) -> Stack:
    """Starts what does not run and keeps what runs.

    `instances` of each service; None: as many as the last time, one at first. `fetched` is told of
    each piece of Kafka's jars while they are fetched for the first time, in bytes.

    Raises:
        CannotStart: what is wrong, as one line; what runs by then keeps running.
    """
    check_chosen()
    check_machine(home)
    with alone(home):
        running = instance_folders(home, remembered_count(home, instances))
        check_ports([*map(home.part, PARTS), *running])
        kafka_jars(fetched)
        parts = start_parts(home, say)
        stack = Stack(parts, start_services(parts, running, say))
        stack_file.write(stack.parts, stack.services)
    return stack


def start_parts(home: Home, say: Say) -> Parts:
    """PostgreSQL with its migrated databases, Kafka with its topics, S3, identity, mail."""

    def told(name: str, start: Callable[[Path], P]) -> P:
        return start_and_tell(home, home.part(name), start, say)

    with ThreadPoolExecutor(max_workers=5) as together:
        database = together.submit(lambda: migrated(home, told("postgres", postgres.start)))
        broker = together.submit(lambda: told("kafka", start_kafka))
        store = together.submit(lambda: told("s3", s3.start))
        identity = together.submit(lambda: told("oidc", openid.start))
        sink = together.submit(lambda: told("mail", mail.start))
        return Parts(
            home,
            database.result(),
            broker.result(),
            store.result(),
            identity.result(),
            sink.result(),
        )


def start_kafka(directory: Path) -> Kafka:
    broker = kafka.start(directory, TOPICS)
    asyncio.run(create_topics(broker.bootstrap, PASSING_TOPICS, AN_HOUR))
    return broker


def migrated(home: Home, server: Postgres) -> Postgres:
    databases = Databases(home, server)
    for name in DATABASES:
        databases.create(name)
        databases.migrate(name)
    return server


def start_services(parts: Parts, folders: Sequence[Path], say: Say) -> Sequence[Service]:
    """One instance in each folder; others are ended, and their folders deleted."""
    remembered_key(parts.home.wrapping_key)
    for extra in set(parts.home.services.glob("*-*")) - set(folders):
        end(extra)
        shutil.rmtree(extra)

    def start(folder: Path) -> Service:
        return start_and_tell(parts.home, folder, lambda at: start_service(at, parts), say)

    with ThreadPoolExecutor(max_workers=len(folders)) as together:
        return list(together.map(start, folders))


def start_service(directory: Path, parts: Parts) -> Service:
    """The instance that lives there, `cases-1`. Raises CannotStart."""
    name = directory.name.rpartition("-")[0]
    return Service.kept(
        directory, lambda port: services.launch(directory, environment(parts, name, port))
    )


def instance_folders(home: Home, instances: int) -> list[Path]:
    return [home.service(name, number) for name in SERVICES for number in range(1, instances + 1)]


def start_and_tell(home: Home, directory: Path, start: Callable[[Path], P], say: Say) -> P:
    began, before = time.monotonic(), recall(directory)
    collect_log(home, directory)
    part = start(directory)
    seconds = time.monotonic() - began
    say(Started(directory.name, part.address, seconds, already=part.running == before))
    return part


def collect_log(home: Home, directory: Path) -> None:
    """All logs stand in one folder; each part finds its own as `log`."""
    home.logs.mkdir(exist_ok=True)
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "log"
    if not log.is_symlink():
        log.symlink_to(home.logs / f"{directory.name}.log")


def remembered_count(home: Home, chosen: int | None) -> int:
    file = home.services / "instances"
    if chosen is None:
        return int(file.read_text()) if file.exists() else 1
    home.services.mkdir(exist_ok=True)
    file.write_text(f"{chosen}\n")
    return chosen
