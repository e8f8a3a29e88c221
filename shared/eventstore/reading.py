"""How queries read: one READ ONLY transaction that sees one organisation's rows alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from psycopg2.errors import ProgramLimitExceeded
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from shared.eventstore.errors import Retryable

FOR_ORGANISATION = text(
    "SET TRANSACTION READ ONLY; SELECT set_config('app.organisation', :organisation, true)"
)


@contextmanager
def reading(engine: Engine, organisation: UUID) -> Iterator[Connection]:
    """A connection of the reader role, held by row-level security to `organisation`.

    Raises:
        Retryable: the database is away.
    """
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(FOR_ORGANISATION, {"organisation": str(organisation)})
            yield connection
    except DBAPIError as error:
        if is_away(error):
            raise Retryable("database") from None
        raise


def is_away(error: DBAPIError) -> bool:
    """Is this the database being away, and not a mistake in what was asked of it?"""
    if error.connection_invalidated:
        return True
    too_large = isinstance(error.orig, ProgramLimitExceeded)
    return isinstance(error, OperationalError | InterfaceError) and not too_large
