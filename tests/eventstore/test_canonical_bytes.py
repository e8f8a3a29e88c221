"""An envelope's bytes are RFC 8785's, so that anyone can compute the hashes that we publish."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.envelope import Envelope, JsonObject, decode, encode, timestamp

SAFE_INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = st.text(st.characters(max_codepoint=127, exclude_categories=["Cc"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE_INTEGERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)
MOMENTS = st.datetimes(timezones=st.just(UTC))
OBJECTS: st.SearchStrategy[JsonObject] = st.dictionaries(NAMES, VALUES, max_size=6)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    ids = st.uuids()
    optional: st.SearchStrategy[UUID | None] = st.none() | ids
    return Envelope(
        id=draw(ids),
        service="cases",
        type="vcms.cases.case_opened.v1",
        stream=f"case-{draw(ids)}",
        version=draw(st.integers(1, 2**31 - 1)),
        position=draw(st.integers(1, 2**63 - 1)),
        occurred_at=draw(MOMENTS),
        recorded_at=draw(MOMENTS),
        actor=draw(TEXTS),
        subject=draw(optional),
        correlation_id=draw(ids),
        causation_id=draw(ids),
        nonce=draw(st.binary(min_size=16, max_size=16)).hex(),
        data=draw(OBJECTS),
        traceparent=draw(st.none() | st.just("00-" + "a" * 32 + "-" + "b" * 16 + "-01")),
    )


@given(envelopes())
def test_the_bytes_are_canonical(envelope: Envelope) -> None:
    body = encode(envelope)
    assert body == rfc8785.dumps(json.loads(body))


@given(envelopes())
def test_what_was_encoded_is_decoded(envelope: Envelope) -> None:
    assert decode(encode(envelope)) == envelope


def test_the_years_keep_four_digits() -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    assert timestamp(first) == "0001-01-01T00:00:00.000000Z"
