"""Who finds, reads and lists referrals and the directory; and that nothing there is in clear."""

import pytest

from shared.contracts.actor import Role
from shared.runtime.ids import new_id
from tests.services.referrals_world import ACCEPTANCE, OUTCOME, REASON, Scene, refused
from tests.support.postgres import query
from tests.support.serving import Member

pytestmark = pytest.mark.stack


BODIES = {
    "acceptance": ACCEPTANCE,
    "rejection": {"reason": REASON},
    "cancellation": {"reason": REASON},
    "start": None,
    "completion": {"outcome": OUTCOME},
}


@pytest.mark.parametrize("path", BODIES)
async def test_a_stranger_finds_nothing(scene: Scene, path: str) -> None:
    referral = await scene.offered()
    stranger = scene.stranger
    nothing = await scene.service.get(stranger, f"/referrals/{new_id()}")
    await scene.seen(scene.sender, f"/referrals/{referral}")
    read = await scene.service.get(stranger, f"/referrals/{referral}")
    done = await scene.service.post(stranger, f"/referrals/{referral}/{path}", BODIES[path])
    for answer in (read, done):
        assert (answer.status_code, answer.content) == (404, nothing.content)
    assert (await scene.seen(stranger, "/referrals"))["items"] == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR, Role.PARTNER_SYSTEM, Role.ORG_ADMIN])
async def test_whoever_does_not_work_with_survivors_reads_no_referral(
    scene: Scene, role: Role
) -> None:
    referral = await scene.offered()
    member = Member(scene.receiver.organisation, (role,))
    await scene.seen(scene.receiver, f"/referrals/{referral}")
    read = await scene.service.get(member, f"/referrals/{referral}")
    refused(read, 404, "not-found")
    assert (await scene.seen(member, "/referrals"))["items"] == []


async def test_only_a_supervisor_accepts(scene: Scene) -> None:
    referral = await scene.offered()
    caseworker = Member(scene.receiver.organisation, (Role.CASEWORKER,))
    path = f"/referrals/{referral}/acceptance"
    refused(await scene.service.post(caseworker, path, ACCEPTANCE), 403, "role-missing")


async def test_a_case_that_was_given_away_is_not_offered_again(scene: Scene) -> None:
    await scene.moved()
    refused(await scene.offers({}), 404, "not-found")


async def test_lists_are_kept_apart_by_box_and_state_and_paged(scene: Scene) -> None:
    ids = [await scene.offered() for _ in range(3)]
    await scene.done(scene.receiver, f"/referrals/{ids[0]}/rejection", {"reason": REASON})

    async def listed(member: Member, filters: str) -> list[str]:
        page = await scene.seen(member, f"/referrals?{filters}")
        return [item["id"] for item in page["items"]]

    assert await listed(scene.receiver, "box=incoming") == ids[::-1]
    assert await listed(scene.receiver, "box=outgoing") == []
    assert await listed(scene.sender, "box=outgoing&state=rejected") == ids[:1]
    first = await scene.seen(scene.sender, "/referrals?limit=2")
    rest = await scene.seen(scene.sender, f"/referrals?limit=2&cursor={first['next']}")
    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None


async def test_nothing_personal_is_kept_or_sent_in_clear(scene: Scene) -> None:
    referral = await scene.offered()
    await scene.done(scene.receiver, f"/referrals/{referral}/rejection", {"reason": REASON})
    await scene.seen(scene.sender, f"/referrals/{referral}")
    kept = query(scene.database.admin, "SELECT convert_from(body, 'UTF8') FROM events")
    kept += query(scene.database.admin, "SELECT r::text FROM referrals_of_organisation r")
    assert len(kept) == 6  # two organisations, an offer, a rejection; two rows
    for canary in (REASON, "9-17", "Feminine", "TH-50"):
        assert canary not in str(kept)


async def test_rows_of_another_organisation_are_out_of_the_readers_reach(scene: Scene) -> None:
    referral = await scene.offered()
    await scene.seen(scene.sender, f"/referrals/{referral}")
    for table in ("referrals_of_organisation", "case_owners"):
        ((there,),) = query(scene.database.admin, f"SELECT count(*) FROM {table}")
        ((read,),) = query(scene.database.reader, f"SELECT count(*) FROM {table}")
        assert there != 0
        assert read == 0


async def test_the_directory_is_for_every_member(scene: Scene) -> None:
    listed = (await scene.seen(scene.stranger, "/organisations"))["items"]
    parties = {str(scene.sender.organisation), str(scene.receiver.organisation)}
    assert {entry["id"] for entry in listed} == parties
    one = await scene.seen(scene.stranger, f"/organisations/{scene.sender.organisation}")
    assert one["country"] == "TH"
    absent = await scene.service.get(scene.stranger, f"/organisations/{new_id()}")
    refused(absent, 404, "not-found")


async def test_only_its_administrator_registers_an_organisation(scene: Scene) -> None:
    body = {"name": "A house (fictional)", "kind": "NGO", "country": "TH"}
    refused(
        await scene.service.post(scene.stranger, "/organisations", body),
        403,
        "role-missing",
    )
