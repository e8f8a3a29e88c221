"""What a sealed field promises: bound to its place, readable with its key, silent in errors."""

import base64
from dataclasses import fields
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.contracts.marks import Clear, PlaintextInEvent, Sealed
from shared.contracts.profile import Profile
from shared.vault.errors import AnotherShape, CannotSeal, NotAToken, NotSealedHere
from shared.vault.sealing import (
    Place,
    locate,
    locate_all,
    open_sealed,
    parse_located,
    personal_fields,
    seal,
    typed,
)
from tests.vault.examples import (
    CANARY,
    EVENT_ID,
    LAMP,
    LIT_ON,
    NAMES,
    PLACE,
    PROFILE,
    STREAM,
    SUBJECT,
    LampShelved,
    envelope,
    lamp,
    sealed_token,
)

KEY = bytes(range(32))
OTHER_KEY = bytes(32)


def test_every_personal_field_is_sealed_and_the_rest_is_left_as_it_is() -> None:
    shelved = seal(lamp(), KEY, PLACE)
    assert all(
        isinstance(value, Sealed)
        for value in (shelved.keeper, shelved.names, shelved.lit_on, shelved.profile)
    )
    assert (shelved.shelf, shelved.wing, shelved.maker, shelved.note) == (
        *(lamp().shelf, lamp().wing, lamp().maker),
        None,
    )


def test_each_value_comes_back_as_its_declared_type() -> None:
    recorded = LAMP.validate_json(LAMP.dump_json(seal(lamp(), KEY, PLACE)))

    def opened(field: str, value: object) -> bytes:
        assert isinstance(value, Sealed)
        return open_sealed(value, KEY, PLACE, field)

    assert typed(opened("keeper", recorded.keeper), str) == CANARY
    assert typed(opened("names", recorded.names), tuple[str, ...]) == NAMES
    assert typed(opened("lit_on", recorded.lit_on), date) == LIT_ON
    assert typed(opened("profile", recorded.profile), Profile) == PROFILE


def test_a_sealed_field_is_not_sealed_twice() -> None:
    once = seal(lamp(), KEY, PLACE)
    assert seal(once, KEY, PLACE) == once


def test_the_same_value_never_gives_the_same_token() -> None:
    assert seal(lamp(), KEY, PLACE).keeper != seal(lamp(), KEY, PLACE).keeper


