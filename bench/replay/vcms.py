"""The store of `cases`: every event read in its order, the chain checked link by link, and
envelope and event decoded into their types. Then its worklists made anew from nothing, as after
`vcms rebuild`, by the projection that the service runs."""

import time
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, text

from bench.append.work import must_hold
from bench.cpu import spending
from bench.interpreter import as_served
from bench.product import Product
from bench.results import Sample
from bench.servers import passing_database
from services.cases.app import NAME
from services.cases.projections import WORKLISTS
from shared.eventstore.chain import verified
from shared.eventstore.connections import engine
from shared.eventstore.projecting import advance, register
from shared.eventstore.recorded import StoredEvent
from shared.eventstore.recorded import read as read_event
from shared.eventstore.store import connected, whole_history


@as_served()
def read(product: Product, database: str, count: int) -> Sample:
    opened = engine(product.url(database))
    with spending() as spent, opened.connect() as connection:
        began = time.perf_counter()
        head = verified(decoded(whole_history(connection)))
        seconds = time.perf_counter() - began
    opened.dispose()
    must_hold(head.position, count, "events read")
    return {"events_per_s": count / seconds, "cpu_ms_per_event": 1000 * spent.cpu / count}


def decoded(events: Iterable[StoredEvent]) -> Iterator[StoredEvent]:
    """Each is decoded, and passed on to be proven."""
    for event in events:
        read_event(event.body)
        yield event


def rebuild(product: Product, like: str, count: int) -> Sample:
    with passing_database(product.postgres, like) as database:
        return rebuilt(product, database, count)


@as_served()
def rebuilt(product: Product, database: str, count: int) -> Sample:
    """A step is a transaction, as in the service."""
    opened = engine(product.url(database))
    with connected(opened) as connection:
        register(connection, WORKLISTS)
    with spending() as spent:
        began = time.perf_counter()
        more = True
        while more:
            with connected(opened) as connection:
                more = advance(connection, NAME, WORKLISTS).more
        seconds = time.perf_counter() - began
    with opened.connect() as connection:
        check(connection, count)
    opened.dispose()
    return {"rebuilt_per_s": count / seconds, "cpu_ms_per_event": 1000 * spent.cpu / count}


def check(connection: Connection, count: int) -> None:
    """Raises Void: an entry of a timeline is missing, or a case does not tell its version."""
    must_hold(
        connection.execute(text("SELECT count(*) FROM timeline_of_case")).scalar_one(),
        count,
        "entries",
    )
    must_hold(
        connection.execute(text("SELECT sum(version) FROM cases_of_organisation")).scalar_one(),
        count,
        "versions",
    )
    must_hold(
        connection.execute(text("SELECT count(*) FROM parked")).scalar_one(), 0, "parked events"
    )
