"""How far a consumer has come in another service's line, and what of it is parked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Select, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from shared.eventstore import parking
from shared.eventstore.errors import Retryable, Unprocessable, reason_of
from shared.eventstore.parking import Parked
from shared.eventstore.reading import is_away
from shared.eventstore.tables import INBOX
from shared.messaging.line import Unfit
from shared.messaging.records import Record

MOVE = text(
    "UPDATE inbox SET position = :there WHERE consumer = :consumer AND topic = :topic"
    " AND partition = 0 AND position = :here"
)


class Standing(NamedTuple):
    """Where a consumer stands: its position, the streams whose events it parks, and the positions
    that an operator has given up."""

    position: int
    parked: frozenset[str] = frozenset()
    skipped: frozenset[int] = frozenset()


class Progress(NamedTuple):
    """How far a consumer has come, and how many events it has left behind, parked."""

    position: int
    parked: int


class Inbox(Protocol):
    """What a consumer asks; see `PostgresInbox`."""

    def standing(self) -> Standing: ...
    def progress(self) -> Progress: ...
    def pass_over(self, first: int, last: int) -> bool: ...
    def park(self, first: int, last: int, record: Record, unfit: Unfit) -> bool: ...
    def to_retry(self) -> list[Parked]: ...
    def park_again(self, event: Parked, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class PostgresInbox:
    """One consumer's row, and its part of the table `parked`. Blocking.

    Whatever changes either takes the row's lock first, so that of two instances each sees what the
    other did. Every method raises Retryable when the database is away.
    """

    engine: Engine
    consumer: str
    topic: str

    def standing(self) -> Standing:
        with self.changing() as connection:
            # The position first: what is parked or freed later has moved it, and a claim notices.
            position = connection.execute(self._position()).scalar_one_or_none()
            if position is None:
                self._begin(connection)
            return Standing(
                position or 0,
                self._parked_streams(connection),
                parking.skipped_positions(connection, self.consumer, self.topic),
            )

    def progress(self) -> Progress:
        with database_errors(), self.engine.connect() as connection:
            position = connection.execute(self._position()).scalar_one_or_none() or 0
            return Progress(position, parking.parked_count(connection, [self.consumer], self.topic))

    def claim(self, connection: Connection, first: int, last: int) -> bool:
        """False: it was claimed before, or an operator moved the position."""
        return self.move(connection, first - 1, last)

    def move(self, connection: Connection, here: int, there: int) -> bool:
        own = {"consumer": self.consumer, "topic": self.topic}
        return connection.execute(MOVE, {**own, "here": here, "there": there}).rowcount == 1

    def lock(self, connection: Connection) -> int:
        """Keeps other instances from moving it; returns the position."""
        return connection.execute(self._position().with_for_update()).scalar_one()

    def pass_over(self, first: int, last: int) -> bool:
        """Claims what has no effect here."""
        with self.changing() as connection:
            # Lost in a crash, it is only passed over again.
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            return self.claim(connection, first, last)

    def park(self, first: int, last: int, record: Record, unfit: Unfit) -> bool:
        """Claims, and puts the one event in it aside.

        Raises:
            TooManyParked: with this, too many streams are parked; nothing was done.
        """
        with self.changing() as connection:
            if not self.claim(connection, first, last):
                return False
            if unfit.behind and record.stream not in self._parked_streams(connection):
                connection.rollback()
                return False
            parking.park(connection, [self._parked(record, unfit.reason)])
            return True

    def to_retry(self) -> list[Parked]:
        """What an operator asked to be tried again."""
        with self.changing() as connection:
            return parking.to_retry(connection, self.consumer, self.topic)

    def retried(self, connection: Connection, event: Parked) -> bool:
        """The event is processed; what stands behind it is tried next. False: it was before."""
        self.lock(connection)
        if not parking.unpark(connection, event):
            return False
        parking.ask_retry(connection, self.consumer, self.topic, event.stream)
        return True

    def park_again(self, event: Parked, reason: str) -> None:
        with self.changing() as connection:
            self.lock(connection)
            parking.park_again(connection, event, reason)

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        with database_errors(), self.engine.begin() as connection:
            yield connection

    def _begin(self, connection: Connection) -> None:
        row = {"consumer": self.consumer, "topic": self.topic, "partition": 0, "position": 0}
        connection.execute(insert(INBOX).values(row).on_conflict_do_nothing())

    def _position(self) -> Select[int]:
        return select(INBOX.c.position).where(*self._own())

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        return (
            INBOX.c.consumer == self.consumer,
            INBOX.c.topic == self.topic,
            INBOX.c.partition == 0,
        )

    def _parked_streams(self, connection: Connection) -> frozenset[str]:
        return parking.parked_streams(connection, self.consumer, self.topic)

    def _parked(self, record: Record, reason: str) -> Parked:
        return Parked(
            self.consumer, self.topic, record.position, record.stream, record.body, reason
        )


@contextmanager
def database_errors() -> Iterator[None]:
    """The database being away is Retryable; what it makes of a value is Unprocessable."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or is_away(error):
            raise Retryable("database") from None
        raise Unprocessable(reason_of(error)) from None
