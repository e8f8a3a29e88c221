"""No personal value stands in any file that the product wrote: searched for, with canaries."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cli.demo.asking import Asker
from cli.demo.expectations import Report
from tests.scenarios.canaries import Canaries, search
from tests.scenarios.canary_case import CanaryCase
from tests.scenarios.conftest import Played
from tests.scenarios.personal_fields import PERSONAL, sealed_fields
from tests.scenarios.stack import Whole
from tests.support.postgres import query

pytestmark = [pytest.mark.stack, pytest.mark.chaos]


@dataclass(frozen=True)
class Lived:
    """A case that is full of canaries, and when it began."""

    canaries: Canaries
    began: datetime


@pytest.fixture(scope="module")
def lived(whole: Whole, played: Played) -> Lived:
    canaries, report, began = Canaries(), Report(), datetime.now(UTC)

    async def live() -> None:
        addresses = {name: service["url"] for name, service in whole.file["services"].items()}
        async with httpx.AsyncClient(timeout=30) as http:
            await CanaryCase(Asker(http, addresses, whole.tokens, report), canaries).live()

    asyncio.run(live())
    assert report.broken == []
    return Lived(canaries, began)


def test_every_personal_field_of_every_event_is_sealed_in_its_place(
    whole: Whole, lived: Lived
) -> None:
    assert {opened.field for opened in sealed_fields(whole)} == PERSONAL


def test_every_personal_field_has_a_canary(whole: Whole, lived: Lived) -> None:
    planted = {
        opened.field
        for opened in sealed_fields(whole, lived.began)
        if lived.canaries.betray(opened.field[1], opened.value)
    }
    assert planted == PERSONAL


def test_no_personal_value_stands_in_any_file(whole: Whole, lived: Lived) -> None:
    query(whole.admin("cases"), "CHECKPOINT; SELECT 1")
    folders = [Path(folder) for folder in whole.file["data_directories"]]
    folders.append(whole.home.part("mail"))
    canaries = lived.canaries
    found = search(folders, canaries.spellings())
    assert found.pop(canaries.public) >= {"postgres", "kafka"}, "the search finds nothing"
    assert found == {sign: set() for sign in canaries.signs}
