"""A database and its roles for each service; what they may do to tables, migrations say."""

from dataclasses import dataclass

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from deploy.local.home import Home
from deploy.local.postgres import Postgres
from deploy.local.secret_file import remembered_secret

KEYS = "keys"
SERVICE_ROLES = ("migrator", "writer", "reader")
KEY_ROLES = ("migrator", "sealer")


@dataclass(frozen=True)
class Databases:
    """The addresses (`postgresql://…`) of every role in one stack's cluster."""

    home: Home
    postgres: Postgres

    def url(self, database: str, role: str) -> str:
        """As `migrator`, `writer` or `reader` of a service, or `migrator` or `sealer` of `keys`."""
        user = f"{database}_{role}"
        secret = self.home.role_secret(user)
        return self.postgres.url(database, user, remembered_secret(secret))

    def create(self, database: str) -> None:
        """Makes the database and its roles where they are missing."""
        roles = KEY_ROLES if database == KEYS else SERVICE_ROLES
        with_superuser = psycopg2.connect(self.postgres.url())
        with_superuser.autocommit = True
        try:
            for role in roles:
                user = f"{database}_{role}"
                secret = remembered_secret(self.home.role_secret(user))
                create_role(with_superuser, user, secret)
            create_database(with_superuser, database, roles)
        finally:
            with_superuser.close()

    def migrate(self, database: str) -> None:
        """Brings the tables to their newest shape, as the migrator."""
        # Imported here: alembic takes longer to load than `vcms status` to answer.
        from shared.eventstore.migrations import migrate
        from shared.vault.schema import migrate_keys

        url = self.url(database, "migrator")
        if database == KEYS:
            migrate_keys(url)
        else:
            migrate(database, url)


def create_role(superuser: connection, role: str, password: str) -> None:
    if exists(superuser, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        return
    statement = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
    with superuser.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(role), sql.Literal(password)))


def create_database(superuser: connection, name: str, roles: tuple[str, ...]) -> None:
    database, owner = sql.Identifier(name), sql.Identifier(f"{name}_migrator")
    with superuser.cursor() as cursor:
        if not exists(superuser, "SELECT 1 FROM pg_database WHERE datname = %s", name):
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
        # The roles of one service do not even connect to another's database.
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        for role in roles:
            user = sql.Identifier(f"{name}_{role}")
            cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, user))


def exists(superuser: connection, query: str, value: str) -> bool:
    with superuser.cursor() as cursor:
        cursor.execute(query, [value])
        return cursor.fetchone() is not None
