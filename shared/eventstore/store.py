"""Reads of a service's own events. Blocking: call it from a thread, not from an event loop."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from shared.eventstore.chain import BEGINNING, verified
from shared.eventstore.errors import Retryable
from shared.eventstore.pages import events_after
from shared.eventstore.reading import is_away
from shared.eventstore.recorded import Head, Recorded, StoredEvent, read
from shared.eventstore.tables import EVENTS

PAGE = 1000


class EventStore:
    """All methods raise Retryable when the database is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def load(self, stream: str) -> list[Recorded]:
        """Raises Unprocessable: one of the stream's events cannot be read."""
        with connected(self._engine) as connection:
            bodies = select(EVENTS.c.body).where(EVENTS.c.stream == stream)
            rows = connection.execute(bodies.order_by(EVENTS.c.version)).scalars().all()
        return [read(body) for body in rows]

    def after(self, position: int, limit: int = PAGE) -> list[StoredEvent]:
        """The events that follow `position`, in order, without a gap."""
        with connected(self._engine) as connection:
            return events_after(connection, position, limit)

    def head(self) -> Head:
        with connected(self._engine) as connection:
            last = select(EVENTS.c.position, EVENTS.c.chain).order_by(EVENTS.c.position.desc())
            row = connection.execute(last.limit(1)).one_or_none()
        return BEGINNING if row is None else Head(row.position, row.chain)

    def subject_of(self, stream: str) -> UUID | None:
        """None: the stream has none, or has not begun."""
        first = select(EVENTS.c.subject).where(EVENTS.c.stream == stream, EVENTS.c.version == 1)
        with connected(self._engine) as connection:
            return connection.execute(first).scalar()


def last_position(connection: Connection) -> int:
    last = select(func.coalesce(func.max(EVENTS.c.position), 0))
    position: int = connection.execute(last).scalar_one()
    return position


def verify_chain(connection: Connection) -> Head:
    """Walks the whole history; returns its head.

    Raises:
        BrokenChain: a gap, or an event that is not what was written.
    """
    return verified(whole_history(connection))


def whole_history(connection: Connection) -> Iterator[StoredEvent]:
    """A page is fetched while the one before it is worked on, so `connection` is busy until the
    last event."""
    with ThreadPoolExecutor(1, "history") as fetching:
        coming = fetching.submit(events_after, connection, 0, PAGE)
        while page := coming.result():
            coming = fetching.submit(events_after, connection, page[-1].position, PAGE)
            yield from page


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """One transaction. Raises Retryable: the database is away."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        if is_away(error):
            raise Retryable("database") from None
        raise
