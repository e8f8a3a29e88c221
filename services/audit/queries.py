"""The log as it is read: head, leaves, proofs, alarms, and a case's bodies for its auditor."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, and_, func, select, text
from sqlalchemy.exc import DBAPIError

from services.audit.ledger import peaks_of
from services.audit.sequencer import AlarmKind
from services.audit.tables import ALARMS, BODIES, LEAVES, NODES, STREAMS_OF_CASE, TREE
from services.audit.tlog.hashing import Frontier
from shared.eventstore.errors import Retryable
from shared.eventstore.reading import is_away


@dataclass(frozen=True, slots=True)
class TreeHead:
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Alarmed:
    number: int
    kind: AlarmKind
    service: str
    position: int
    event_id: UUID
    leaf: bytes
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Body:
    """An event of a case as it was received, and where its leaf stands."""

    index: int
    body: bytes


class Log:
    """What one READ ONLY transaction sees of the log; leaves and nodes never change under it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self) -> TreeHead:
        tree = self._connection.execute(select(TREE)).one()
        return TreeHead(tree.size, Frontier(tree.size, peaks_of(tree.peaks)).root())

    def leaves(self, first: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Index and bytes of the leaves from index `first` on, in their order."""
        rows = self._connection.execute(
            select(LEAVES.c.index.label("at"), LEAVES.c.leaf)
            .where(LEAVES.c.index >= first)
            .order_by(LEAVES.c.index)
            .limit(limit)
        )
        return [(row.at, row.leaf) for row in rows]

    def leaf_of(self, event_id: UUID) -> tuple[int, bytes] | None:
        """Index and bytes of the event's leaf."""
        row = self._connection.execute(
            select(LEAVES.c.index.label("at"), LEAVES.c.leaf).where(LEAVES.c.event_id == event_id)
        ).one_or_none()
        return None if row is None else (row.at, row.leaf)

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Hashes of perfect subtrees at a stored level: what proofs are made from."""
        if level == 0:
            rows = select(LEAVES.c.leaf_hash).where(
                LEAVES.c.index.between(first, first + count - 1)
            )
            return list(self._connection.scalars(rows.order_by(LEAVES.c.index)))
        nodes = select(NODES.c.hash).where(
            NODES.c.level == level, NODES.c.index.between(first, first + count - 1)
        )
        return list(self._connection.scalars(nodes.order_by(NODES.c.index)))

    def alarms(self, after: int, limit: int) -> Sequence[Alarmed]:
        """In the order in which they were raised; `after` is a number, 0 for the first."""
        rows = self._connection.execute(
            select(ALARMS).where(ALARMS.c.number > after).order_by(ALARMS.c.number).limit(limit)
        )
        return [
            Alarmed(
                number=row.number,
                kind=AlarmKind(row.kind),
                service=row.service,
                position=row.position,
                event_id=row.event_id,
                leaf=row.leaf,
                raised_at=row.raised_at,
            )
            for row in rows
        ]

    def alarm_count(self) -> int:
        return self._connection.scalars(select(func.count()).select_from(ALARMS)).one()

    def knows_case(self, case_id: UUID) -> bool:
        row = select(STREAMS_OF_CASE.c.stream).where(STREAMS_OF_CASE.c.case_id == case_id)
        return self._connection.scalars(row.limit(1)).one_or_none() is not None

    def bodies_of_case(self, case_id: UUID, after: int, limit: int) -> Sequence[Body]:
        """The events of all streams that the case's story is told by, in the log's order."""
        rows = self._connection.execute(
            select(LEAVES.c.index.label("at"), BODIES.c.body)
            .join_from(STREAMS_OF_CASE, BODIES, STREAMS_OF_CASE.c.stream == BODIES.c.stream)
            .join(LEAVES, LEAVES.c.event_id == BODIES.c.event_id)
            .where(and_(STREAMS_OF_CASE.c.case_id == case_id, LEAVES.c.index > after))
            .order_by(LEAVES.c.index)
            .limit(limit)
        )
        return [Body(row.at, row.body) for row in rows]


@contextmanager
def reading_log(engine: Engine) -> Iterator[Log]:
    """The log at one moment. It belongs to no organisation, so rows are not kept apart.

    Raises:
        Retryable: the database is away.
    """
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield Log(connection)
    except DBAPIError as error:
        if error.connection_invalidated or is_away(error):
            raise Retryable("database") from None
        raise
