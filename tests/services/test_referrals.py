"""Referrals over HTTP on real PostgreSQL: from the offer to its end, and what is kept of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.contracts.cases import TransferRefused
from shared.contracts.kinds import TransferRefusal
from tests.services.referrals_world import ACCEPTANCE, OFFER, OUTCOME, REASON, Scene, refused
from tests.support.postgres import query

pytestmark = pytest.mark.stack


async def test_the_receiver_sees_the_offer_and_not_whose_case_it_is(scene: Scene) -> None:
    referral = await scene.offered()
    seen = await scene.seen(scene.receiver, f"/referrals/{referral}")
    assert seen["box"] == "incoming"
    assert seen["state"] == "requested"
    assert seen["offer"]["age_band"] == "9-17"
    assert seen["offer"]["region"] == "TH-50"
    assert str(scene.person_id) not in str(seen)
    assert str(scene.case_id) not in str(seen)


async def test_a_transfer_starts_when_the_case_has_changed_hands(scene: Scene) -> None:
    referral = await scene.accepted()
    waiting = await scene.seen(scene.receiver, f"/referrals/{referral}")
    assert (waiting["state"], waiting["case_id"]) == ("accepted", None)
    await scene.answers_yes(referral)
    started = await scene.seen(scene.receiver, f"/referrals/{referral}")
    assert started["state"] == "in-progress"
    assert started["case_id"] == str(scene.case_id)
    assert started["owner"] == ACCEPTANCE["owner"]


async def test_the_sender_reads_the_outcome_and_no_more(scene: Scene) -> None:
    referral = await scene.moved()
    await scene.done(scene.receiver, f"/referrals/{referral}/completion", {"outcome": OUTCOME})
    ended = await scene.seen(scene.sender, f"/referrals/{referral}")
    assert (ended["state"], ended["outcome"]) == ("completed", OUTCOME)
    assert (ended["offer"], ended["owner"]) == (None, None)


async def test_a_transfer_fails_when_the_case_refuses(scene: Scene) -> None:
    referral = await scene.accepted()
    await scene.of_the_case(
        TransferRefused(
            scene.case_id,
            UUID(referral),
            scene.sender.organisation,
            scene.receiver.organisation,
            TransferRefusal.TRANSFER_AWAITS_ARRIVAL,
        )
    )
    await scene.reaches(referral, "failed")
    for party in (scene.sender, scene.receiver):
        seen = await scene.seen(party, f"/referrals/{referral}")
        assert seen["refusal"] == "transfer_awaits_arrival"
        assert seen["started_at"] is None


async def test_while_a_transfer_is_under_way_only_the_case_moves_it(scene: Scene) -> None:
    referral = await scene.accepted()
    for member, path, body in [
        (scene.sender, "cancellation", {"reason": REASON}),
        (scene.receiver, "cancellation", {"reason": REASON}),
        (scene.receiver, "acceptance", ACCEPTANCE),
        (scene.receiver, "rejection", {"reason": REASON}),
        (scene.receiver, "completion", {"outcome": OUTCOME}),
    ]:
        answer = await scene.service.post(member, f"/referrals/{referral}/{path}", body)
        refused(answer, 409, "transfer-under-way")


async def test_after_the_case_has_moved_the_referral_is_not_called_off(scene: Scene) -> None:
    referral = await scene.moved()
    for member in (scene.sender, scene.receiver):
        path = f"/referrals/{referral}/cancellation"
        refused(
            await scene.service.post(member, path, {"reason": REASON}),
            409,
            "ownership-has-moved",
        )


async def test_a_service_discloses_at_once_and_is_started_by_the_receiver(scene: Scene) -> None:
    referral = await scene.accepted(kind="service")
    accepted = await scene.seen(scene.receiver, f"/referrals/{referral}")
    assert accepted["case_id"] == str(scene.case_id)
    await scene.done(scene.receiver, f"/referrals/{referral}/start")
    assert (await scene.seen(scene.sender, f"/referrals/{referral}"))["state"] == "in-progress"


async def test_a_rejection_tells_the_sender_why(scene: Scene) -> None:
    referral = await scene.offered()
    await scene.done(scene.receiver, f"/referrals/{referral}/rejection", {"reason": REASON})
    rejected = await scene.seen(scene.sender, f"/referrals/{referral}")
    assert (rejected["state"], rejected["reason"]) == ("rejected", REASON)


async def test_the_clock_expires_an_offer_and_a_late_answer_is_refused(scene: Scene) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    referral = await scene.offered(offer_until=soon.isoformat())
    scene.clock.ahead = timedelta(hours=2)
    await scene.reaches(referral, "expired")
    path = f"/referrals/{referral}/acceptance"
    refused(await scene.service.post(scene.receiver, path, ACCEPTANCE), 409, "offer-expired")
    by = query(scene.database.admin, "SELECT actor FROM events WHERE type ~ 'referral_expired'")
    assert by == [("system:referrals",)]


async def test_two_instances_expire_an_offer_and_take_the_cases_answer_once(scene: Scene) -> None:
    async with scene.instance():
        expiring, moving = await scene.offered(), await scene.accepted()
        await scene.answers_yes(moving)
        scene.clock.ahead = timedelta(days=4)
        await scene.reaches(expiring, "expired")
    counted = query(
        scene.database.admin,
        "SELECT stream, count(*) FROM events WHERE type ~ '(expired|started|granted)' GROUP BY 1",
    )
    assert set(counted) == {(f"referral-{expiring}", 1), (f"referral-{moving}", 2)}


ABSENT = "0197d3b0-0000-7000-8000-0000000000ff"


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"case_id": ABSENT}, 404, "not-found"),
        ({"to_organisation": ABSENT}, 422, "addressee-is-not-registered"),
        ({"offer_until": "2199-01-01T00:00:00Z"}, 422, "offer-stands-too-long"),
        ({"offer_until": "1999-01-01T00:00:00Z"}, 422, "offer-ends-in-the-past"),
        ({"offer_until": "0000-01-01T00:00:00Z"}, 422, "invalid-fields"),
        ({"offer_until": "9999-12-31T23:59:59-12:00"}, 422, "invalid-fields"),
        ({"categories": []}, 422, "invalid-fields"),
        ({"offer": {**OFFER, "region": "the house behind the temple"}}, 422, "invalid-fields"),
        ({"offer": {**OFFER, "name": "Fictional Name"}}, 422, "invalid-fields"),
        ({"offer": {**OFFER, "services_wanted": ["for Fictional Name"]}}, 422, "invalid-fields"),
    ],
)
async def test_an_offer_that_must_not_be_made(
    scene: Scene, changes: dict[str, object], status: int, problem: str
) -> None:
    answer = await scene.offers(changes)
    refused(answer, status, problem)
    assert "Fictional" not in answer.text
    assert "temple" not in answer.text


async def test_a_rule_that_refuses_an_offer_names_the_field(scene: Scene) -> None:
    for field, value in {"offer_until": "1999-01-01T00:00:00Z", "to_organisation": ABSENT}.items():
        (error,) = (await scene.offers({field: value})).json()["errors"]
        assert error["field"] == field
        assert error["reason"]


async def test_a_retry_gets_the_first_answer_and_another_body_is_refused(scene: Scene) -> None:
    first = await scene.offers({}, "one-key")
    again = await scene.offers({}, "one-key")
    assert (again.status_code, again.json()) == (201, first.json())
    refused(await scene.offers({"kind": "service"}, "one-key"), 409, "key-reused")


async def test_a_retry_is_answered_even_after_the_case_has_moved(scene: Scene) -> None:
    first = await scene.offers({}, "one-key")
    await scene.moved()
    again = await scene.offers({}, "one-key")
    assert (again.status_code, again.json()) == (201, first.json())


async def test_a_stale_version_is_refused(scene: Scene) -> None:
    path = f"/referrals/{await scene.offered()}/acceptance"
    stale = await scene.service.post(scene.receiver, path, ACCEPTANCE, if_match='"7"')
    refused(stale, 412, "wrong-version")
    await scene.service.done(scene.receiver, path, ACCEPTANCE, if_match='"1"')


async def test_the_version_of_a_referral_is_its_entity_tag(scene: Scene) -> None:
    referral = await scene.moved()
    await scene.seen(scene.sender, f"/referrals/{referral}")
    answer = await scene.service.get(scene.sender, f"/referrals/{referral}")
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    path = f"/referrals/{referral}/completion"
    tag = answer.headers["etag"]
    await scene.service.done(scene.receiver, path, {"outcome": OUTCOME}, if_match=tag)
