"""Events that could not be processed, kept in order until an operator retries or skips them.

Once an event is parked, every later event of its stream is parked behind it; other streams go on.
One table and these functions serve the projector here and the consumers of `shared.messaging`:
`consumer` is a consumer's or a projection's name, `topic` the service whose events these are.
All of it runs in the caller's transaction. A retry is only asked for: the consumer that runs does
it, since it alone knows the effect.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.eventstore.tables import PARKED

MOST_PARKED_STREAMS = 100
"""More stop the consumer: then it is hardly the events that are broken."""

BEHIND = "behind a parked event of its stream"

SET_ASIDE = text(
    "SELECT DISTINCT CASE WHEN skipped_at IS NULL THEN stream END,"
    " CASE WHEN skipped_at IS NOT NULL THEN position END"
    " FROM parked WHERE consumer = :consumer AND topic = :topic"
)


class TooManyParked(Exception):
    """The consumer stops until an operator has looked."""


@dataclass(frozen=True, slots=True)
class Parked:
    """`body` as it came, sealed; `reason` names what went wrong, never a value."""

    consumer: str
    topic: str
    position: int
    stream: str
    body: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Listed:
    event: Parked
    parked_at: datetime
    retry_asked: bool


def park(connection: Connection, events: Sequence[Parked]) -> None:
    """Puts events of one consumer and topic aside; one that is parked already stays as it is.

    Raises:
        TooManyParked: with these, more streams are parked than a consumer may have.
    """
    if not events:
        return
    rows = [asdict(event) for event in events]
    connection.execute(insert(PARKED).on_conflict_do_nothing(), rows)
    consumer, topic = events[0].consumer, events[0].topic
    if len(parked_streams(connection, consumer, topic)) > MOST_PARKED_STREAMS:
        raise TooManyParked(consumer)


def parked_streams(connection: Connection, consumer: str, topic: str) -> frozenset[str]:
    """The streams whose next events must be parked too."""
    streams = select(PARKED.c.stream).distinct().where(*_waiting(consumer, topic))
    return frozenset(connection.execute(streams).scalars())


def skipped_positions(connection: Connection, consumer: str, topic: str) -> frozenset[int]:
    """Given up for good: a consumer that begins anew passes over them."""
    skipped = select(PARKED.c.position).where(
        PARKED.c.consumer == consumer, PARKED.c.topic == topic, PARKED.c.skipped_at.is_not(None)
    )
    return frozenset(connection.execute(skipped).scalars())


def set_aside(
    connection: Connection, consumer: str, topic: str
) -> tuple[frozenset[str], frozenset[int]]:
    """`parked_streams` and `skipped_positions`, in one statement."""
    rows = connection.execute(SET_ASIDE, {"consumer": consumer, "topic": topic}).all()
    streams = frozenset(stream for stream, _ in rows if stream is not None)
    return streams, frozenset(position for _, position in rows if position is not None)


def parked_count(connection: Connection, consumers: Sequence[str], topic: str) -> int:
    """Events that wait for an operator."""
    count = select(func.count()).where(
        PARKED.c.consumer.in_(consumers), PARKED.c.topic == topic, PARKED.c.skipped_at.is_(None)
    )
    return connection.execute(count).scalar_one()


def listed(connection: Connection, *where: ColumnElement[bool]) -> list[Listed]:
    """What is parked, each consumer's in the order of the positions; what was skipped is not."""
    rows = connection.execute(
        select(PARKED)
        .where(PARKED.c.skipped_at.is_(None), *where)
        .order_by(PARKED.c.consumer, PARKED.c.topic, PARKED.c.position)
    )
    return [
        Listed(
            Parked(row.consumer, row.topic, row.position, row.stream, bytes(row.body), row.reason),
            row.parked_at,
            row.retry_asked,
        )
        for row in rows
    ]


def ask_retry(connection: Connection, consumer: str, topic: str, stream: str) -> int:
    """Asks the consumer to take the stream up again from its first parked event.

    Returns how many events wait in it.
    """
    asked = (
        update(PARKED)
        .where(*_waiting(consumer, topic), PARKED.c.stream == stream)
        .values(retry_asked=True)
    )
    return connection.execute(asked).rowcount


def to_retry(connection: Connection, consumer: str, topic: str) -> list[Parked]:
    """The events whose retry was asked for, each stream's in order."""
    asked = listed(connection, *_waiting(consumer, topic), PARKED.c.retry_asked)
    return [entry.event for entry in asked]


def forget_parked(connection: Connection, consumer: str, topic: str) -> None:
    """Before the consumer begins anew: what it parked comes again. What was skipped stays."""
    connection.execute(delete(PARKED).where(*_waiting(consumer, topic)))


def unpark(connection: Connection, event: Parked) -> bool:
    """It has been processed; False: it was before, by another instance."""
    return connection.execute(delete(PARKED).where(*_is(event))).rowcount == 1


def park_again(connection: Connection, event: Parked, reason: str) -> None:
    """The retry failed: the whole stream waits for the operator again."""
    stream = [*_waiting(event.consumer, event.topic), PARKED.c.stream == event.stream]
    connection.execute(update(PARKED).where(*stream).values(retry_asked=False))
    connection.execute(update(PARKED).where(*_is(event)).values(reason=reason))


def skip(connection: Connection, event: Parked, why: str) -> None:
    """Gives the event up for good; it stays in the table with the operator's reason. What is parked
    behind it is retried."""
    connection.execute(
        update(PARKED).where(*_is(event)).values(skipped_at=func.now(), skipped_reason=why)
    )
    ask_retry(connection, event.consumer, event.topic, event.stream)


def _waiting(consumer: str, topic: str) -> tuple[ColumnElement[bool], ...]:
    return (
        PARKED.c.consumer == consumer,
        PARKED.c.topic == topic,
        PARKED.c.skipped_at.is_(None),
    )


def _is(event: Parked) -> tuple[ColumnElement[bool], ...]:
    return (*_waiting(event.consumer, event.topic), PARKED.c.position == event.position)
