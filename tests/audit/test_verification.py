"""Whatever is done to a log afterwards is found, and nothing is found in a log that is whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.auditing.verification import Finding, Flaw, Head, Verification, check_body
from services.audit.entries import entry
from services.audit.tlog.hashing import leaf_hash, root_of_leaves
from services.audit.tlog.leaf import decode, encode
from shared.contracts import envelope
from tests.audit.events import Service

CASES, INTAKE = Service("cases").line(6), Service("intake").line(4)
BODIES = [record.body for record in (*CASES[:3], *INTAKE[:2], *CASES[3:], *INTAKE[2:])]
LOG = [entry(envelope.decode(body).service, body).leaf for body in BODIES]


def head_of(leaves: list[bytes]) -> Head:
    return Head(len(leaves), root_of_leaves(map(leaf_hash, leaves)))


def flaws(leaves: list[bytes], head: Head, kept: Head | None = None) -> set[Flaw]:
    verification = Verification(kept)
    verification.take(leaves)
    return {finding.flaw for finding in verification.conclude(head)}


def edited(at: int) -> list[bytes]:
    leaf = replace(decode(LOG[at]), body_sha256=sha256(b"another body").digest())
    return [*LOG[:at], encode(leaf), *LOG[at + 1 :]]


def dropped(at: int) -> list[bytes]:
    return [*LOG[:at], *LOG[at + 1 :]]


def repeated(at: int) -> list[bytes]:
    return [*LOG[: at + 1], LOG[at], *LOG[at + 1 :]]


def inserted(at: int) -> list[bytes]:
    invented = encode(replace(decode(LOG[at]), event_id=uuid4()))
    return [*LOG[:at], invented, *LOG[at:]]


def swapped(at: int) -> list[bytes]:
    first, second = at, (at + 1) % len(LOG)
    leaves = list(LOG)
    leaves[first], leaves[second] = leaves[second], leaves[first]
    return leaves


def cut(at: int) -> list[bytes]:
    return LOG[:at]


TAMPERINGS = [edited, dropped, repeated, inserted, swapped, cut]
Tampering = Callable[[int], list[bytes]]
places = st.integers(0, len(LOG) - 1)


def test_a_whole_log_has_no_flaw() -> None:
    assert flaws(LOG, head_of(LOG)) == set()
    assert flaws([], head_of([])) == set()


@given(st.integers(0, len(LOG)))
def test_a_log_that_grew_has_no_flaw(seen: int) -> None:
    assert flaws(LOG, head_of(LOG), kept=head_of(LOG[:seen])) == set()


@given(st.sampled_from(TAMPERINGS), places)
def test_leaves_that_differ_from_the_published_head_are_found(
    tampering: Tampering, at: int
) -> None:
    assert flaws(tampering(at), head_of(LOG)) & {Flaw.ROOT_DIFFERS, Flaw.SIZE_DIFFERS}


@given(st.sampled_from(TAMPERINGS), places)
def test_tampering_is_found_by_the_head_seen_before_even_if_all_hashes_were_made_anew(
    tampering: Tampering, at: int
) -> None:
    tampered = tampering(at)
    assert flaws(tampered, head_of(tampered), kept=head_of(LOG))


@given(st.sampled_from([repeated, inserted]), places)
def test_a_leaf_too_many_shows_without_any_head(tampering: Tampering, at: int) -> None:
    tampered = tampering(at)
    assert Flaw.GAP in flaws(tampered, head_of(tampered))


def test_a_hole_in_a_services_line_shows_without_any_head() -> None:
    for at, leaf in enumerate(LOG):
        last = decode(leaf).position in (6 if decode(leaf).service == "cases" else 4,)
        found = flaws(dropped(at), head_of(dropped(at)))
        # Only the very last events can be cut away unseen: hence the head that one keeps.
        assert (Flaw.GAP in found) is not last


def test_an_event_twice_is_named_with_both_places() -> None:
    verification = Verification()
    verification.take(repeated(1))
    found = verification.conclude(head_of(repeated(1)))
    twice = [finding.where for finding in found if finding.flaw is Flaw.TWICE]
    assert len(twice) == 1
    assert twice[0].startswith("leaf 2: cases 2")
    assert twice[0].endswith("first at leaf 1")


def test_a_clock_that_ran_back_is_found() -> None:
    leaf = decode(LOG[1])
    early = encode(replace(leaf, recorded_at=leaf.recorded_at - timedelta(minutes=1)))
    leaves = [LOG[0], early]
    assert flaws(leaves, head_of(leaves)) == {Flaw.CLOCK_RAN_BACK}


def test_bytes_that_are_no_leaf_are_found_and_still_hashed() -> None:
    leaves = [*LOG, b"\x07 of a later kind"]
    assert flaws(leaves, head_of(leaves)) == {Flaw.UNREADABLE}


def test_the_chain_is_that_of_the_services_own_table() -> None:
    verification = Verification()
    verification.take(LOG)
    chain = bytes(32)
    for record in CASES:
        chain = sha256(chain + sha256(record.body).digest()).digest()
    assert verification.lines["cases"].chain == chain
    assert verification.lines["cases"].position == 6


def test_a_body_is_held_against_its_leaf_and_the_log() -> None:
    head = head_of(LOG)
    proof = [leaf_hash(LOG[1])]
    two = head_of(LOG[:2])
    assert check_body(BODIES[0], LOG[0], 0, two, proof) is None
    changed = BODIES[0].replace(b'"streamversion":1', b'"streamversion":9')
    assert changed != BODIES[0]
    assert check_body(changed, LOG[0], 0, two, proof) == Finding(Flaw.BODY_DIFFERS, "leaf 0")
    assert check_body(b"nothing", LOG[0], 0, two, proof) == Finding(Flaw.BODY_DIFFERS, "leaf 0")
    lost = check_body(BODIES[0], LOG[0], 0, head, proof)
    assert lost is not None
    assert lost.flaw is Flaw.NOT_IN_LOG


@pytest.mark.parametrize("kept_size", [len(LOG) + 1, len(LOG) + 500])
def test_a_log_that_is_shorter_than_it_was_is_found(kept_size: int) -> None:
    assert flaws(LOG, head_of(LOG), kept=Head(kept_size, bytes(32))) == {Flaw.SHRUNK}
