"""Proofs from stored subtrees: at most 256 hashes are read at each stored level."""

from collections.abc import Sequence
from typing import Protocol

from services.audit.tlog.hashing import STORED_LEVELS, root_of_leaves, root_of_peaks
from services.audit.tlog.proofs import (
    Leaves,
    consistency_ranges,
    inclusion_ranges,
    perfect_subtrees,
)


class Subtrees(Protocol):
    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Hashes of `count` perfect subtrees from index `first`; `level` is 0 (the leaves), 8,
        16 …"""


def root(subtrees: Subtrees, size: int) -> bytes:
    """The root that the log had when it held `size` leaves."""
    return _hash(subtrees, Leaves(0, size))


def inclusion_proof(subtrees: Subtrees, index: int, size: int) -> list[bytes]:
    """Raises IndexError: there is no such leaf in a tree of that size."""
    return [_hash(subtrees, part) for part in inclusion_ranges(index, size)]


def consistency_proof(subtrees: Subtrees, first: int, second: int) -> list[bytes]:
    """Raises IndexError: the first tree is larger than the second."""
    return [_hash(subtrees, part) for part in consistency_ranges(first, second)]


def _hash(subtrees: Subtrees, leaves: Leaves) -> bytes:
    return root_of_peaks([_perfect(subtrees, *node) for node in perfect_subtrees(leaves)])


def _perfect(subtrees: Subtrees, level: int, index: int) -> bytes:
    above = level % STORED_LEVELS
    # Hashes of perfect subtrees grow into a root by the same rule as hashes of leaves.
    return root_of_leaves(subtrees.hashes(level - above, index << above, 1 << above))
