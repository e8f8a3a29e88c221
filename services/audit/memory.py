"""The log without a database: a twin that keeps the same promises in this process's memory."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.audit.entries import Entry, StreamOfCase
from services.audit.queries import Alarmed, Body, TreeHead
from services.audit.sequencer import Alarm, Leaf, Logged, sequence
from services.audit.tlog.hashing import Frontier


class MemoryLog:
    def __init__(self) -> None:
        self._tree = Frontier()
        self._leaves: list[Leaf] = []
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._links: set[StreamOfCase] = set()
        self._alarms: dict[bytes, Alarmed] = {}

    def add(self, entries: Sequence[Entry]) -> Sequence[Alarm]:
        addition = sequence(self._tree, self._logged(entries[0].service), entries)
        self._leaves += addition.leaves
        self._nodes |= {(node.level, node.index): node.hash for node in addition.nodes}
        for leaf in addition.leaves:
            self._links |= leaf.entry.links
        for alarm in addition.alarms:
            self._alarms.setdefault(alarm.leaf, _alarmed(len(self._alarms) + 1, alarm))
        return addition.alarms

    def head(self) -> TreeHead:
        return TreeHead(self._tree.size, self._tree.root())

    def leaves(self, first: int, limit: int) -> Sequence[tuple[int, bytes]]:
        return [(leaf.index, leaf.entry.leaf) for leaf in self._leaves[first : first + limit]]

    def leaf_of(self, event_id: UUID) -> tuple[int, bytes] | None:
        found = (leaf for leaf in self._leaves if leaf.entry.event_id == event_id)
        leaf = next(found, None)
        return None if leaf is None else (leaf.index, leaf.entry.leaf)

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        if level == 0:
            return [leaf.hash for leaf in self._leaves[first : first + count]]
        return [self._nodes[level, index] for index in range(first, first + count)]

    def alarms(self, after: int, limit: int) -> Sequence[Alarmed]:
        return list(self._alarms.values())[after : after + limit]

    def alarm_count(self) -> int:
        return len(self._alarms)

    def knows_case(self, case_id: UUID) -> bool:
        return any(link.case_id == case_id for link in self._links)

    def bodies_of_case(self, case_id: UUID, after: int, limit: int) -> Sequence[Body]:
        streams = {link.stream for link in self._links if link.case_id == case_id}
        told = [
            Body(leaf.index, leaf.entry.body)
            for leaf in self._leaves
            if leaf.entry.stream in streams and leaf.index > after
        ]
        return told[:limit]

    def _logged(self, service: str) -> Logged:
        entries = [leaf.entry for leaf in self._leaves]
        return Logged(
            {entry.event_id: entry.leaf for entry in entries},
            {entry.position for entry in entries if entry.service == service},
        )


def _alarmed(number: int, alarm: Alarm) -> Alarmed:
    return Alarmed(
        number=number,
        kind=alarm.kind,
        service=alarm.service,
        position=alarm.position,
        event_id=alarm.event_id,
        leaf=alarm.leaf,
        raised_at=datetime.now(UTC),
    )
