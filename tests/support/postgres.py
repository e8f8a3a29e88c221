"""A real PostgreSQL for the session, and for each test databases of its own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from deploy.local.postgres import Postgres, start
from deploy.local.supervision import recall
from shared.eventstore.connections import connect, engine
from shared.eventstore.migrations import create_event_tables, migrate

PASSWORD = "for-tests-alone"
ROLES = ("migrator", "writer", "reader")
ROOM = 4 * 1024**3
"""Bytes."""

LEDGER = "ledger"
"""A service that has the event tables and nothing else."""


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """Addresses as `postgresql://…`; `admin` is the superuser."""

    service: str
    name: str
    migrator: str
    writer: str
    reader: str
    admin: str


@dataclass
class Databases:
    """Makes databases of services: the first is migrated, the others are copies of it."""

    postgres: Postgres
    templates: dict[str, str] = field(default_factory=dict)
    with_roles: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    made: list[str] = field(default_factory=list)

    def of(self, service: str) -> ServiceDatabase:
        """Migrated, and without rows."""
        if service not in self.templates:
            template = self.empty(service)
            if service == LEDGER:
                revise(template.migrator, partial(create_event_tables, LEDGER))
            else:
                migrate(service, template.migrator)
            self.templates[service] = template.name
        return self.create(service, f"TEMPLATE {self.templates[service]}")

    def empty(self, service: str) -> ServiceDatabase:
        """Without tables."""
        return self.create(service, "TEMPLATE template1")

    def create(self, service: str, how: str) -> ServiceDatabase:
        if service not in self.with_roles:
            for role in ROLES:
                self.execute(f"CREATE ROLE {service}_{role} LOGIN PASSWORD '{PASSWORD}'")
            self.with_roles.add(service)
        name = f"{service}_{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name} OWNER {service}_migrator {how}")
        self.made.append(name)
        return self.addresses(service, name)

    def hang_up(self, names: Sequence[str]) -> None:
        """Ends what a finished test left connected: a server has only so many connections."""
        if names:
            listed = ", ".join(f"'{name}'" for name in names)
            self.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                f" WHERE datname IN ({listed})"
            )

    def addresses(self, service: str, name: str) -> ServiceDatabase:
        migrator, writer, reader = (
            self.postgres.url(name, f"{service}_{role}", PASSWORD) for role in ROLES
        )
        return ServiceDatabase(service, name, migrator, writer, reader, self.postgres.url(name))

    def execute(self, statement: str) -> None:
        made = connect(self.postgres.url(), "tests")
        with made.cursor() as cursor:
            cursor.execute(statement)
        made.close()


def revise(migrator_url: str, upgrade: Callable[[], None]) -> None:
    """Runs `upgrade` as a revision of the ledger."""
    database = engine(migrator_url)
    with database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"service": LEDGER})
        with Operations.context(context):
            upgrade()
    database.dispose()


def roomy_memory() -> Path | None:
    """A folder in memory where the machine has room for one: the tests wait for no disk, and what
    outlives the programs is all that they need."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else None


@contextmanager
def cluster() -> Iterator[Postgres]:
    """A running PostgreSQL, which the test may kill. Not in pytest's own folder: each session of
    pytest closes that to other accounts, and PostgreSQL may run as another."""
    with TemporaryDirectory(prefix="vcms-postgres-", dir=roomy_memory()) as directory:
        server = start(Path(directory))
        try:
            yield server
        finally:
            server.kill()
            if (again := recall(server.directory)) is not None:
                again.kill()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with cluster() as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Databases:
    return Databases(postgres)


@pytest.fixture(autouse=True)
def connections_end_with_their_test(request: pytest.FixtureRequest) -> Iterator[None]:
    if "databases" not in request.fixturenames:
        yield
        return
    databases: Databases = request.getfixturevalue("databases")
    before = len(databases.made)
    yield
    databases.hang_up(databases.made[before:])


@pytest.fixture
def ledger(databases: Databases) -> ServiceDatabase:
    """A fresh database with the event tables alone."""
    return databases.of(LEDGER)


def query(url: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    """The rows that `statement` gives; for looking behind the scenes."""
    made = psycopg2.connect(url)
    try:
        with made, made.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())
    finally:
        made.close()
