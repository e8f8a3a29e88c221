"""The relay's own connection: while it lives it may hold the lock that makes its relay the one."""

from typing import NamedTuple

import orjson
from psycopg2.extensions import connection

from shared.eventstore.connections import connect
from shared.messaging.records import Record

ELECTION = int.from_bytes(b"relay")
"""The advisory lock's number; each service has a database, hence a lock, of its own."""

IDLE = "5s"
"""A relay that is frozen loses its session, and the lock with it."""
QUERY = "30s"
CURSOR = {"synchronous_commit": "off"}
"""All that it writes is its cursor. Where a crash loses the last move, some events are sent again:
waiting for the disk each time would keep every event for as long."""

BATCH_EVENTS = 4_000
BATCH_BYTES = 8 * 1024 * 1024

WAITING = """
    SELECT relay.position, broker_offset, next.position, type, stream, event_id, body
      FROM relay LEFT JOIN LATERAL (
        SELECT position, type, stream, event_id::text, body,
               sum(octet_length(body)) OVER (ORDER BY position) - octet_length(body) AS before
          FROM (SELECT * FROM events WHERE position > relay.position
                 ORDER BY position LIMIT %s) AS following
      ) AS next ON before < %s ORDER BY next.position
"""

MOVE = "UPDATE relay SET position = %s, broker_offset = %s WHERE position = %s"


class Cursor(NamedTuple):
    """How far the relay has sent; `end` is the topic's end as it was then."""

    position: int
    end: int


class Waiting(NamedTuple):
    """What comes next."""

    cursor: Cursor
    records: list[Record]


class Session:
    """Blocking, for one thread. Every method raises psycopg2.Error when the session is lost."""

    def __init__(self, url: str, name: str) -> None:
        settings = {"idle_session_timeout": IDLE, "statement_timeout": QUERY, **CURSOR}
        self.connection: connection = connect(url, name, **settings)
        with self.connection.cursor() as cursor:
            cursor.execute("LISTEN events")

    def elected(self) -> bool:
        """Does this connection lead, now or from before?"""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (ELECTION,))
            return bool(cursor.fetchall()[0][0])

    def waiting(self) -> Waiting:
        self.connection.notifies.clear()
        with self.connection.cursor() as cursor:
            cursor.execute(WAITING, (BATCH_EVENTS, BATCH_BYTES))
            rows = cursor.fetchall()
        position, offset = rows[0][:2]
        records = [record(*row[2:]) for row in rows if row[2] is not None]
        return Waiting(Cursor(position, offset + 1), records)

    def cursor(self) -> Cursor:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT position, broker_offset + 1 FROM relay")
            return Cursor(*cursor.fetchall()[0])

    def move(self, here: Cursor, there: Cursor) -> None:
        """Moves the cursor, unless an operator has moved it meanwhile."""
        with self.connection.cursor() as cursor:
            cursor.execute(MOVE, (there.position, there.end - 1, here.position))

    def holds(self, record: Record) -> bool:
        """Is this one of the service's events, byte for byte?"""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT body FROM events WHERE position = %s", (record.position,))
            return [bytes(row[0]) for row in cursor.fetchall()] == [record.body]

    def beat(self) -> None:
        """Keeps the session while there is nothing to ask."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT")

    def close(self) -> None:
        self.connection.close()


def record(position: int, type_: str, stream: str, event_id: str, kept: memoryview) -> Record:
    body = bytes(kept)
    return Record(position, type_, stream, event_id, body, traceparent(body))


def traceparent(body: bytes) -> str | None:
    if b'"traceparent"' not in body:
        return None
    found = orjson.loads(body).get("traceparent")
    return found if isinstance(found, str) else None
