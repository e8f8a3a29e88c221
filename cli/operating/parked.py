"""What an operator may do with parked events: look, ask for a retry, give one up with a reason."""

from collections.abc import Iterable

import orjson
from sqlalchemy import Engine

from shared.contracts.envelope import NotAnEnvelope, decode
from shared.eventstore import parking
from shared.eventstore.parking import Listed
from shared.messaging.inbox import database_errors


class NotParked(Exception):
    """No such event is parked."""


class NotTheFirst(Exception):
    """Another event of the stream stands before it: what follows would be out of order."""


def listed(database: Engine) -> list[Listed]:
    with database_errors(), database.connect() as connection:
        return parking.listed(connection)


def at(found: Iterable[Listed], consumer: str, position: int) -> Listed:
    for one in found:
        if (one.event.consumer, one.event.position) == (consumer, position):
            return one
    raise NotParked(f"{consumer} has parked no event at position {position}.")


def ask_retry(database: Engine, consumer: str, stream: str) -> int:
    """How many events of the stream will be tried again, in their order."""
    with database_errors(), database.begin() as connection:
        for one in parking.listed(connection):
            if (one.event.consumer, one.event.stream) == (consumer, stream):
                return parking.ask_retry(connection, consumer, one.event.topic, stream)
    raise NotParked(f"{consumer} has parked no event of {stream}.")


def skip(database: Engine, consumer: str, position: int, why: str) -> None:
    """Gives up the first parked event of its stream; what stands behind it is tried again."""
    with database_errors(), database.begin() as connection:
        found = parking.listed(connection)
        event = at(found, consumer, position).event
        before = [one.event.position for one in found if is_before(one, event)]
        if before:
            raise NotTheFirst(
                f"{event.stream} is parked from position {before[0]} on: begin there."
            )
        parking.skip(connection, event, why)


def is_before(one: Listed, event: parking.Parked) -> bool:
    same = (one.event.consumer, one.event.stream) == (event.consumer, event.stream)
    return same and one.event.position < event.position


def row(one: Listed) -> dict[str, object]:
    event = one.event
    return {
        "consumer": event.consumer,
        "topic": event.topic,
        "position": event.position,
        "stream": event.stream,
        "reason": event.reason,
        "parked_at": one.parked_at.isoformat(),
        "retry_asked": one.retry_asked,
    }


def document(one: Listed) -> dict[str, object]:
    """With the event as it came: personal fields are sealed, and no operator holds the keys."""
    return row(one) | {"event": event_of(one.event.body)}


def event_of(body: bytes) -> object:
    """None when it is no envelope: nobody knows what such bytes hold, so they are not shown."""
    try:
        decode(body)
    except NotAnEnvelope:
        return None
    return orjson.loads(body)
