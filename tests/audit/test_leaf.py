"""The leaf's bytes: docs/auditing/leaf.md, read as a stranger would, against our code."""

import contextlib
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.tlog.leaf import (
    MAX_LEAF,
    DoesNotFitInLeaf,
    EventLeaf,
    NotALeaf,
    decode,
    encode,
    leaf_of_event,
)
from services.audit.tlog.proofs import verify_consistency, verify_inclusion
from shared.contracts import envelope
from tests.audit import vectors

PUBLISHED: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[2] / vectors.VECTORS).read_text(encoding="utf-8")
)
ROOTS = [bytes.fromhex(root["root"]) for root in PUBLISHED["roots"]]
HASHES = [bytes.fromhex(leaf["leaf_hash"]) for leaf in PUBLISHED["leaves"]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255)
leaves = st.builds(
    EventLeaf,
    event_id=st.uuids(),
    position=st.integers(0, 2**64 - 1),
    recorded_at=st.integers(0, 2**57).map(lambda micros: EPOCH + timedelta(microseconds=micros)),
    body_sha256=st.binary(min_size=32, max_size=32),
    service=names,
    type=names,
)


def as_the_page_says(values: dict[str, Any]) -> bytes:
    """The leaf's bytes from the table in leaf.md alone: nothing of ours is called."""
    moment = datetime.fromisoformat(values["recorded_at"])
    micros = (moment - EPOCH) // timedelta(microseconds=1)
    service, wire_type = values["service"].encode(), values["type"].encode()
    return b"".join(
        [
            b"\x01",
            bytes.fromhex(values["event_id"].replace("-", "")),
            values["position"].to_bytes(8, "big"),
            micros.to_bytes(8, "big"),
            bytes.fromhex(values["body_sha256"]),
            bytes([len(service)]) + service,
            bytes([len(wire_type)]) + wire_type,
        ]
    )


def test_the_published_vectors_are_those_of_this_code() -> None:
    assert vectors.vectors() == PUBLISHED, "run: python -m tests.audit.vectors"


@pytest.mark.parametrize("values", PUBLISHED["leaves"], ids=lambda values: values["event_id"])
def test_a_published_leaf_follows_from_the_page(values: dict[str, Any]) -> None:
    leaf = as_the_page_says(values)
    assert leaf.hex() == values["leaf"]
    assert hashlib.sha256(b"\x00" + leaf).hexdigest() == values["leaf_hash"]
    if values["body"] is not None:
        assert hashlib.sha256(values["body"].encode()).hexdigest() == values["body_sha256"]
    assert encode(decode(leaf)) == leaf


@pytest.mark.parametrize("refused", PUBLISHED["not_leaves"], ids=lambda refused: refused["why"])
def test_what_is_no_leaf_is_refused(refused: dict[str, str]) -> None:
    with pytest.raises(NotALeaf):
        decode(bytes.fromhex(refused["leaf"]))


def test_the_published_proofs_hold() -> None:
    for proof in PUBLISHED["inclusion"]:
        index, size = proof["index"], proof["size"]
        path = [bytes.fromhex(hash_) for hash_ in proof["proof"]]
        verify_inclusion(HASHES[index], index, size, ROOTS[size], path)
    for proof in PUBLISHED["consistency"]:
        first, second = proof["first"], proof["second"]
        path = [bytes.fromhex(hash_) for hash_ in proof["proof"]]
        verify_consistency(first, second, ROOTS[first], ROOTS[second], path)


@given(leaves)
def test_a_leaf_comes_back_as_it_was_written(leaf: EventLeaf) -> None:
    assert decode(encode(leaf)) == leaf


@given(st.binary(max_size=120) | st.binary(max_size=60).map(lambda rest: b"\x01" + rest))
def test_any_bytes_are_a_leaf_with_one_spelling_or_none(noise: bytes) -> None:
    try:
        leaf = decode(noise)
    except NotALeaf:
        return
    assert encode(leaf) == noise


@given(leaves, st.integers(0, 600), st.integers(1, 255))
def test_no_changed_byte_leaves_the_leaf_the_same(leaf: EventLeaf, at: int, flip: int) -> None:
    written = encode(leaf)
    at %= len(written)
    changed = written[:at] + bytes([written[at] ^ flip]) + written[at + 1 :]
    with contextlib.suppress(NotALeaf):
        assert decode(changed) != leaf


def test_the_longest_leaf_fits_into_an_entry_bundle() -> None:
    assert len(encode(vectors.largest())) == 577 <= MAX_LEAF


@pytest.mark.parametrize(
    "beyond",
    [
        {"position": -1},
        {"position": 2**64},
        {"recorded_at": datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)},
        {"body_sha256": b"\x00" * 31},
        {"service": ""},
        {"service": "s" * 256},
        {"type": "kase ", "service": "cases"},
        {"type": "vcms.cases.é.v1"},
    ],
    ids=str,
)
def test_what_the_format_cannot_hold_is_not_written(beyond: dict[str, Any]) -> None:
    with pytest.raises(DoesNotFitInLeaf):
        encode(replace(vectors.smallest(), **beyond))


def test_a_leaf_names_neither_the_subject_nor_the_stream_nor_the_actor() -> None:
    case_opened = vectors.recorded(1, "cases", "vcms.cases.case_opened.v1", vectors.CASE)
    event = case_opened._replace(
        subject=UUID("01970000-0000-7000-8000-0000000000aa"),
        actor="staff:01970000-0000-7000-8000-0000000000bb:01970000-0000-7000-8000-0000000000cc",
    )
    leaf = encode(leaf_of_event(event, envelope.encode(event)))
    for hidden in ("aa", "bb", "cc"):
        uuid = UUID(f"01970000-0000-7000-8000-0000000000{hidden}")
        assert uuid.bytes not in leaf
        assert str(uuid).encode() not in leaf
    assert vectors.CASE.encode() not in leaf
    assert UUID(vectors.CASE.removeprefix("case-")).bytes not in leaf
