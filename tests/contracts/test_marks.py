"""A clear value never leaves by accident: not serialised, not shown, not described."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from uuid import UUID

import orjson
import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticSerializationError, to_json

from shared.contracts.marks import Clear, Personal, Public, Sealed

CANARY = "Lightkeeper Omoto"
LAMP = UUID("01970000-0000-7000-8000-000000000001")


@dataclass(frozen=True, slots=True)
class LampLit:
    lamp: UUID
    maker: Public[str]
    keeper: Personal[str]
    note: Personal[tuple[str, ...]] | None = None


ADAPTER = TypeAdapter(LampLit)
CLEAR = LampLit(LAMP, "Example Works", Clear(CANARY))
SEALED = replace(CLEAR, keeper=Sealed("A" * 40))


@pytest.mark.parametrize(
    "write",
    [
        lambda: ADAPTER.dump_json(CLEAR),
        lambda: ADAPTER.dump_json(CLEAR, warnings="error"),
        lambda: ADAPTER.dump_python(CLEAR, mode="json"),
        lambda: json.dumps(ADAPTER.dump_python(CLEAR)),
        lambda: orjson.dumps(CLEAR),
        lambda: orjson.dumps({"keeper": CLEAR.keeper}, default=None),
        lambda: to_json(CLEAR),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_clear_value_is_not_written(write: Callable[[], object]) -> None:
    with pytest.raises((PydanticSerializationError, TypeError)) as refused:
        write()
    assert CANARY not in repr(refused.value)


def test_a_clear_value_is_no_json_for_anyone() -> None:
    with pytest.raises(TypeError) as refused:
        json.dumps(asdict(CLEAR), default=None)
    assert CANARY not in str(refused.value)


def test_a_clear_value_is_never_shown() -> None:
    assert CANARY not in f"{CLEAR} {CLEAR!r} {CLEAR.keeper} {[CLEAR.keeper]}"


def test_what_does_not_validate_is_not_shown() -> None:
    with pytest.raises(ValidationError) as refused:
        ADAPTER.validate_python({"lamp": Clear(CANARY), "maker": "m", "keeper": Clear(CANARY)})
    assert CANARY not in str(refused.value)


def test_text_where_a_sealed_value_belongs_is_refused() -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_json(json.dumps({"lamp": str(LAMP), "maker": "m", "keeper": CANARY}))


def test_a_sealed_value_is_its_token_on_the_wire() -> None:
    written = ADAPTER.dump_json(SEALED)
    assert json.loads(written)["keeper"] == "A" * 40
    assert ADAPTER.validate_json(written) == SEALED


def test_two_clear_values_are_equal_when_their_values_are() -> None:
    assert Clear((1, 2)) == Clear((1, 2))
    assert len({Clear("a"), Clear("a"), Clear("b")}) == 2
    assert Clear("a") != "a"


def test_the_schema_tells_of_sealed_values_only() -> None:
    fields = ADAPTER.json_schema()["properties"]
    assert fields["keeper"]["type"] == "string"
    assert fields["keeper"]["pattern"] == "^[A-Za-z0-9_-]{38,}$"
