"""The log in PostgreSQL, as it is written: leaves, tree and bodies in the caller's transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.audit.entries import Entry
from services.audit.sequencer import Addition, Alarm, Logged, contradictions, sequence
from services.audit.tables import ALARMS, BODIES, LEAVES, NODES, STREAMS_OF_CASE, TREE
from services.audit.tlog.hashing import Frontier

HASH = 32
"""Bytes of a SHA-256."""

LOCKED_TREE = text(
    # Whoever is frozen while it holds the lock loses its session, and the lock with it.
    "SET LOCAL idle_in_transaction_session_timeout = '3s';"
    # A statement of its own: what is read in one statement with the lock is read before it.
    " SELECT pg_advisory_xact_lock(hashtext('vcms.audit.log'));"
    " SELECT size, peaks FROM tree"
)


def add(connection: Connection, entries: Sequence[Entry]) -> Sequence[Alarm]:
    """Takes a run of one service's events into the log, those that are new; gives its alarms.

    Whoever adds waits for whoever added before, until that one's transaction has ended. The
    connection must be in a transaction at READ COMMITTED, which must be rolled back if this raises.
    """
    addition = sequence(locked_tree(connection), _logged(connection, entries), entries)
    if addition.leaves:
        _write(connection, addition)
    if addition.alarms:
        _raise_alarms(connection, addition.alarms)
    return addition.alarms


def compare(connection: Connection, entries: Sequence[Entry]) -> Sequence[Alarm]:
    """Raises an alarm for each entry that contradicts the log; takes none of them in."""
    alarms = contradictions(_logged(connection, entries), entries)
    if alarms:
        _raise_alarms(connection, alarms)
    return alarms


def last_position(connection: Connection, service: str) -> int:
    """Of the service's events in the log; 0 if there is none."""
    last = select(func.max(LEAVES.c.position)).where(LEAVES.c.service == service)
    return connection.execute(last).scalar_one() or 0


def peaks_of(packed: bytes) -> list[bytes]:
    return [packed[at : at + HASH] for at in range(0, len(packed), HASH)]


def locked_tree(connection: Connection) -> Frontier:
    """The tree, which is the caller's until its transaction ends."""
    tree = connection.execute(LOCKED_TREE).one()
    return Frontier(tree.size, peaks_of(bytes(tree.peaks)))


def _logged(connection: Connection, entries: Sequence[Entry]) -> Logged:
    """Leaves with these ids, and leaves of this service at these positions."""
    service = entries[0].service
    same_id = LEAVES.c.event_id.in_([entry.event_id for entry in entries])
    same_place = and_(
        LEAVES.c.service == service, LEAVES.c.position.in_([entry.position for entry in entries])
    )
    logged = Logged()
    for row in connection.execute(select(LEAVES).where(or_(same_id, same_place))):
        logged.leaf_of[row.event_id] = row.leaf
        if row.service == service:
            logged.positions.add(row.position)
    return logged


def _write(connection: Connection, addition: Addition) -> None:
    entries = [leaf.entry for leaf in addition.leaves]
    connection.execute(insert(LEAVES), list(_leaf_rows(addition)))
    connection.execute(
        insert(BODIES),
        [
            {"event_id": entry.event_id, "stream": entry.stream, "body": entry.body}
            for entry in entries
        ],
    )
    if addition.nodes:
        connection.execute(
            insert(NODES),
            [
                {"level": node.level, "index": node.index, "hash": node.hash}
                for node in addition.nodes
            ],
        )
    links = {link for entry in entries for link in entry.links}
    if links:
        connection.execute(
            upsert(STREAMS_OF_CASE).on_conflict_do_nothing(),
            [{"case_id": link.case_id, "stream": link.stream} for link in links],
        )
    connection.execute(update(TREE).values(size=addition.size, peaks=b"".join(addition.peaks)))


def _leaf_rows(addition: Addition) -> Iterable[dict[str, object]]:
    for leaf in addition.leaves:
        yield {
            "index": leaf.index,
            "event_id": leaf.entry.event_id,
            "service": leaf.entry.service,
            "position": leaf.entry.position,
            "leaf": leaf.entry.leaf,
            "leaf_hash": leaf.hash,
        }


def _raise_alarms(connection: Connection, alarms: Sequence[Alarm]) -> None:
    # Deliveries repeat: the same contradiction is one alarm.
    connection.execute(
        upsert(ALARMS).on_conflict_do_nothing(),
        [
            {
                "leaf": alarm.leaf,
                "kind": alarm.kind,
                "service": alarm.service,
                "position": alarm.position,
                "event_id": alarm.event_id,
            }
            for alarm in alarms
        ],
    )
