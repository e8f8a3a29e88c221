"""Inclusion and consistency proofs of RFC 9162, section 2.1: which subtrees, and the checks.

A proof is a list of subtree hashes. What it is made of is a matter of sizes alone, so the ranges
are computed here and whoever has the leaves looks up their hashes.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.audit.tlog.hashing import EMPTY_ROOT, node_hash


class ProofFails(Exception):
    """The proof does not show what it should: the log lies, or the proof is damaged."""


class Leaves(NamedTuple):
    """The leaves from `start` up to, not including, `end`; `start` is a multiple of the width's
    next power of two, so they are one subtree."""

    start: int
    end: int


def inclusion_ranges(index: int, size: int) -> list[Leaves]:
    """PATH(index, D_size) of section 2.1.3.1: the sibling at each level, from the leaf upwards.

    Raises:
        IndexError: there is no such leaf in a tree of that size.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    ranges = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_width(end - start)
        if index < middle:
            ranges.append(Leaves(middle, end))
            end = middle
        else:
            ranges.append(Leaves(start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Leaves]:
    """PROOF(first, D_second) of section 2.1.4.1; empty if either tree says nothing of the other.

    Raises:
        IndexError: the first tree is larger than the second.
    """
    if not 0 <= first <= second:
        raise IndexError(first)
    if first in (0, second):
        return []
    ranges = []
    start, end = 0, second
    while first != end:
        middle = start + _left_width(end - start)
        if first <= middle:
            ranges.append(Leaves(middle, end))
            end = middle
        else:
            ranges.append(Leaves(start, middle))
            start = middle
    if start > 0:  # otherwise the old root itself is that subtree, and the verifier has it
        ranges.append(Leaves(start, end))
    return ranges[::-1]


def perfect_subtrees(leaves: Leaves) -> list[tuple[int, int]]:
    """(level, index) of the perfect subtrees that make up the range, largest first."""
    subtrees = []
    start = leaves.start
    while start < leaves.end:
        level = (leaves.end - start).bit_length() - 1
        subtrees.append((level, start >> level))
        start += 1 << level
    return subtrees


def verify_inclusion(
    leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Section 2.1.3.2. `leaf` is the leaf's hash.

    Raises:
        ProofFails: the leaf is not shown to stand at `index` in the tree with this root.
    """
    if not 0 <= index < size:
        raise ProofFails("the index lies outside the tree")
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofFails("the proof is too long")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofFails("the proof is too short")
    if computed != root:
        raise ProofFails("the proof leads to another root")


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Section 2.1.4.2, with the two cases that it leaves out: equal sizes, and an empty first tree.

    Raises:
        ProofFails: the first tree is not shown to be the beginning of the second.
    """
    if not 0 <= first <= second:
        raise ProofFails("the tree has shrunk")
    if first in (0, second):
        expected = second_root if first == second else EMPTY_ROOT
        if proof or first_root != expected:
            raise ProofFails("the roots differ")
        return
    # A first tree that is a perfect subtree is the path's beginning, and is left out of the proof.
    path = [first_root, *proof] if first.bit_count() == 1 else list(proof)
    if not path:
        raise ProofFails("the proof is too short")
    _follow(path, first - 1, second - 1, first_root, second_root)


def _follow(
    path: Sequence[bytes], node: int, last: int, first_root: bytes, second_root: bytes
) -> None:
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofFails("the proof is too long")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofFails("the proof is too short")
    if old != first_root:
        raise ProofFails("the proof leads to another old root")
    if new != second_root:
        raise ProofFails("the proof leads to another new root")


def _left_width(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << (width - 1).bit_length() - 1
