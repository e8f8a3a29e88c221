"""The record's bytes: canonical, complete, and read back as they were written."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.envelope import (
    Envelope,
    NotAnEnvelope,
    decode,
    encode,
    timestamp,
    wire_type,
)

keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
integers = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | integers | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
zones = st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(-timedelta(hours=3))])
moments = st.datetimes(timezones=zones).filter(lambda moment: 1 < moment.year < 9999)
ascii_text = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)
envelopes = st.builds(
    Envelope,
    id=st.uuids(),
    service=st.sampled_from(["intake", "cases", "audit"]),
    type=ascii_text,
    stream=ascii_text,
    version=st.integers(1, 2**31),
    position=st.integers(1, 10**19),
    occurred_at=moments,
    recorded_at=moments,
    actor=text,
    subject=st.none() | st.uuids(),
    correlation_id=st.uuids(),
    causation_id=st.uuids(),
    nonce=st.binary(min_size=16, max_size=16).map(bytes.hex),
    data=st.dictionaries(keys, values, max_size=4),
    traceparent=st.none() | ascii_text,
)


@given(envelopes)
def test_what_is_read_is_what_was_written(envelope: Envelope) -> None:
    assert decode(encode(envelope)) == envelope


@given(envelopes)
def test_the_bytes_are_canonical(envelope: Envelope) -> None:
    body = encode(envelope)
    assert body == rfc8785.dumps(json.loads(body))


@given(envelopes)
def test_one_event_has_one_spelling(envelope: Envelope) -> None:
    assert encode(decode(encode(envelope))) == encode(envelope)


@given(moments)
def test_a_moment_has_one_spelling_whatever_its_zone(moment: datetime) -> None:
    assert timestamp(moment) == timestamp(moment.astimezone(UTC))
    assert len(timestamp(moment)) == len("2030-01-01T12:00:00.000000Z")
    assert datetime.fromisoformat(timestamp(moment)) == moment


@given(st.binary(max_size=200))
def test_bytes_that_are_no_envelope_say_so(body: bytes) -> None:
    with pytest.raises(NotAnEnvelope):
        decode(body)


@given(envelopes, st.data(), values)
def test_a_damaged_attribute_is_never_another_error(
    envelope: Envelope, draw: st.DataObject, damage: object
) -> None:
    attributes = json.loads(encode(envelope))
    attributes[draw.draw(st.sampled_from(sorted(attributes)))] = damage
    with suppress(NotAnEnvelope):
        decode(json.dumps(attributes).encode())


@pytest.mark.parametrize("attribute", ["id", "type", "stream", "time", "sequence", "data", "nonce"])
def test_a_missing_attribute_is_no_envelope(attribute: str) -> None:
    attributes = {
        "id": str(UUID(int=1)),
        "source": "/vcms/cases",
        "type": "t",
        "stream": "s",
        "streamversion": 1,
        "sequence": "1",
        "time": "2030-01-01T00:00:00Z",
        "recordedtime": "2030-01-01T00:00:00Z",
        "actor": "a",
        "correlationid": str(UUID(int=1)),
        "causationid": str(UUID(int=1)),
        "nonce": "0",
        "data": {},
    }
    decode(json.dumps(attributes).encode())
    del attributes[attribute]
    with pytest.raises(NotAnEnvelope):
        decode(json.dumps(attributes).encode())


def test_a_type_on_the_wire_is_its_event_in_snake_case() -> None:
    class TransferOfX9Refused:
        pass

    assert wire_type("cases", TransferOfX9Refused, 2) == "vcms.cases.transfer_of_x9_refused.v2"