@pytest.mark.parametrize(
    ("key", "place", "field"),
    [
        (OTHER_KEY, PLACE, "keeper"),
        (KEY, Place(STREAM, uuid4()), "keeper"),
        (KEY, Place("shelf-9", EVENT_ID), "keeper"),
        (KEY, PLACE, "note"),
    ],
    ids=["another key", "another event", "another stream", "another field"],
)
def test_a_token_opens_only_with_its_key_in_its_place(key: bytes, place: Place, field: str) -> None:
    keeper = sealed_token(seal(lamp(), KEY, PLACE).keeper)
    with pytest.raises(NotSealedHere):
        open_sealed(keeper, key, place, field)


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_an_altered_token_does_not_open(at: int, flip: int) -> None:
    raw = bytearray(decoded(sealed_token(seal(lamp(), KEY, PLACE).keeper)))
    raw[at % len(raw)] ^= flip
    altered = Sealed(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
    with pytest.raises(NotSealedHere):
        open_sealed(altered, KEY, PLACE, "keeper")


@pytest.mark.parametrize("token", ["", "A", "A" * 37, "A" * 41, "ä" * 60, "+" * 60, "A" * 59 + "="])
def test_what_is_no_token_says_so(token: str) -> None:
    with pytest.raises(NotAToken):
        open_sealed(Sealed(token), KEY, PLACE, "keeper")


@given(st.sampled_from(["", ",", '","', "/", "\n", "\0"]), st.data())
def test_a_piece_of_the_stream_is_never_taken_for_a_piece_of_the_field(
    separator: str, draw: st.DataObject
) -> None:
    keeper = sealed_token(seal(lamp(), KEY, PLACE).keeper)
    together = f"{STREAM}{separator}keeper"
    cut = draw.draw(st.integers(0, len(together)))
    stream, field = together[:cut], together[cut:]
    assume((stream, field) != (STREAM, "keeper"))
    with pytest.raises(NotSealedHere):
        open_sealed(keeper, KEY, Place(stream, EVENT_ID), field)


def test_the_nonce_is_random_and_the_tag_is_whole() -> None:
    raw = decoded(sealed_token(seal(lamp(), KEY, PLACE).keeper))
    assert len(raw) == 12 + len(f'"{CANARY}"'.encode()) + 16


def test_a_value_that_does_not_fit_its_field_is_refused_without_being_shown() -> None:
    unfit = LAMP.validate_python({**values_of(lamp()), "lit_on": Clear(CANARY)})
    with pytest.raises(CannotSeal) as refused:
        seal(unfit, KEY, PLACE)
    assert shown(refused.value) == "CannotSeal('lit_on')"


def test_half_a_character_is_refused_without_being_shown() -> None:
    with pytest.raises(CannotSeal) as refused:
        seal(lamp(note=Clear(CANARY + "\ud800")), KEY, PLACE)
    assert shown(refused.value) == "CannotSeal('note')"


def test_a_value_read_as_another_type_is_refused_without_being_shown() -> None:
    with pytest.raises(AnotherShape) as refused:
        typed(f'"{CANARY}"'.encode(), date)
    assert CANARY not in shown(refused.value)


def values_of(shelved: LampShelved) -> dict[str, object]:
    return {field.name: getattr(shelved, field.name) for field in fields(shelved)}


def shown(error: BaseException) -> str:
    """All that a log of this error could show: its causes too."""
    assert error.__cause__ is None
    assert error.__suppress_context__
    return repr(error)


def test_the_personal_fields_of_an_event_are_those_declared_so() -> None:
    assert set(personal_fields(LampShelved)) == {"keeper", "names", "lit_on", "profile", "note"}


def test_what_a_read_model_keeps_names_all_that_opening_needs() -> None:
    keeper = sealed_token(seal(lamp(), KEY, PLACE).keeper)
    kept = locate(envelope(), "keeper", keeper)
    located = parse_located(kept)
    assert (located.subject, located.place, located.field) == (SUBJECT, PLACE, "keeper")
    assert located.sealed == keeper
    assert CANARY not in kept


def test_a_field_without_a_value_has_no_place() -> None:
    assert locate(envelope(), "note", lamp().note) is None


def test_all_fields_of_an_event_are_kept_as_each_alone() -> None:
    shelved = seal(lamp(), KEY, PLACE)
    each = {
        name: locate(envelope(), name, getattr(shelved, name))
        for name in personal_fields(LampShelved)
    }
    assert locate_all(envelope(), shelved) == {name: at for name, at in each.items() if at}
    assert each["keeper"]


def test_no_event_is_kept_with_a_clear_value_or_without_its_subject() -> None:
    with pytest.raises(PlaintextInEvent):
        locate_all(envelope(), lamp())
    with pytest.raises(PlaintextInEvent):
        locate_all(envelope(subject=None), seal(lamp(), KEY, PLACE))


def test_a_clear_value_is_never_kept_by_a_read_model() -> None:
    with pytest.raises(PlaintextInEvent):
        locate(envelope(), "keeper", lamp().keeper)


def test_a_sealed_value_needs_a_subject() -> None:
    keeper = seal(lamp(), KEY, PLACE).keeper
    with pytest.raises(PlaintextInEvent):
        locate(envelope(subject=None), "keeper", keeper)


@pytest.mark.parametrize(
    "text", ["", "////", f"{SUBJECT}/s/{EVENT_ID}/f", f"no/s/{EVENT_ID}/f/t", "a/b/c/d/e/f"]
)
def test_what_is_no_located_value_says_so(text: str) -> None:
    with pytest.raises(NotAToken):
        parse_located(text)


def decoded(token: Sealed) -> bytes:
    return base64.urlsafe_b64decode(token.token + "=" * (-len(token.token) % 4))
