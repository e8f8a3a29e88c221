"""Events of several services in the orders in which they can arrive, and the rows that follow."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from time import monotonic, sleep

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, TableClause

from shared.eventstore.projection import Project, Projection
from shared.eventstore.recorded import Recorded

Told = tuple[Projection, list[Recorded]]
"""A service's part of a story, and what projects it."""
Rows = dict[str, list[tuple[object, ...]]]
MIXTURES = 40


def in_turn(story: Sequence[Told]) -> Iterator[tuple[Project, Recorded]]:
    return ((effect.project, event) for effect, events in story for event in events)


def mixed(story: Sequence[Told], chance: Random) -> Iterator[tuple[Project, Recorded]]:
    """The events of all, in an order that keeps each service's own."""
    waiting = [(effect.project, list(events)) for effect, events in story]
    while waiting:
        effect, events = chance.choices(waiting, [len(events) for _, events in waiting])[0]
        yield effect, events.pop(0)
        waiting = [told for told in waiting if told[1]]


@dataclass(frozen=True)
class Ends:
    """The rows of `tables` at the end of a story that no other one sees."""

    database: Engine
    tables: Sequence[TableClause]

    def after(self, events: Iterable[tuple[Project, Recorded]]) -> Rows:
        with self.database.connect() as connection, connection.begin() as transaction:
            for effect, recorded in events:
                effect(connection, [recorded])
            rows = self._rows(connection)
            transaction.rollback()
        return rows

    def after_rebuild(self, story: Sequence[Told], rebuilt: Told) -> Rows:
        """Of one projection: its tables are emptied, and all its events come again, at once."""
        projection, events = rebuilt
        with self.database.connect() as connection, connection.begin() as transaction:
            for effect, recorded in in_turn(story):
                effect(connection, [recorded])
            for table in projection.tables:
                connection.execute(sa.delete(sa.table(table)))
            projection.project(connection, events)
            rows = self._rows(connection)
            transaction.rollback()
        return rows

    def _rows(self, connection: Connection) -> Rows:
        return {table.name: all_rows(connection, table) for table in self.tables}


def all_rows(connection: Connection, table: TableClause) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in connection.execute(sa.select(table))), key=str)


def take(database: Engine, projection: Projection, recorded: Recorded) -> None:
    with database.begin() as connection:
        projection.project(connection, [recorded])


def somebody_waits(database: Engine) -> bool:
    waiting = sa.text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
    with database.connect() as connection:
        return bool(connection.execute(waiting).scalar())


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline
        sleep(0.01)
