"""Cases through HTTP, on a real PostgreSQL; intake and referrals are played by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel

from services.cases import bodies
from services.cases.app import compose
from shared.contracts.actor import Role
from shared.contracts.intake import PersonRegistered, ReportAccepted
from shared.contracts.kinds import Category, ReferralKind
from shared.contracts.marks import Clear
from shared.contracts.referrals import (
    DisclosureGranted,
    Parties,
    ReferralAccepted,
    ReferralCompleted,
)
from shared.messaging.memory import MemoryBus
from tests.support.postgres import Databases, ServiceDatabase, query
from tests.support.serving import (
    ISSUER,
    Member,
    OtherService,
    Service,
    eventually,
    new_vault,
    serving,
    store_of,
)

pytestmark = pytest.mark.stack

SHELTER, CLINIC = uuid4(), uuid4()
ANNA = Member(SHELTER)
BORIS = Member(SHELTER, (Role.SUPERVISOR,))
CLARA = Member(CLINIC, (Role.CASEWORKER, Role.SUPERVISOR))
STRANGER = Member(uuid4(), tuple(Role))
AUDITOR = Member(SHELTER, (Role.AUDITOR, Role.OPERATOR, Role.ORG_ADMIN))

CANARY = "Canary Example"

BODIES: dict[str, type[BaseModel]] = {
    "profile": bodies.ProfileBody,
    "numbers": bodies.NumberBody,
    "services": bodies.ServiceBody,
    "reassignment": bodies.ReassignmentBody,
    "arrival": bodies.ArrivalBody,
}
COMMANDS: dict[str, dict[str, Any]] = {
    name: body.model_json_schema()["examples"][0] for name, body in BODIES.items()
}
"""The example of each command to a case, by the last part of its path."""


@dataclass(frozen=True)
class World:
    cases: Service
    intake: OtherService
    referrals: OtherService

    async def registered(self, organisation: UUID) -> tuple[UUID, int]:
        person_id = uuid4()
        names: Clear[tuple[str, ...]] = Clear((CANARY,))
        countries: Clear[tuple[str, ...]] = Clear(("TH",))
        event = PersonRegistered(
            person_id, organisation, names, Clear("2011-05"), Clear("Feminine"), countries, names
        )
        return person_id, await self.intake.says(event, f"person-{person_id}", person_id)

    async def opened(self) -> "Story":
        """A case of the shelter, which Anna looks after."""
        person_id, _ = await self.registered(SHELTER)
        story = Story(self, uuid4(), person_id)
        report_id = uuid4()
        event = ReportAccepted(report_id, SHELTER, person_id, story.case_id, ANNA.staff)
        await self.intake.says(event, f"report-{report_id}", report_id)
        await eventually(lambda: story.is_seen_by(ANNA))
        return story


@dataclass
class Story:
    """What happens to one case."""

    world: World
    case_id: UUID
    person_id: UUID
    position: int = field(default=0)

    @property
    def path(self) -> str:
        return f"/cases/{self.case_id}"

    async def do(self, who: Member, what: str, **changes: object) -> dict[str, Any]:
        body = {**COMMANDS[what], **changes}
        answer = await self.world.cases.done(who, f"{self.path}/{what}", body)
        self.position = answer["position"]
        return answer

    async def seen_by(self, who: Member) -> dict[str, Any]:
        return await self.world.cases.seen(who, self.path, self.position)

    async def is_seen_by(self, who: Member) -> bool:
        return (await self.world.cases.get(who, self.path)).status_code == 200

    async def timeline(self, who: Member) -> list[dict[str, Any]]:
        page = await self.world.cases.seen(who, f"{self.path}/timeline", self.position)
        return list(page["items"])

    def parties(self, kind: ReferralKind, sender: UUID, receiver: UUID) -> Parties:
        return Parties(uuid4(), kind, self.case_id, self.person_id, sender, receiver)

    async def accepted(self, parties: Parties, owner: Member) -> None:
        """The receiver accepts a referral."""
        event = ReferralAccepted(parties, owner.staff)
        stream = f"referral-{parties.referral_id}"
        await self.world.referrals.says(event, stream, self.person_id)

    async def handed_over(self) -> None:
        parties = self.parties(ReferralKind.TRANSFER, SHELTER, CLINIC)
        await self.accepted(parties, CLARA)
        await eventually(lambda: self.is_seen_by(CLARA))


@pytest.fixture
def database(databases: Databases) -> ServiceDatabase:
    return databases.of("cases")


@pytest.fixture
async def world(database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[World]:
    bus, vault = MemoryBus(), new_vault(tmp_path)
    app = compose(store_of(database), vault, bus, ISSUER.verifier())
    async with serving(app) as cases:
        yield World(
            cases, OtherService("intake", vault, bus), OtherService("referrals", vault, bus)
        )


async def test_an_accepted_report_opens_a_case(world: World) -> None:
    story = await world.opened()
    await eventually(lambda: names_are_known(story))
    (entry,) = (await world.cases.seen(ANNA, "/cases?owner=me"))["items"]
    assert (entry["id"], entry["right"], entry["names"]) == (str(story.case_id), "owner", [CANARY])
    assert (await world.cases.seen(BORIS, "/cases?owner=me"))["items"] == []
    case = await story.seen_by(BORIS)
    assert (case["owner"], case["person"]["names"]) == (str(ANNA.staff), [CANARY])


async def names_are_known(story: Story) -> bool:
    return (await story.seen_by(ANNA))["person"]["names"] is not None


async def test_a_case_is_opened_for_a_person_of_the_own_organisation(world: World) -> None:
    person_id, position = await world.registered(SHELTER)
    body, fresh = {"person_id": str(person_id)}, {"read_after": f"intake={position}"}
    opened = await world.cases.post(ANNA, "/cases", body, **fresh)
    assert opened.status_code == 201
    case = await world.cases.seen(ANNA, opened.headers["location"], opened.json()["position"])
    assert (case["person"]["id"], case["owner"]) == (str(person_id), str(ANNA.staff))
    assert (await world.cases.post(CLARA, "/cases", body, **fresh)).status_code == 404


async def test_the_story_is_told_in_order(world: World) -> None:
    story = await world.opened()
    await story.do(ANNA, "profile")
    await story.do(ANNA, "numbers")
    service = await story.do(ANNA, "services")
    await story.do(BORIS, "reassignment", owner=str(BORIS.staff))
    timeline = await story.timeline(ANNA)
    assert [entry["sentence"] for entry in timeline] == [
        "The case was opened.",
        "The profile was recorded with 4 answers.",
        "The government's number GOV/1234/24 was given by Ministry of Social Affairs, Exampleland.",
        "Health was provided by Example Clinic on 2 March 2024: Examined; no treatment needed.",
        "The case was given to another member of the staff.",
    ]
    entry = timeline[3]
    assert (entry["event_id"], entry["type"]) == (service["event_ids"][0], "ServiceRecorded")
    assert (entry["organisation"], entry["category"]) == (str(SHELTER), "services")
    assert entry["fields"]["entry_id"] == service["entry_id"]
    assert entry["fields"]["provided_on"] == "2024-03-02"


async def test_a_profile_keeps_what_was_answered_beside_the_codes(world: World) -> None:
    story = await world.opened()
    answers = {"prs_Gender": "Woman", "vic_Type_of_Exploitation": "ForcedLabour;CyberScam"}
    await story.do(ANNA, "profile", answers=answers)
    profile = (await story.seen_by(ANNA))["profile"]
    assert profile["answers"] == {
        "prs_Gender": {"raw": "Woman", "codes": ["Feminine"], "flagged": False},
        "vic_TypeOfExploitation": {
            "raw": "ForcedLabour;CyberScam",
            "codes": ["ForcedLabour"],
            "flagged": True,
        },
    }


async def test_the_receiver_reads_what_the_sender_read(world: World) -> None:
    story = await world.opened()
    for what in ("profile", "numbers", "services"):
        await story.do(ANNA, what)
    before, case_before = await story.timeline(ANNA), await story.seen_by(ANNA)
    await story.handed_over()
    assert (await story.timeline(CLARA))[:-1] == before
    case = await story.seen_by(CLARA)
    assert (case["right"], case["owner"]) == ("owner", str(CLARA.staff))
    for same in ("person", "profile", "numbers"):
        assert case[same] == case_before[same]


async def test_until_arrival_the_sender_reads_and_adds_entries(world: World) -> None:
    story = await world.opened()
    await story.handed_over()
    await story.do(ANNA, "services")
    assert await story.timeline(ANNA) == await story.timeline(CLARA)
    case = await story.seen_by(ANNA)
    assert (case["right"], case["arriving_from"]) == ("hand_over", str(SHELTER))
    refused = await world.cases.post(ANNA, f"{story.path}/profile", COMMANDS["profile"])
    assert refused.status_code == 404


async def test_after_arrival_the_case_is_absent_to_the_sender(world: World) -> None:
    story = await world.opened()
    await story.handed_over()
    await story.do(CLARA, "arrival")
    await absent_to(story, BORIS)
    assert (await world.cases.seen(ANNA, "/cases", story.position))["items"] == []
    assert (await story.timeline(CLARA))[-1]["sentence"] == (
        "The survivor has arrived: Tired, unharmed."
    )


async def test_to_strangers_the_case_is_absent(world: World) -> None:
    story = await world.opened()
    await absent_to(story, STRANGER)
    await story.handed_over()
    await absent_to(story, STRANGER)
    assert (await world.cases.seen(STRANGER, "/cases"))["items"] == []


async def absent_to(story: Story, who: Member) -> None:
    """On every route, as if it did not exist."""
    cases, nowhere = story.world.cases, f"/cases/{uuid4()}"
    for query_of in ("", "/timeline"):
        answer = await cases.get(who, story.path + query_of, story.position)
        assert answer.status_code == 404
        assert answer.content == (await cases.get(who, nowhere + query_of)).content
    for command, body in COMMANDS.items():
        answer = await cases.post(who, f"{story.path}/{command}", body)
        assert answer.status_code == 404, command
        assert answer.content == (await cases.post(who, f"{nowhere}/{command}", body)).content


async def test_a_transfer_by_a_stranger_is_answered_and_changes_nothing(
    world: World, database: ServiceDatabase
) -> None:
    story = await world.opened()
    parties = story.parties(ReferralKind.TRANSFER, STRANGER.organisation, CLINIC)
    await story.accepted(parties, CLARA)
    await eventually(lambda: has_entries(story, 2))
    assert (await story.timeline(ANNA))[-1]["fields"]["reason"] == "not_the_owner"
    assert (await story.seen_by(ANNA))["right"] == "owner"
    await absent_to(story, CLARA)


async def has_entries(story: Story, count: int) -> bool:
    return len(await story.timeline(ANNA)) == count


async def test_a_grant_shows_its_categories_and_ends_with_its_referral(world: World) -> None:
    story = await world.opened()
    for what in ("profile", "numbers", "services"):
        await story.do(ANNA, what)
    parties = story.parties(ReferralKind.SERVICE, SHELTER, CLINIC)
    stream = f"referral-{parties.referral_id}"
    granted = DisclosureGranted(parties, (Category.PROFILE, Category.SERVICES))
    await world.referrals.says(granted, stream, story.person_id)
    await eventually(lambda: story.is_seen_by(CLARA))
    case = await story.seen_by(CLARA)
    assert (case["right"], case["categories"]) == ("granted", ["profile", "services"])
    assert (case["person"], case["numbers"]) == (None, None)
    assert case["profile"] == (await story.seen_by(ANNA))["profile"]
    shown = [entry["type"] for entry in await story.timeline(CLARA)]
    assert shown == ["ProfileRecorded", "ServiceRecorded"]
    assert (await world.cases.seen(CLARA, "/cases"))["items"][0]["names"] is None
    refused = await world.cases.post(CLARA, f"{story.path}/services", COMMANDS["services"])
    assert refused.status_code == 404
    completed = ReferralCompleted(parties, Clear("examined"))
    position = await world.referrals.says(completed, stream, story.person_id)
    story_after = await world.cases.get(CLARA, story.path, f"referrals={position}")
    assert story_after.status_code == 404
    await absent_to(story, CLARA)


async def test_a_retry_gets_the_first_answer(world: World) -> None:
    story = await world.opened()
    path, body = f"{story.path}/services", COMMANDS["services"]
    first = await world.cases.post(ANNA, path, body, key="once")
    assert (await world.cases.post(ANNA, path, body, key="once")).json() == first.json()
    other = await world.cases.post(ANNA, path, {**body, "provider": "Another"}, key="once")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/key-reused")


async def test_a_stale_version_changes_nothing(world: World) -> None:
    story = await world.opened()
    path, body = f"{story.path}/numbers", COMMANDS["numbers"]
    tag = (await world.cases.get(ANNA, story.path)).headers["etag"]
    assert (await world.cases.post(ANNA, path, body, if_match=tag)).status_code == 200
    assert (await world.cases.post(ANNA, path, body, if_match=tag)).status_code == 412


async def test_a_role_that_may_not_is_told_so(world: World) -> None:
    story = await world.opened()
    reassign = await world.cases.post(ANNA, f"{story.path}/reassignment", COMMANDS["reassignment"])
    assert (reassign.status_code, reassign.json()["type"]) == (403, "/problems/role-missing")
    assert (await world.cases.get(AUDITOR, story.path)).status_code == 403


async def test_the_worklist_comes_in_pages(world: World) -> None:
    opened = [str((await world.opened()).case_id) for _ in range(3)]
    first = await world.cases.seen(ANNA, "/cases?limit=2")
    second = await world.cases.seen(ANNA, f"/cases?limit=2&cursor={first['next']}")
    assert [e["id"] for e in first["items"] + second["items"]] == list(reversed(opened))
    assert second["next"] is None


BAD_FIELDS: list[tuple[str, dict[str, object], str]] = [
    ("profile", {"answers": {}}, "answers"),
    ("profile", {"answers": {"prs_Gender": "x", "prs_gender": "y"}}, "body"),
    ("numbers", {"valid_to": "0001-01-01"}, "valid_to"),
    ("services", {"service_type": "Health "}, "service_type"),
    ("services", {"provided_on": "9999-12-31"}, "provided_on"),
    ("services", {"note": "x" * 20_001}, "note"),
    ("arrival", {"arrived_at": "9999-12-31T23:59:59-12:00"}, "arrived_at"),
    ("arrival", {"arrived_at": "2024-03-05T16:00:00"}, "arrived_at"),
]


async def test_a_bad_field_is_named(world: World) -> None:
    for what, change, bad in BAD_FIELDS:
        path, body = f"/cases/{uuid4()}/{what}", {**COMMANDS[what], **change}
        refused = await world.cases.post(BORIS, path, body)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [bad]


async def test_no_personal_value_stands_in_the_database(
    world: World, database: ServiceDatabase
) -> None:
    story = await world.opened()
    for what in ("profile", "numbers", "services"):
        await story.do(ANNA, what)
    await story.handed_over()
    await eventually(lambda: names_are_known(story))
    rows = query(
        database.admin,
        """SELECT convert_from(body, 'UTF8') FROM events
        UNION ALL SELECT row_to_json(t)::text FROM cases_of_organisation t
        UNION ALL SELECT row_to_json(t)::text FROM numbers_of_case t
        UNION ALL SELECT row_to_json(t)::text FROM timeline_of_case t
        UNION ALL SELECT row_to_json(t)::text FROM persons_of_organisation t""",
    )
    text = "".join(str(row[0]) for row in rows)
    assert str(story.case_id) in text
    for canary in (CANARY, "2011-05", "Feminine", "Woman", "GOV/1234", "2024-03-02", "Examined"):
        assert canary not in text
