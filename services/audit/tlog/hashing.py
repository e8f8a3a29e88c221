"""The hashes of RFC 6962 (RFC 9162 keeps them), and a tree that grows leaf by leaf."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()

STORED_LEVELS = 8
"""Subtrees are kept at every eighth level, the height of a C2SP tile; the rest is hashed again."""


@dataclass(frozen=True, slots=True)
class Node:
    """A perfect subtree: it covers the leaves `index << level` up to `(index + 1) << level`."""

    level: int
    index: int
    hash: bytes


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees that stand side by side, largest first."""
    if not peaks:
        return EMPTY_ROOT
    return reduce(lambda right, left: node_hash(left, right), reversed(peaks))


class Frontier:
    """All that a log must remember to grow: its size, and the perfect subtrees at its right edge.

    There are as many peaks as there are ones in `size` written in binary, largest subtree first.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks")

    def append(self, leaf: bytes) -> list[Node]:
        """Adds a leaf by its hash; gives the stored-level subtrees that it completes."""
        completed = []
        index, level, top = self.size, 0, leaf
        while index & 1:
            top = node_hash(self.peaks.pop(), top)
            index, level = index >> 1, level + 1
            if level % STORED_LEVELS == 0:
                completed.append(Node(level, index, top))
        self.peaks.append(top)
        self.size += 1
        return completed

    def root(self) -> bytes:
        return root_of_peaks(self.peaks)


def root_of_leaves(hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in constant memory."""
    frontier = Frontier()
    for leaf in hashes:
        frontier.append(leaf)
    return frontier.root()
