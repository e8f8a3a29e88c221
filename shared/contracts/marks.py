"""How an event's field says whose value it holds: `Personal[...]` is sealed, `Public[...]` is not.

Unmarked fields are ids, hashes, `Size`, `EventTime` and the closed lists that a test names; the
test refuses the rest. A `Clear` value cannot be serialised, so plaintext can never enter an event
by omission.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, NoReturn, TypeAlias, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticOmit, core_schema

T = TypeVar("T")


class PlaintextInEvent(ValueError):
    """A personal value was about to be written without being sealed."""


def _refuse_plaintext(_: object) -> NoReturn:
    raise PlaintextInEvent


class Clear(Generic[T]):
    """A personal value that can be read here; it must be sealed before it is recorded."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clear) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return "Clear(…)"  # never the value: reprs end in logs and test output

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.is_instance_schema(
            Clear,
            serialization=core_schema.plain_serializer_function_ser_schema(_refuse_plaintext),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        raise PydanticOmit  # on the wire there are sealed values only


@dataclass(frozen=True, slots=True)
class Sealed:
    """The ciphertext of one field: base64url(nonce ‖ AES-256-GCM ciphertext ‖ tag), no padding."""

    token: str

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        from_token = core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(pattern=r"^[A-Za-z0-9_-]{38,}$")
        )
        return core_schema.json_or_python_schema(
            json_schema=from_token,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(cls), from_token]
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda sealed: sealed.token, return_schema=core_schema.str_schema()
            ),
        )


Personal: TypeAlias = Sealed | Clear[T]
"""A value about a person: clear while it is decided on, sealed wherever it is kept. `Sealed` comes
first: that is what is read and written, and a choice that fails before it costs an exception."""


@dataclass(frozen=True, slots=True)
class PublicMark:
    """Marks text about organisations and services, which is not sealed."""


Public: TypeAlias = Annotated[T, PublicMark()]


@dataclass(frozen=True, slots=True)
class PlainMark:
    """Says what a number or a time is of, where it tells nothing about a person."""

    of: str


EventTime: TypeAlias = Annotated[datetime, PlainMark("a step of the work")]
"""When something was done, is due, or ends. A day of somebody's life is `Personal[date]`."""
Size: TypeAlias = Annotated[int, PlainMark("a file")]
"""Bytes."""
