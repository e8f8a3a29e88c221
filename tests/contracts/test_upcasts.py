"""How a contract changes: an example catalogue whose event is in its third version."""

from uuid import UUID

import pytest
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from shared.contracts.catalogue import Catalogue, Contract, DoesNotFit, UnknownType
from shared.contracts.envelope import JsonObject
from shared.contracts.marks import Personal, Sealed

LAMP = UUID("01970000-0000-7000-8000-000000000001")
TOKEN = "A" * 40


@dataclass(frozen=True, slots=True)
class LampLit:
    """v1 had `by`; v2 called it `keeper`; v3 adds the hours that it may burn."""

    lamp: UUID
    keeper: Personal[str]
    hours: int


def keeper_instead_of_by(data: JsonObject) -> JsonObject:
    rest = {name: value for name, value in data.items() if name != "by"}
    return {**rest, "keeper": data["by"]}


def eight_hours_unless_told(data: JsonObject) -> JsonObject:
    return {"hours": 8, **data}


CATALOGUE = Catalogue(
    [Contract("lamps", LampLit, 3, TypeAdapter(LampLit))],
    {
        "vcms.lamps.lamp_lit.v1": keeper_instead_of_by,
        "vcms.lamps.lamp_lit.v2": eight_hours_unless_told,
    },
)
TODAY = LampLit(LAMP, Sealed(TOKEN), 8)


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, {"lamp": str(LAMP), "by": TOKEN}),
        (2, {"lamp": str(LAMP), "keeper": TOKEN}),
        (3, {"lamp": str(LAMP), "keeper": TOKEN, "hours": 8}),
    ],
)
def test_every_version_reads_as_todays_event(version: int, data: JsonObject) -> None:
    assert CATALOGUE.read(f"vcms.lamps.lamp_lit.v{version}", data) == TODAY


def test_only_the_newest_version_is_written() -> None:
    assert CATALOGUE.type_of(LampLit) == "vcms.lamps.lamp_lit.v3"
    assert CATALOGUE.write(TODAY) == {"lamp": str(LAMP), "keeper": TOKEN, "hours": 8}


def test_to_read_an_old_version_leaves_what_was_recorded_as_it_is() -> None:
    data: JsonObject = {"lamp": str(LAMP), "by": TOKEN}
    CATALOGUE.read("vcms.lamps.lamp_lit.v1", data)
    assert data == {"lamp": str(LAMP), "by": TOKEN}


@pytest.mark.parametrize("wire", ["vcms.lamps.lamp_lit.v4", "vcms.lamps.lamp_lit", "x", ""])
def test_a_version_from_the_future_is_unknown(wire: str) -> None:
    with pytest.raises(UnknownType):
        CATALOGUE.read(wire, {})


def test_a_field_that_is_new_to_an_older_reader_is_ignored() -> None:
    data: JsonObject = {"lamp": str(LAMP), "keeper": TOKEN, "hours": 8, "colour": "red"}
    assert CATALOGUE.read("vcms.lamps.lamp_lit.v3", data) == TODAY


def test_what_does_not_fit_is_named_by_its_place_alone() -> None:
    with pytest.raises(DoesNotFit) as refused:
        CATALOGUE.read("vcms.lamps.lamp_lit.v3", {"lamp": "Ōmoto", "keeper": "Ōmoto"})
    assert "lamp" in str(refused.value)
    assert "Ōmoto" not in str(refused.value)
    assert refused.value.__cause__ is None
