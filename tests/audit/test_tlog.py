"""The Merkle tree and its proofs, against the vectors of RFC 6962's test data and its recursion."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.tlog.hashing import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    root_of_leaves,
    root_of_peaks,
)
from services.audit.tlog.proofs import (
    Leaves,
    ProofFails,
    consistency_ranges,
    inclusion_ranges,
    perfect_subtrees,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves, roots and proofs that every implementation of Certificate Transparency tests.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION_0_OF_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
CONSISTENCY_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]

HASHES = [leaf_hash(leaf) for leaf in LEAVES]
sizes = st.integers(1, 70)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH(D[n]) as section 2.1.1 writes it: over the entries, by recursion."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + naive_root(leaves[:half]) + naive_root(leaves[half:])).digest()


def entries(size: int) -> list[bytes]:
    return [f"entry {n}".encode() for n in range(size)]


def prove(ranges: list[Leaves], leaves: list[bytes]) -> list[bytes]:
    return [naive_root(leaves[start:end]) for start, end in ranges]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert EMPTY_ROOT.hex() == Frontier().root().hex() == empty


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_published_test_data(size: int) -> None:
    assert root_of_leaves(HASHES[:size]).hex() == ROOTS[size - 1]


def test_the_proofs_are_those_of_the_published_test_data() -> None:
    inclusion = prove(inclusion_ranges(0, 8), LEAVES)
    consistency = prove(consistency_ranges(6, 8), LEAVES)
    assert [hash_.hex() for hash_ in inclusion] == INCLUSION_0_OF_8
    assert [hash_.hex() for hash_ in consistency] == CONSISTENCY_6_TO_8


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_growing_tree_has_the_root_of_the_recursive_definition(leaves: list[bytes]) -> None:
    assert root_of_leaves(leaf_hash(leaf) for leaf in leaves) == naive_root(leaves)


def test_the_growing_tree_gives_each_stored_subtree_once() -> None:
    leaves = [f"{n}".encode() for n in range(1_000)]
    frontier = Frontier()
    nodes = [node for leaf in leaves for node in frontier.append(leaf_hash(leaf))]
    assert [(node.level, node.index) for node in nodes] == [(8, 0), (8, 1), (8, 2)]
    for node in nodes:
        assert node.hash == naive_root(leaves[node.index * 256 : (node.index + 1) * 256])


def test_a_tree_is_not_resumed_from_peaks_that_do_not_belong_to_its_size() -> None:
    with pytest.raises(ValueError, match="has 2 peaks"):
        Frontier(3, HASHES[:1])


@given(st.data(), sizes)
def test_every_leaf_is_shown_to_be_included(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = entries(size)
    proof = prove(inclusion_ranges(index, size), leaves)
    verify_inclusion(leaf_hash(leaves[index]), index, size, naive_root(leaves), proof)


@given(st.data(), sizes)
def test_a_leaf_is_shown_at_no_other_index(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    claimed = data.draw(st.integers(-1, size).filter(lambda other: other != index))
    leaves = entries(size)
    proof = prove(inclusion_ranges(index, size), leaves)
    with pytest.raises(ProofFails):
        verify_inclusion(leaf_hash(leaves[index]), claimed, size, naive_root(leaves), proof)


@given(st.data(), st.integers(0, 70))
def test_every_earlier_tree_is_shown_to_be_the_beginning(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(0, second))
    leaves = entries(second)
    proof = prove(consistency_ranges(first, second), leaves)
    verify_consistency(first, second, naive_root(leaves[:first]), naive_root(leaves), proof)


@given(st.data(), st.integers(2, 70))
def test_a_changed_past_is_never_shown_to_be_consistent(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(1, second))
    leaves = entries(second)
    changed = list(leaves)
    changed[data.draw(st.integers(0, first - 1))] = b"changed"
    proof = prove(consistency_ranges(first, second), changed)
    with pytest.raises(ProofFails):
        verify_consistency(first, second, naive_root(leaves[:first]), naive_root(changed), proof)


@settings(max_examples=200)
@given(st.data(), st.integers(2, 70))
def test_a_damaged_proof_shows_nothing(data: st.DataObject, size: int) -> None:
    first = data.draw(st.integers(1, size - 1))
    leaves = entries(size)
    inclusion = prove(inclusion_ranges(first, size), leaves)
    consistency = prove(consistency_ranges(first, size), leaves)
    roots = naive_root(leaves[:first]), naive_root(leaves)
    damage = data.draw(st.sampled_from([flipped, shortened, lengthened]))
    with pytest.raises(ProofFails):
        verify_inclusion(leaf_hash(leaves[first]), first, size, roots[1], damage(inclusion))
    with pytest.raises(ProofFails):
        verify_consistency(first, size, *roots, damage(consistency))


def flipped(proof: list[bytes]) -> list[bytes]:
    return [*proof[:-1], bytes([proof[-1][0] ^ 1]) + proof[-1][1:]]


def shortened(proof: list[bytes]) -> list[bytes]:
    return proof[:-1]


def lengthened(proof: list[bytes]) -> list[bytes]:
    return [*proof, proof[-1]]


def test_a_tree_that_has_shrunk_is_not_consistent() -> None:
    with pytest.raises(ProofFails, match="shrunk"):
        verify_consistency(3, 2, HASHES[0], HASHES[1], [])


def test_one_size_has_one_root() -> None:
    with pytest.raises(ProofFails, match="differ"):
        verify_consistency(3, 3, HASHES[0], HASHES[1], [])


def test_no_proof_is_made_for_what_is_not_there() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(IndexError):
            inclusion_ranges(index, size)
    with pytest.raises(IndexError):
        consistency_ranges(4, 3)


@given(st.data(), sizes)
def test_a_range_is_the_fold_of_its_perfect_subtrees(data: st.DataObject, size: int) -> None:
    leaves = entries(size)
    index = data.draw(st.integers(0, size - 1))
    for part in [Leaves(0, size), *inclusion_ranges(index, size)]:
        subtrees = perfect_subtrees(part)
        peaks = [naive_root(leaves[i << level : (i + 1) << level]) for level, i in subtrees]
        assert root_of_peaks(peaks) == naive_root(leaves[part.start : part.end])
