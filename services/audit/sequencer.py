"""Which entries become leaves, in which order, and which raise an alarm. Pure: the log as it stands
comes in, what is to be added goes out; whoever keeps the log does both in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from services.audit.entries import Entry
from services.audit.tlog.hashing import Frontier, Node, leaf_hash


class AlarmKind(StrEnum):
    """What no honest producer does."""

    EVENT_CHANGED = "event_changed"
    """An event id came again with another header or body."""
    POSITION_TAKEN = "position_taken"
    """Another event came for a position of the service that is logged already."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """`leaf` is what the event's leaf would have been; it is not in the log."""

    kind: AlarmKind
    service: str
    position: int
    event_id: UUID
    leaf: bytes


@dataclass(slots=True)
class Logged:
    """What the log holds already of the events at hand, of one service."""

    leaf_of: dict[UUID, bytes] = field(default_factory=dict)
    positions: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Leaf:
    index: int
    hash: bytes
    entry: Entry


@dataclass(frozen=True, slots=True)
class Addition:
    """All that one run changes. `size` and `peaks` are the tree's, after it."""

    leaves: Sequence[Leaf]
    nodes: Sequence[Node]
    alarms: Sequence[Alarm]
    size: int
    peaks: Sequence[bytes]


def sequence(tree: Frontier, logged: Logged, entries: Sequence[Entry]) -> Addition:
    """The next leaves for the entries that are new, in their order. Consumes `tree`, `logged`."""
    leaves: list[Leaf] = []
    nodes: list[Node] = []
    alarms: list[Alarm] = []
    for entry in entries:
        if logged.leaf_of.get(entry.event_id) == entry.leaf:
            continue  # a repeat
        alarm = contradiction(logged, entry)
        if alarm is not None:
            alarms.append(alarm)
            continue
        hash_ = leaf_hash(entry.leaf)
        leaves.append(Leaf(tree.size, hash_, entry))
        nodes.extend(tree.append(hash_))
        logged.leaf_of[entry.event_id] = entry.leaf
        logged.positions.add(entry.position)
    return Addition(leaves, nodes, alarms, tree.size, tree.peaks)


def contradictions(logged: Logged, entries: Sequence[Entry]) -> list[Alarm]:
    found = (contradiction(logged, entry) for entry in entries)
    return [alarm for alarm in found if alarm is not None]


def contradiction(logged: Logged, entry: Entry) -> Alarm | None:
    """Why this entry and the log cannot both be true; None for a repeat and for news."""
    before = logged.leaf_of.get(entry.event_id)
    if before is not None:
        return None if before == entry.leaf else _alarm(AlarmKind.EVENT_CHANGED, entry)
    taken = entry.position in logged.positions
    return _alarm(AlarmKind.POSITION_TAKEN, entry) if taken else None


def _alarm(kind: AlarmKind, entry: Entry) -> Alarm:
    return Alarm(kind, entry.service, entry.position, entry.event_id, entry.leaf)
