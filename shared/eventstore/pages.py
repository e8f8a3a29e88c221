"""A run of events out of PostgreSQL, a hundred to a row: the driver is asked once for many, which
costs less, and other threads work while they come."""

from collections.abc import Iterator
from io import BytesIO
from struct import Struct

import psycopg2
from psycopg2.sql import SQL, Literal
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from shared.eventstore.recorded import StoredEvent

COPIED = SQL(
    "COPY (SELECT several.*"
    " FROM (SELECT min(position) - 1 AS before, min(position) - 1 + {limit} AS last FROM events"
    " WHERE position > {after}) AS run CROSS JOIN LATERAL generate_series(before,"
    " least(last, (SELECT max(position) FROM events)) - 1, 100) AS start CROSS JOIN LATERAL ("
    "SELECT string_agg(int8send(position) || int4send(length(stream)) || int4send(length(type))"
    " || int4send(octet_length(body)) || chain, '' ORDER BY position),"
    " string_agg(stream || type, '' ORDER BY position),"
    " string_agg(body, '' ORDER BY position)"
    " FROM (SELECT position, stream, type, body, chain FROM events WHERE position > start"
    " AND position <= least(start + 100, last) ORDER BY position LIMIT 100) AS single"
    " HAVING count(*) > 0) AS several ORDER BY start) TO STDOUT (FORMAT binary)"
)
"""A row's first column holds a head for each event, whose lengths say where in the other two its
texts and its body end. Larger rows cost more: malloc takes them from the system each time."""

COPY_HEADER = 19
COLUMN_COUNT, LENGTH = Struct("!h"), Struct("!i")
HEAD = Struct("!qiii32s")


def events_after(connection: Connection, position: int, limit: int) -> list[StoredEvent]:
    """At most `limit` events that follow `position`, in order; empty where none does. A history
    with a gap is read on behind it: whoever checks sees it."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg2.extensions.connection)
    query = COPIED.format(after=Literal(position), limit=Literal(limit))
    copied = BytesIO()
    try:
        with driver.cursor() as cursor:
            cursor.copy_expert(query, copied)
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise OperationalError(None, None, error, hide_parameters=True) from None
    return [*_events(copied.getvalue())]


def _events(copied: bytes) -> Iterator[StoredEvent]:
    end = COPY_HEADER
    while end + COLUMN_COUNT.size < len(copied):
        heads = _column(copied, end + COLUMN_COUNT.size)
        texts = _column(copied, heads.stop)
        bodies = _column(copied, texts.stop)
        names, name, body, end = copied[texts].decode(), 0, bodies.start, bodies.stop
        for position, stream, type_, size, chain in HEAD.iter_unpack(copied[heads]):
            wire, rest, kept = name + stream, name + stream + type_, copied[body : body + size]
            yield StoredEvent(position, names[name:wire], names[wire:rest], kept, chain)
            name, body = rest, body + size


def _column(copied: bytes, at: int) -> slice:
    (length,) = LENGTH.unpack_from(copied, at)
    return slice(at + LENGTH.size, at + LENGTH.size + length)
