"""A keys database for each test: the shape that the migration gives it, and its two addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import psycopg2
import pytest

from deploy.local.postgres import Postgres
from shared.vault.schema import migrate_keys
from tests.support.postgres import PASSWORD

SEALER = "keys_sealer"


@dataclass(frozen=True)
class KeysDatabase:
    """`sealer`: the services' role. `admin`: the superuser."""

    sealer: str
    admin: str

    def execute(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        return execute(self.admin, statement, *values)


def execute(url: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


@pytest.fixture(scope="session")
def sealer_role(postgres: Postgres) -> str:
    known = execute(postgres.url(), "SELECT 1 FROM pg_roles WHERE rolname = %s", SEALER)
    if not known:
        execute(postgres.url(), f"CREATE ROLE {SEALER} LOGIN")
    execute(postgres.url(), f"ALTER ROLE {SEALER} PASSWORD '{PASSWORD}'")
    return SEALER


@pytest.fixture
def keys_database(postgres: Postgres, sealer_role: str) -> Iterator[KeysDatabase]:
    name = f"keys_{uuid4().hex}"
    execute(postgres.url(), f"CREATE DATABASE {name}")
    database = KeysDatabase(postgres.url(name, sealer_role, PASSWORD), postgres.url(name))
    migrate_keys(database.admin)
    yield database
    execute(postgres.url(), f"DROP DATABASE {name} WITH (FORCE)")
