"""The table of wrapped keys, and access to it."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Uuid,
    create_engine,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from shared.vault.errors import KeysAway

SUBJECT_KEYS = Table(
    "subject_keys",
    MetaData(),
    Column("subject", Uuid, primary_key=True),
    Column("wrapped", LargeBinary, comment="null: destroyed, and never made again"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("destroyed_at", DateTime(timezone=True)),
)

LIMITS = {
    "connect_timeout": 2,
    "tcp_user_timeout": 2000,
    "options": "-c statement_timeout=2000 -c idle_in_transaction_session_timeout=5000",
}
"""Seconds, then milliseconds: a keys database that hangs counts as away."""


class WrappedKeys(Protocol):
    """Wrapped keys by subject; None stands for a destroyed one."""

    def load(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        """Those that there are."""

    def add(self, wrapped: Mapping[UUID, bytes]) -> Mapping[UUID, bytes | None]:
        """Keeps those that are new, durably; answers what stands there now for each of them."""


class SubjectKeys:
    """The keys database. Any number of instances may add at once: the first to commit wins.

    Both methods block and raise KeysAway when the database does not answer in time.
    """

    def __init__(self, database_url: str) -> None:
        self._engine = create_engine(
            make_url(database_url).set(drivername="postgresql+psycopg2"),
            connect_args=LIMITS,
            pool_pre_ping=True,
            pool_timeout=2,
            hide_parameters=True,
        )

    def load(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        with self._transaction() as connection:
            return _load(connection, subjects)

    def add(self, wrapped: Mapping[UUID, bytes]) -> Mapping[UUID, bytes | None]:
        # In one order, so that two who add the same subjects never wait for each other in a ring.
        rows = [{"subject": subject, "wrapped": wrapped[subject]} for subject in sorted(wrapped)]
        with self._transaction() as connection:
            connection.execute(insert(SUBJECT_KEYS).on_conflict_do_nothing(), rows)
            # A statement of its own: only a later snapshot sees the row of whoever was first.
            return _load(connection, wrapped)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError, NoConnectionFree) as error:
            raise KeysAway(type(error).__name__) from None


def _load(connection: Connection, subjects: Collection[UUID]) -> dict[UUID, bytes | None]:
    rows = connection.execute(
        select(SUBJECT_KEYS.c.subject, SUBJECT_KEYS.c.wrapped).where(
            SUBJECT_KEYS.c.subject.in_(subjects)
        )
    )
    return {row.subject: row.wrapped for row in rows}
