"""No personal value stands in any file that the product wrote: searched for, with canaries."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import httpx
import pytest

from cli.demo.asking import Asker
from cli.demo.expectations import Report
from deploy.local.people import LANTERN, LOTUS, person
from tests.scenarios.conftest import Played
from tests.scenarios.stack import Whole
from tests.support.postgres import query

pytestmark = [pytest.mark.stack, pytest.mark.chaos]

CHUNK = 4 * 1024 * 1024
LONGEST = 256
"""Bytes that two chunks share, so that no canary falls between them."""


class Canaries:
    """One for each personal field that takes text, and a public one, which must be found."""

    def __init__(self) -> None:
        self.personal = token_hex(12)
        self.public = token_hex(12)
        self.made = 0

    def new(self) -> str:
        """All begin alike, so that one search finds them all."""
        self.made += 1
        return f"{self.personal}-{self.made}"


async def live_through_a_case(ask: Asker, canaries: Canaries) -> None:
    """A case with a canary in each field: reported, told, offered, handed over, completed."""
    officer, worker = person(LANTERN, "intake"), person(LANTERN, "caseworker")
    supervisor, receiver = person(LOTUS, "supervisor"), person(LOTUS, "caseworker")
    report = {
        "channel": "hotline",
        "received_at": "2026-03-01T08:30:00Z",
        "narrative": canaries.new(),
        "language": "khm",
    }
    reported = await ask.command(officer, "intake", "/reports", report, expected=201)
    somebody = {"names": [canaries.new(), canaries.new()], "gender": "Feminine"}
    registered = await ask.command(officer, "intake", "/persons", somebody, expected=201)
    accepted = await ask.command(
        officer,
        "intake",
        f"/reports/{reported['id']}/acceptance",
        {"person_id": registered["id"], "owner": str(worker.id)},
        after=str(registered["position"]),
    )
    case = f"/cases/{accepted['case_id']}"
    await ask.appears(worker, "cases", case)
    answers = {"answers": {"vic_TypeOfExploitation": canaries.new()}}
    await ask.command(worker, "cases", f"{case}/profile", answers)
    number = {"kind": "government", "issuer": canaries.public, "number": canaries.new()}
    await ask.command(worker, "cases", f"{case}/numbers", number)
    service = {
        "service_type": "Health",
        "provider": canaries.public,
        "provided_on": "2026-03-02",
        "outcome": canaries.new(),
        "note": canaries.new(),
    }
    await ask.command(worker, "cases", f"{case}/services", service)
    file = {
        "case_id": accepted["case_id"],
        "filename": canaries.new(),
        "media_type": "video/mp4",
        "size": 1,
    }
    await ask.command(worker, "attachments", "/evidence", file, expected=201)
    offer = {
        "kind": "transfer",
        "case_id": accepted["case_id"],
        "to_organisation": str(LOTUS.id),
        "urgency": "urgent",
        "categories": ["identity", "profile"],
        "offer": {"age_band": "9-17"},
    }
    declined = await ask.command(worker, "referrals", "/referrals", offer, expected=201)
    reason = {"reason": canaries.new()}
    rejection = f"/referrals/{declined['id']}/rejection"
    await ask.command(supervisor, "referrals", rejection, reason)
    offered = await ask.command(worker, "referrals", "/referrals", offer, expected=201)
    referral = f"/referrals/{offered['id']}"
    owner = {"owner": str(receiver.id)}
    await ask.command(supervisor, "referrals", f"{referral}/acceptance", owner)
    await ask.appears(receiver, "cases", case)
    arrival = {"arrived_at": datetime.now(UTC).isoformat(), "condition": canaries.new()}
    await ask.command(receiver, "cases", f"{case}/arrival", arrival)
    await ask.settle()
    outcome = {"outcome": canaries.new()}
    await ask.command(receiver, "referrals", f"{referral}/completion", outcome)
    await send_what_is_refused(ask, canaries)
    await ask.settle()


async def send_what_is_refused(ask: Asker, canaries: Canaries) -> None:
    """Bad input must not end in a log either."""
    officer = person(LANTERN, "intake")
    for body in (
        {"names": canaries.new(), "gender": "Feminine"},
        {"names": ["a"], "gender": canaries.new()},
        {"names": ["a"], "gender": "Feminine", "birth_date": canaries.new()},
    ):
        await ask.command(officer, "intake", "/persons", body, expected=422)


def test_no_personal_value_stands_in_any_file(whole: Whole, played: Played) -> None:
    canaries, report = Canaries(), Report()

    async def tell() -> None:
        addresses = {name: service["url"] for name, service in whole.file["services"].items()}
        async with httpx.AsyncClient(timeout=30) as http:
            await live_through_a_case(Asker(http, addresses, whole.tokens, report), canaries)

    asyncio.run(tell())
    assert report.broken == []
    query(whole.admin("cases"), "CHECKPOINT; SELECT 1")
    folders = [Path(folder) for folder in whole.file["data_directories"]]
    found = search([*folders, whole.home.part("mail")], [canaries.personal, canaries.public])
    assert found[canaries.public] >= {"postgres", "kafka"}, "the search finds nothing"
    assert found[canaries.personal] == set()
    assert canaries.made == 14


def search(folders: list[Path], canaries: list[str]) -> dict[str, set[str]]:
    """Canary to the parts in whose files it stands, in any of its spellings."""
    spelt = {spelling: canary for canary in canaries for spelling in spellings(canary)}
    found: dict[str, set[str]] = {canary: set() for canary in canaries}
    for folder in folders:
        for file in filter(Path.is_file, folder.rglob("*")):
            for chunk in chunks(file):
                for spelling in filter(chunk.__contains__, spelt):
                    found[spelt[spelling]].add(folder.parent.name)
    return found


def spellings(canary: str) -> Iterator[bytes]:
    """As text, as UTF-16, and inside base64 wherever it begins."""
    plain = canary.encode()
    yield plain
    yield canary.encode("utf-16-le")
    for offset in range(3):
        encoded = b64encode(b"\0" * offset + plain)
        yield encoded[4 if offset else 0 : -4]


def chunks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as content:
            before = b""
            while chunk := content.read(CHUNK):
                yield before + chunk
                before = chunk[-LONGEST:]
    except FileNotFoundError:
        return  # PostgreSQL removes files while we look
