"""Who sees a case and who does what to it: through HTTP, on a real PostgreSQL."""

from uuid import uuid4

import pytest

from shared.contracts.intake import ReportAccepted
from shared.contracts.kinds import Category, ReferralKind
from shared.contracts.marks import Clear
from shared.contracts.referrals import DisclosureGranted, ReferralCompleted
from tests.services.cases_world import (
    ANNA,
    BORIS,
    CANARY,
    CLARA,
    CLINIC,
    COMMANDS,
    SHELTER,
    STRANGER,
    Story,
    World,
    names_are_known,
)
from tests.support.serving import Member, eventually

pytestmark = pytest.mark.stack


async def test_an_accepted_report_opens_a_case(world: World) -> None:
    story = await world.opened()
    await eventually(lambda: names_are_known(story))
    (entry,) = (await world.cases.seen(ANNA, "/cases?owner=me"))["items"]
    assert (entry["id"], entry["right"], entry["names"]) == (str(story.case_id), "owner", [CANARY])
    assert (await world.cases.seen(BORIS, "/cases?owner=me"))["items"] == []
    case = await story.seen_by(BORIS)
    assert (case["owner"], case["person"]["names"]) == (str(ANNA.staff), [CANARY])


async def test_the_acceptances_position_is_enough_to_find_its_case(world: World) -> None:
    person_id, _ = await world.registered(SHELTER)
    for _ in range(10):
        report_id, case_id = uuid4(), uuid4()
        event = ReportAccepted(report_id, SHELTER, person_id, case_id, ANNA.staff)
        position = await world.intake.says(event, f"report-{report_id}", report_id)
        await world.cases.seen(ANNA, f"/cases/{case_id}", f"intake={position}")


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
    await story.arrived()
    await absent_to(story, BORIS)
    assert (await world.cases.seen(ANNA, "/cases", story.position))["items"] == []
    assert (await story.timeline(CLARA))[-1]["sentence"] == (
        "The survivor has arrived: Tired, unharmed."
    )


async def test_the_receiver_opens_another_case_and_after_arrival_the_sender_none(
    world: World,
) -> None:
    story = await world.opened()
    await story.handed_over()
    assert (await another(story, CLARA), await another(story, STRANGER)) == (201, 404)
    await story.arrived()
    assert await another(story, ANNA) == 404
    assert (await another(story, CLARA), await another(story, STRANGER)) == (201, 404)


async def test_who_keeps_another_case_of_the_person_may_open_one_more(world: World) -> None:
    story = await world.opened()
    assert await another(story, ANNA) == 201
    await story.handed_over()
    await story.arrived()
    assert await another(story, ANNA) == 201


async def another(story: Story, who: Member) -> int:
    """The status of the answer to whoever would open another case of the same person."""
    body, fresh = {"person_id": str(story.person_id)}, {"read_after": str(story.position)}
    return (await story.world.cases.post(who, "/cases", body, **fresh)).status_code


async def test_an_arrival_of_long_ago_ends_nothing(world: World) -> None:
    story = await world.opened()
    await story.handed_over()
    long_ago = {**COMMANDS["arrival"], "arrived_at": "1970-01-01T00:00:00Z"}
    refused = await world.cases.post(CLARA, f"{story.path}/arrival", long_ago)
    assert (refused.status_code, refused.json()["type"]) == (
        422,
        "/problems/arrival-before-the-transfer",
    )
    assert await story.is_seen_by(ANNA)


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


async def test_a_transfer_by_a_stranger_is_answered_and_changes_nothing(world: World) -> None:
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
