"""Reads of a service's own events. Blocking: call it from a thread, not from an event loop."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from shared.eventstore.chain import BEGINNING, verified
from shared.eventstore.errors import Retryable
from shared.eventstore.reading import is_away
from shared.eventstore.recorded import Head, Recorded, StoredEvent, read

PAGE = 1000

AFTER = text(
    "SELECT position, stream, body, chain FROM events"
    " WHERE position > :position ORDER BY position LIMIT :limit"
)
STREAM = text("SELECT body FROM events WHERE stream = :stream ORDER BY version")
HEAD = text("SELECT position, chain FROM events ORDER BY position DESC LIMIT 1")
SUBJECT = text("SELECT subject FROM events WHERE stream = :stream AND version = 1")


class EventStore:
    """All methods raise Retryable when the database is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, stream: str) -> list[Recorded]:
        """Raises Unprocessable: one of the stream's events cannot be read."""
        with connected(self._engine) as connection:
            rows = connection.execute(STREAM, {"stream": stream}).all()
        return [read(bytes(row.body)) for row in rows]

    def after(self, position: int, limit: int = PAGE) -> list[StoredEvent]:
        """The events that follow `position`, in order, without a gap."""
        with connected(self._engine) as connection:
            return events_after(connection, position, limit)

    def head(self) -> Head:
        with connected(self._engine) as connection:
            row = connection.execute(HEAD).one_or_none()
        return BEGINNING if row is None else Head(row.position, bytes(row.chain))

    def subject_of(self, stream: str) -> UUID | None:
        """None: the stream has none, or has not begun."""
        with connected(self._engine) as connection:
            subject: UUID | None = connection.execute(SUBJECT, {"stream": stream}).scalar()
        return subject


def events_after(connection: Connection, position: int, limit: int) -> list[StoredEvent]:
    rows = connection.execute(AFTER, {"position": position, "limit": limit})
    return [
        StoredEvent(row.position, row.stream, bytes(row.body), bytes(row.chain)) for row in rows
    ]


def verify_chain(connection: Connection) -> Head:
    """Walks the whole history; returns its head.

    Raises:
        BrokenChain: a gap, or an event that is not what was written.
    """
    return verified(whole_history(connection))


def whole_history(connection: Connection) -> Iterator[StoredEvent]:
    position = 0
    while page := events_after(connection, position, PAGE):
        yield from page
        position = page[-1].position


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        if is_away(error):
            raise Retryable("database") from None
        raise
