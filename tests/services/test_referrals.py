"""Referrals over HTTP on real PostgreSQL: who sees and does what, from the offer to its end."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.referrals.app import compose
from shared.contracts.actor import Role
from shared.contracts.cases import CaseOpened, OwnershipTransferred, TransferRefused
from shared.contracts.kinds import TransferRefusal
from shared.messaging.memory import MemoryBus
from shared.runtime.ids import new_id
from shared.runtime.settings import OfferSettings
from tests.support.clocks import MovableClock
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

OFFER = {
    "age_band": "9-17",
    "gender": "Feminine",
    "services_wanted": ["SocialCare"],
    "languages": ["km"],
    "region": "TH-50",
}
REASON = "canary: the house at the river has no free bed"
OUTCOME = "canary: she lives with her aunt"


ACCEPTANCE = {"owner": "0197d3b0-0000-7000-8000-00000000000a"}


class Scene:
    """Two organisations of the directory, a third that has no part, and a case of the first."""

    def __init__(
        self, service: Service, cases: OtherService, clock: MovableClock, database: ServiceDatabase
    ) -> None:
        self.service, self.cases = service, cases
        self.clock, self.database = clock, database
        self.sender = Member(new_id(), (Role.CASEWORKER,))
        self.receiver = Member(new_id(), (Role.SUPERVISOR,))
        self.stranger = Member(new_id(), (Role.SUPERVISOR, Role.CASEWORKER))
        self.case_id, self.person_id = new_id(), new_id()
        self.known = self.known_of_cases = 0

    async def open(self) -> None:
        body = {"name": "A house (fictional)", "kind": "NGO", "country": "TH"}
        for member in (self.sender, self.receiver):
            admin = Member(member.organisation, (Role.ORG_ADMIN,))
            await self.done(admin, "/organisations", body)
        sender = self.sender
        opened = CaseOpened(self.case_id, self.person_id, sender.organisation, sender.staff)
        await self.of_the_case(opened)

    async def of_the_case(self, event: object) -> None:
        stream = f"case-{self.case_id}"
        self.known_of_cases = await self.cases.says(event, stream, self.person_id)

    async def done(self, who: Member, path: str, body: object = None) -> dict[str, Any]:
        answer = await self.service.done(who, path, body)
        self.known = answer["position"]
        return answer

    async def seen(self, who: Member, path: str) -> dict[str, Any]:
        """As it is once all that was done here has reached the read models."""
        return await self.service.seen(who, path, self.known)

    def offer(self, changes: Mapping[str, object]) -> dict[str, object]:
        return {
            "kind": "transfer",
            "case_id": str(self.case_id),
            "to_organisation": str(self.receiver.organisation),
            "urgency": "urgent",
            "categories": ["identity", "services"],
            "offer": OFFER,
            **changes,
        }

    async def offers(self, changes: Mapping[str, object], key: str | None = None) -> httpx.Response:
        """The sender offers, with all that was said before taken into account."""
        known = f"{self.known}, cases={self.known_of_cases}"
        return await self.service.post(
            self.sender, "/referrals", self.offer(changes), key, read_after=known
        )

    async def offered(self, **changes: object) -> str:
        """The id of a new referral."""
        answer = await self.offers(changes)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"/referrals/{answer.json()['id']}"
        self.known = answer.json()["position"]
        return str(answer.json()["id"])

    async def accepted(self, **changes: object) -> str:
        referral = await self.offered(**changes)
        await self.done(self.receiver, f"/referrals/{referral}/acceptance", ACCEPTANCE)
        return referral

    async def moved(self) -> str:
        """The id of a referral whose case has changed hands."""
        referral = await self.accepted()
        await self.answers_yes(referral)
        return referral

    async def answers_yes(self, referral: str) -> None:
        """The case changes hands."""
        sender, receiver = self.sender, self.receiver
        await self.of_the_case(
            OwnershipTransferred(
                self.case_id,
                self.person_id,
                UUID(referral),
                sender.organisation,
                sender.staff,
                receiver.organisation,
                receiver.staff,
            )
        )
        await self.reaches(referral, "in-progress")

    async def reaches(self, referral: str, state: str) -> None:
        async def there() -> bool:
            seen = await self.seen(self.sender, f"/referrals/{referral}")
            return bool(seen["state"] == state)

        await eventually(there)


@pytest.fixture
async def scene(tmp_path: Path, databases: Databases) -> AsyncIterator[Scene]:
    database, bus, vault = databases.of("referrals"), MemoryBus(), new_vault(tmp_path)
    clock = MovableClock()
    app = compose(store_of(database), vault, bus, ISSUER.verifier(), OfferSettings(), clock)
    async with serving(app) as service:
        scene = Scene(service, OtherService("cases", vault, bus), clock, database)
        await scene.open()
        yield scene


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
            await scene.service.post(member, path, {"reason": REASON}), 409, "ownership-has-moved"
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
    read = await scene.service.get(stranger, f"/referrals/{referral}", scene.known)
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
    read = await scene.service.get(member, f"/referrals/{referral}", scene.known)
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
    answer = await scene.service.get(scene.sender, f"/referrals/{referral}", scene.known)
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    path = f"/referrals/{referral}/completion"
    tag = answer.headers["etag"]
    await scene.service.done(scene.receiver, path, {"outcome": OUTCOME}, if_match=tag)


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
    refused(await scene.service.post(scene.stranger, "/organisations", body), 403, "role-missing")


def refused(answer: httpx.Response, status: int, problem: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
