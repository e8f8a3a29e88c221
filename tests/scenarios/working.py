"""What the clients of the load do, each as people do it: reports, services given, transfers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cli.demo.loading import LoadedCase
from deploy.local.people import ORGANISATIONS, Organisation, Person, person
from tests.scenarios.load import Json, Load

CONTENT = b"a tiny statement"

Turns = Iterator[int]
"""Shared by all clients that do the same: each takes the next number."""


@dataclass(frozen=True)
class Moved:
    """A case that was handed over, what its sender read of it, and who must own it in the end."""

    case_id: str
    receiver: Organisation
    timeline: list[Json]
    evidence: str

    @property
    def owner(self) -> Person:
        return person(self.receiver, "caseworker-2")


async def give_services(load: Load, cases: list[LoadedCase], turns: Turns) -> None:
    """1 command each turn."""
    for turn in turns:
        case = cases[turn % len(cases)]
        body = {
            "service_type": "Health",
            "provider": "Example Clinic",
            "provided_on": "2026-03-02",
            "grant_code": f"LOAD-{turn}",
        }
        await load.command(case.owner, "cases", f"/cases/{case.case_id}/services", body)


async def take_reports(load: Load, turns: Turns) -> None:
    """3 commands each turn."""
    for turn in turns:
        await open_case(load, ORGANISATIONS[turn % 4])


async def hand_over(load: Load, turns: Turns, moved: list[Moved]) -> None:
    """10 commands each turn, to every service that takes commands."""
    for turn in turns:
        sender, receiver = ORGANISATIONS[turn % 4], ORGANISATIONS[(turn + 1) % 4]
        owner = person(sender, "caseworker")
        case_id = await open_case(load, sender)
        await load.appears(owner, "cases", f"/cases/{case_id}")
        number = {"kind": "government", "issuer": "Exampleland", "number": f"LOAD-{turn}"}
        numbered = await load.command(owner, "cases", f"/cases/{case_id}/numbers", number)
        known = f"cases={numbered['position']}"
        evidence = await send_evidence(load, owner, case_id, known)
        timeline = await read_timeline(load, owner, case_id, str(numbered["position"]))
        offer = offer_of(case_id, receiver)
        offered = await load.command(owner, "referrals", "/referrals", offer, after=known)
        moved.append(Moved(case_id, receiver, timeline, evidence))
        await receive(load, moved[-1], f"/referrals/{offered['id']}")


async def read_timeline(load: Load, who: Person, case_id: str, after: str = "") -> list[Json]:
    page = await load.read(who, "cases", f"/cases/{case_id}/timeline?limit=200", after)
    items: list[Json] = page["items"]
    return items


async def open_case(load: Load, organisation: Organisation) -> str:
    """3 commands: a report, a person, the acceptance, from which the case follows; its id."""
    officer = person(organisation, "intake")
    report = {
        "channel": "hotline",
        "received_at": "2026-03-01T08:30:00Z",
        "narrative": "Synthetic: somebody may need help.",
        "language": "eng",
    }
    reported = await load.command(officer, "intake", "/reports", report)
    somebody = {"names": ["A Synthetic Name"], "gender": "Feminine"}
    registered = await load.command(officer, "intake", "/persons", somebody)
    acceptance = {
        "person_id": registered["id"],
        "owner": str(person(organisation, "caseworker").id),
    }
    path, after = f"/reports/{reported['id']}/acceptance", str(registered["position"])
    accepted = await load.command(officer, "intake", path, acceptance, after)
    return str(accepted["case_id"])


async def send_evidence(load: Load, who: Person, case_id: str, known: str) -> str:
    """2 commands, and the bytes between them; the file's id."""
    file = {
        "case_id": case_id,
        "filename": "statement.mp4",
        "media_type": "video/mp4",
        "size": len(CONTENT),
    }
    started = await load.command(who, "attachments", "/evidence", file, known)
    at = f"/evidence/{started['id']}"
    (part,) = (await load.read(who, "attachments", f"{at}/parts"))["items"]
    await load.put(part["url"], CONTENT)
    await load.command(who, "attachments", f"{at}/completion")
    return str(started["id"])


async def receive(load: Load, case: Moved, referral: str) -> None:
    """3 commands: the receiver accepts, and its new owner confirms the arrival and completes."""
    at = f"/cases/{case.case_id}"
    appointed = {"owner": str(case.owner.id)}
    supervisor = person(case.receiver, "supervisor")
    await load.command(supervisor, "referrals", f"{referral}/acceptance", appointed)
    await load.appears(case.owner, "cases", at)
    arrival = {"arrived_at": datetime.now(UTC).isoformat(), "condition": "Tired, unharmed."}
    await load.command(case.owner, "cases", f"{at}/arrival", arrival)
    await load.appears(case.owner, "referrals", referral, state="in-progress")
    outcome = {"outcome": "Placed and cared for."}
    await load.command(case.owner, "referrals", f"{referral}/completion", outcome)


def offer_of(case_id: str, receiver: Organisation) -> Json:
    return {
        "kind": "transfer",
        "case_id": case_id,
        "to_organisation": str(receiver.id),
        "urgency": "urgent",
        "categories": ["identity", "profile", "evidence"],
        "offer": {"age_band": "9-17"},
    }
