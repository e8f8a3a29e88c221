"""Makes a database and its roles; what they may do to tables, migrations say."""

from collections.abc import Mapping

from psycopg2 import sql
from psycopg2.extensions import connection


def create_role(superuser: connection, role: str, password: str) -> None:
    """Makes the role where it is missing; one that is there gets this password."""
    known = exists(superuser, "SELECT 1 FROM pg_roles WHERE rolname = %s", role)
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
    with superuser.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))


def create_database(superuser: connection, name: str, passwords: Mapping[str, str]) -> None:
    """Makes the database and its roles where they are missing.

    `passwords`: by role; the first of them owns the database. `superuser` commits by itself.
    """
    for role, password in passwords.items():
        create_role(superuser, f"{name}_{role}", password)
    database, owner = sql.Identifier(name), sql.Identifier(f"{name}_{next(iter(passwords))}")
    with superuser.cursor() as cursor:
        if not exists(superuser, "SELECT 1 FROM pg_database WHERE datname = %s", name):
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
        # The roles of one service do not even connect to another's database.
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        for role in passwords:
            user = sql.Identifier(f"{name}_{role}")
            cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, user))


def exists(superuser: connection, query: str, value: str) -> bool:
    with superuser.cursor() as cursor:
        cursor.execute(query, [value])
        return cursor.fetchone() is not None
