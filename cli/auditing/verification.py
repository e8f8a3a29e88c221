"""Is the log whole? Pure: leaves and heads come in, findings go out; nobody's word is taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from services.audit.tlog.hashing import Frontier, leaf_hash
from services.audit.tlog.leaf import (
    DoesNotFitInLeaf,
    EventLeaf,
    NotALeaf,
    decode,
    encode,
    leaf_of_event,
)
from services.audit.tlog.proofs import ProofFails, verify_inclusion
from shared.contracts import envelope

NO_CHAIN = bytes(32)


@dataclass(frozen=True, slots=True)
class Head:
    """A log of `size` leaves with this root."""

    size: int
    root: bytes


class Flaw(StrEnum):
    UNREADABLE = "unreadable"
    """Bytes that are no leaf of a known kind."""
    TWICE = "twice"
    """An event that has a leaf already."""
    GAP = "gap"
    """A service's positions do not follow one another."""
    CLOCK_RAN_BACK = "clock_ran_back"
    """A service recorded this before the event before it."""
    ROOT_DIFFERS = "root_differs"
    """The leaves do not add up to the root that the log claims."""
    SIZE_DIFFERS = "size_differs"
    """Fewer or more leaves than the log claims."""
    SHRUNK = "shrunk"
    """The log is smaller than it was when it was last seen."""
    REWRITTEN = "rewritten"
    """The log does not begin with what it held when it was last seen."""
    BODY_DIFFERS = "body_differs"
    """An event's body is not the one that its leaf was made from."""
    NOT_IN_LOG = "not_in_log"
    """An event that is not proven to be in the log."""
    ALARM = "alarm"
    """The log itself was sent an event that contradicts it."""


@dataclass(frozen=True, slots=True)
class Finding:
    flaw: Flaw
    where: str


@dataclass(slots=True)
class Line:
    """A service's history as the leaves tell it; `chain` should be that of its own table."""

    position: int = 0
    chain: bytes = NO_CHAIN
    recorded_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Verification:
    """Takes the log's leaves one after the other; `kept` is the head that was seen last time."""

    kept: Head | None = None
    tree: Frontier = field(default_factory=Frontier)
    lines: dict[str, Line] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _events: dict[UUID, int] = field(default_factory=dict)
    _kept_root: bytes | None = None

    def take(self, leaves: Iterable[bytes]) -> None:
        for leaf in leaves:
            self._remember_root()
            index = self.tree.size
            self.tree.append(leaf_hash(leaf))
            try:
                self._check(index, decode(leaf))
            except NotALeaf:
                self._find(Flaw.UNREADABLE, f"leaf {index}")

    def conclude(self, head: Head) -> list[Finding]:
        """What is wrong with a log that claims `head`; nothing, if it is whole."""
        self._remember_root()
        if self.tree.size != head.size:
            self._find(Flaw.SIZE_DIFFERS, f"{self.tree.size} leaves, {head.size} claimed")
        elif self.tree.root() != head.root:
            self._find(Flaw.ROOT_DIFFERS, f"the log of {head.size} leaves")
        if self.kept is not None:
            self._compare(self.kept)
        return self.findings

    def _check(self, index: int, leaf: EventLeaf) -> None:
        where = f"leaf {index}: {leaf.service} {leaf.position}, event {leaf.event_id}"
        line = self.lines.setdefault(leaf.service, Line())
        first = self._events.setdefault(leaf.event_id, index)
        if first != index:
            self._find(Flaw.TWICE, f"{where}, first at leaf {first}")
        if leaf.position != line.position + 1:
            self._find(Flaw.GAP, f"{where} follows position {line.position}")
        if leaf.recorded_at < line.recorded_at:
            self._find(Flaw.CLOCK_RAN_BACK, where)
        chain = sha256(line.chain + leaf.body_sha256).digest()
        self.lines[leaf.service] = Line(leaf.position, chain, leaf.recorded_at)

    def _remember_root(self) -> None:
        if self.kept is not None and self.tree.size == self.kept.size:
            self._kept_root = self.tree.root()

    def _compare(self, kept: Head) -> None:
        if self._kept_root is None:
            self._find(Flaw.SHRUNK, f"{self.tree.size} leaves, {kept.size} when last seen")
        elif self._kept_root != kept.root:
            self._find(Flaw.REWRITTEN, f"among the first {kept.size} leaves")

    def _find(self, flaw: Flaw, where: str) -> None:
        self.findings.append(Finding(flaw, where))


def check_body(
    body: bytes, leaf: bytes, index: int, head: Head, proof: list[bytes]
) -> Finding | None:
    """Is this body the one that the leaf was made from, and the leaf in the log?"""
    where = f"leaf {index}"
    try:
        if encode(leaf_of_event(envelope.decode(body), body)) != leaf:
            return Finding(Flaw.BODY_DIFFERS, where)
        verify_inclusion(leaf_hash(leaf), index, head.size, head.root, proof)
    except (envelope.NotAnEnvelope, DoesNotFitInLeaf):
        return Finding(Flaw.BODY_DIFFERS, where)
    except ProofFails as failure:
        return Finding(Flaw.NOT_IN_LOG, f"{where}: {failure}")
    return None
