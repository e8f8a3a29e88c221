"""One stack for this folder, on which the story of the demonstration has been played once."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from cli.demo.expectations import Report
from cli.demo.records import records
from cli.demo.story import Stack, Told, tell
from deploy.local.down import reset
from deploy.local.home import Home
from deploy.local.people import PEOPLE
from tests.scenarios.stack import Whole, start

RECORDS = 60


@pytest.fixture(scope="session")
def whole() -> Iterator[Whole]:
    with tempfile.TemporaryDirectory(prefix="vcms-") as folder:
        home = Home(Path(folder) / "home")
        try:
            yield asyncio.run(start(home, lambda name: None))
        finally:
            reset(home)


@dataclass(frozen=True)
class Played:
    told: Told
    report: Report


@pytest.fixture(scope="session")
def played(whole: Whole) -> Played:
    """The story, told over HTTP, of fewer records than the demonstration has: 40 are referred."""
    content, report = whole.file, Report()
    stack = Stack(
        addresses={name: service["url"] for name, service in content["services"].items()},
        renewals={
            person.key: entry["renew"]
            for person, entry in zip(PEOPLE, content["people"], strict=True)
        },
    )
    return Played(asyncio.run(tell(stack, list(islice(records(), RECORDS)), report)), report)
