"""One step of a projection: claim a run of events and take effect, in one transaction."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, table, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from shared.contracts.catalogue import CATALOGUE
from shared.eventstore.errors import Unprocessable, reason_of
from shared.eventstore.pages import events_after
from shared.eventstore.parking import (
    BEHIND,
    Parked,
    forget_parked,
    park,
    park_again,
    set_aside,
    to_retry,
    unpark,
)
from shared.eventstore.projection import Projection
from shared.eventstore.reading import is_away
from shared.eventstore.recorded import Recorded, StoredEvent, read
from shared.eventstore.tables import PROJECTIONS
from shared.runtime.collector import collector_paused
from shared.runtime.tracing import following

MOST_EVENTS = 5000
"""In one step."""

# Made once: to make a statement takes longer than PostgreSQL takes for it.
STANDS = text("SELECT position FROM projections WHERE name = :named")
CLAIM = text("UPDATE projections SET position = :there WHERE name = :named AND position = :here")


class Step(NamedTuple):
    """Where the projection stands, whether more waits for it, and whether another instance was
    first to take that."""

    position: int
    more: bool
    lost: bool = False


def register(connection: Connection, projection: Projection) -> None:
    connection.execute(
        insert(PROJECTIONS).values(name=projection.name, position=0).on_conflict_do_nothing()
    )


class Page:
    """The last events that were read: projections that stand at one place read them once."""

    def __init__(self) -> None:
        self._read: tuple[int, list[StoredEvent]] | None = None

    def after(self, connection: Connection, position: int) -> list[StoredEvent]:
        if self._read is None or self._read[0] != position:
            self._read = position, events_after(connection, position, MOST_EVENTS)
        return self._read[1]


def advance(
    connection: Connection, service: str, projection: Projection, page: Page | None = None
) -> Step:
    """Takes the next events. Where another instance was first, nothing happens.

    Raises:
        TooManyParked: an operator must look first.
        DBAPIError: the database is away; nothing happened.
    """
    position = position_of(connection, projection)
    events = (page or Page()).after(connection, position)
    if not events:
        return Step(position, more=False)
    last = events[-1].position
    if not claim(connection, projection, position, last):
        return Step(position, more=True, lost=True)
    with collector_paused():
        take_effect(connection, service, projection, events)
    return Step(last, more=len(events) == MOST_EVENTS)


def position_of(connection: Connection, projection: Projection) -> int:
    position: int = connection.execute(STANDS, {"named": projection.name}).scalar_one()
    return position


def claim(connection: Connection, projection: Projection, here: int, there: int) -> bool:
    claimed = connection.execute(CLAIM, {"named": projection.name, "here": here, "there": there})
    return claimed.rowcount == 1


def take_effect(
    connection: Connection, service: str, projection: Projection, events: Sequence[StoredEvent]
) -> None:
    """All at once; where that fails one by one, so that only what is broken is parked."""
    declared = {name_of(CATALOGUE.type_of(event)) for event in projection.handles}
    handled = [event for event in events if name_of(event.type) in declared]
    if not handled:
        return
    streams, given_up = set_aside(connection, projection.name, service)
    ours = [event for event in handled if event.position not in given_up]
    stopped = set(streams)
    free = stopped.isdisjoint(event.stream for event in ours)
    if free and reason_not_projected(connection, projection, ours) is None:
        return
    parked = []
    for event in ours:
        behind = BEHIND if event.stream in stopped else None
        reason = behind or reason_not_projected(connection, projection, [event])
        if reason is not None:
            stopped.add(event.stream)
            parked.append(parked_of(projection, service, event, reason))
    park(connection, parked)


def reason_not_projected(
    connection: Connection, projection: Projection, events: Sequence[StoredEvent | Parked]
) -> str | None:
    """Projects the events, all or none; None when it went well.

    Raises:
        DBAPIError: the database is away.
    """
    try:
        with connection.begin_nested():
            if events:
                project(connection, projection, [read(event.body) for event in events])
    except Exception as error:
        if isinstance(error, DBAPIError) and is_away(error):
            raise
        return str(error) if isinstance(error, Unprocessable) else reason_of(error)
    return None


def project(connection: Connection, projection: Projection, events: Sequence[Recorded]) -> None:
    parents = [event.envelope.traceparent for event in events]
    with following(projection.name, parents, {"vcms.projection": projection.name}):
        projection.project(connection, events)


def retry(connection: Connection, service: str, projection: Projection) -> None:
    """Takes up the parked streams whose retry was asked for, each until an event fails again."""
    if not to_retry(connection, projection.name, service):
        return  # a lock that is taken for nothing would be a write to the disk each second
    here = select(PROJECTIONS.c.position).where(PROJECTIONS.c.name == projection.name)
    connection.execute(here.with_for_update())  # what comes meanwhile waits, and is not parked
    failed: set[str] = set()
    for event in to_retry(connection, projection.name, service):
        if event.stream in failed:
            continue
        reason = reason_not_projected(connection, projection, [event])
        if reason is None:
            unpark(connection, event)
        else:
            failed.add(event.stream)
            park_again(connection, event, reason)


def start_again(connection: Connection, service: str, projection: Projection) -> None:
    """Empties the projection's tables; whoever runs it then fills them from the first event."""
    register(connection, projection)
    here = select(PROJECTIONS.c.position).where(PROJECTIONS.c.name == projection.name)
    connection.execute(here.with_for_update())
    for name in projection.tables:
        connection.execute(delete(table(name)))
    forget_parked(connection, projection.name, service)
    moved = update(PROJECTIONS).where(PROJECTIONS.c.name == projection.name)
    connection.execute(moved.values(position=0))


def name_of(wire: str) -> str:
    """The type without its version: a declared type of unknown version is parked, not passed."""
    return wire.rpartition(".v")[0]


def parked_of(projection: Projection, service: str, event: StoredEvent, reason: str) -> Parked:
    return Parked(projection.name, service, event.position, event.stream, event.body, reason)
