"""No value about a person stands in an event by omission: each field is marked, or harmless."""

from collections.abc import Iterator
from dataclasses import dataclass as plain_dataclass
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import BaseModel
from pydantic.dataclasses import dataclass

from shared.contracts.actor import Role
from shared.contracts.attachments import RejectionReason, Sha256
from shared.contracts.audit import ReplayPurpose
from shared.contracts.catalogue import CATALOGUE, Contract
from shared.contracts.kinds import (
    Category,
    Channel,
    NumberKind,
    OrganisationType,
    ReferralKind,
    TransferRefusal,
    Urgency,
)
from shared.contracts.marks import Clear, EventTime, Personal, Public, Sealed, Size
from shared.contracts.notifications import DeliveryChannel, NotificationKind
from shared.contracts.publish.annotations import Mark, described

HARMLESS = (UUID, EventTime, Size, Sha256)
"""Ids, times of the work, sizes of files, hashes."""

CLOSED_LISTS = (
    Channel,
    NumberKind,
    ReferralKind,
    Urgency,
    Category,
    OrganisationType,
    TransferRefusal,
    RejectionReason,
    ReplayPurpose,
    NotificationKind,
    Role,
    DeliveryChannel,
)
"""Lists of what the work knows. A list of what people are, such as genders, is about a person."""

every_event = pytest.mark.parametrize(
    "contract", CATALOGUE.contracts, ids=lambda contract: contract.type
)


def unmarked(event: type) -> Iterator[str]:
    """The paths of fields that could hold a value about a person and are not marked."""
    for field in described(event):
        if field.mark is Mark.PLAIN:
            yield from (f"{field.name}{path}" for path in faults(field.shape))
        if field.mark is Mark.PUBLIC and field.shape not in (str, tuple[str, ...]):
            yield field.name


def faults(shape: object) -> Iterator[str]:
    if shape in (*HARMLESS, *CLOSED_LISTS):
        return
    if get_origin(shape) is tuple:
        yield from faults(get_args(shape)[0])
    elif isinstance(shape, type) and is_dataclass(shape):
        yield from (f".{path}" for path in unmarked(shape))
        # What is sealed is sealed at the event's top: further in, nobody would look.
        yield from (f".{field.name}" for field in described(shape) if field.mark is Mark.SEALED)
    else:
        yield ""


@every_event
def test_every_field_is_marked_or_harmless(contract: Contract) -> None:
    assert list(unmarked(contract.event)) == []


class Colour(Enum):
    RED = 1


class Gender(StrEnum):
    WOMAN = "woman"


class Shape(BaseModel):
    text: str


@plain_dataclass(frozen=True)
class Inner:
    lamp: UUID
    name: str


@plain_dataclass(frozen=True)
class InnerSealed:
    name: Personal[str]


@plain_dataclass(frozen=True)
class InnerHarmless:
    lamp: UUID
    size: Size


@dataclass(frozen=True)
class Careless:
    """One field for each way in which a value about a person could stand in the clear."""

    name: str
    names: tuple[str, ...]
    born: date
    height: float
    anything: Any
    mapping: dict[str, str]
    either: UUID | str
    maybe: str | None
    raw: bytes
    shape: Shape
    colour: Colour
    inner: Inner
    inner_sealed: InnerSealed
    half_clear: Clear[str]
    public_date: Public[date]
    age: int
    is_minor: bool
    gender: Gender
    genders: tuple[Gender, ...]
    born_at: datetime
    freed_at: datetime | None
    counted: Annotated[int, "a count"]


@dataclass(frozen=True)
class Careful:
    lamp: UUID
    lit_at: EventTime
    film: Size | None
    urgency: Urgency
    sha256: Sha256
    lamps: tuple[UUID, ...]
    inner: InnerHarmless
    maker: Public[str]
    makers: Public[tuple[str, ...]] | None
    keeper: Personal[str]
    lit_on: Personal[date] | None


def test_each_careless_field_is_found() -> None:
    assert list(unmarked(Careless)) == [
        *("name", "names", "born", "height", "anything", "mapping", "either", "maybe", "raw"),
        *("shape", "colour", "inner.name", "inner_sealed.name", "half_clear", "public_date"),
        *("age", "is_minor", "gender", "genders", "born_at", "freed_at", "counted"),
    ]


def test_a_careful_event_has_no_fault() -> None:
    assert list(unmarked(Careful)) == []


@every_event
def test_no_event_holds_a_float(contract: Contract) -> None:
    assert list(floats(contract.event)) == []


def test_a_float_is_found_wherever_it_hides() -> None:
    @dataclass(frozen=True)
    class Weighed:
        weight: float | None
        weights: tuple[float, ...]
        sealed: Personal[float]
        count: int

    assert list(floats(Weighed)) == ["weight", "weights", "sealed"]


def floats(event: type) -> Iterator[str]:
    for field in described(event):
        if float in parts(field.shape):
            yield field.name


def parts(shape: object) -> Iterator[object]:
    yield shape
    for argument in get_args(shape):
        yield from parts(argument)
    if isinstance(shape, type) and (is_dataclass(shape) or issubclass(shape, BaseModel)):
        for field in described(shape):
            yield from parts(field.shape)


def test_a_mark_is_read_as_it_is_written() -> None:
    marks = {field.name: field.mark for field in described(Careful)}
    assert {name for name, mark in marks.items() if mark is Mark.SEALED} == {"keeper", "lit_on"}
    assert {name for name, mark in marks.items() if mark is Mark.PUBLIC} == {"maker", "makers"}
    assert Sealed not in [field.shape for field in described(Careful)]
