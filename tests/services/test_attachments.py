"""Evidence over HTTP, on real PostgreSQL and real object storage: sent, sealed, handed on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.s3 import S3, start
from services.attachments.app import compose
from services.attachments.storage import EvidenceObjects
from shared.contracts.actor import Role
from shared.contracts.cases import ArrivalConfirmed, CaseOpened, OwnershipTransferred
from shared.contracts.kinds import Category, ReferralKind
from shared.contracts.marks import Clear
from shared.contracts.referrals import DisclosureGranted, Parties, ReferralCompleted
from shared.messaging.memory import MemoryBus
from shared.runtime.ids import new_id
from shared.runtime.settings import EvidenceSettings, S3Settings
from tests.support.postgres import Databases, ServiceDatabase, query
from tests.support.s3 import evidence_bucket, object_store
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

__all__ = ["evidence_bucket", "object_store"]

pytestmark = pytest.mark.stack

MEBIBYTE = 1024 * 1024
PART = 5 * MEBIBYTE
CONTENT = sha256(b"footage").digest() * (11 * MEBIBYTE // 32)
NAME = "canary-statement.mp4"
NOWHERE = "/evidence/01980000-0000-7000-8000-00000000dead"


class Scene:
    """A case of one organisation; a second that may receive it; a third that has no part."""

    def __init__(
        self,
        service: Service,
        cases: OtherService,
        referrals: OtherService,
        database: ServiceDatabase,
    ) -> None:
        self.service, self.cases, self.referrals = service, cases, referrals
        self.database = database
        self.owner = Member(new_id(), (Role.INVESTIGATOR,))
        self.receiver = Member(new_id())
        self.stranger = Member(new_id())
        self.case_id, self.person_id, self.referral_id = new_id(), new_id(), new_id()

    async def of_the_case(self, event: object) -> str:
        """Another service's event; how far a reader must wait to see what follows from it."""
        position = await self.cases.says(event, f"case-{self.case_id}", self.person_id)
        return f"cases={position}"

    async def of_the_referral(self, event: object) -> None:
        await self.referrals.says(event, f"referral-{self.referral_id}", self.person_id)

    async def opens(self) -> str:
        opened = CaseOpened(self.case_id, self.person_id, self.owner.organisation, self.owner.staff)
        return await self.of_the_case(opened)

    async def starts(self) -> dict[str, Any]:
        body = self.announcement(len(CONTENT))
        answer = await self.service.post(
            self.owner, "/evidence", body, read_after=await self.opens()
        )
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"/evidence/{answer.json()['id']}"
        started: dict[str, Any] = answer.json()
        return started

    def announcement(self, size: int) -> dict[str, object]:
        return {
            "case_id": str(self.case_id),
            "filename": NAME,
            "media_type": "video/mp4",
            "size": size,
        }

    async def sends(self, file: str) -> None:
        parts = (await self.service.seen(self.owner, f"{file}/parts"))["items"]
        async with httpx.AsyncClient(timeout=60) as store:
            for part in parts:
                begin = (part["number"] - 1) * PART
                sent = await store.put(part["url"], content=CONTENT[begin : begin + part["size"]])
                assert sent.status_code == 200

    async def has_sealed(self) -> str:
        """The path of a sealed file."""
        file = f"/evidence/{(await self.starts())['id']}"
        await self.sends(file)
        await self.service.done(self.owner, f"{file}/completion", None)
        await eventually(lambda: self.is_sealed(file))
        return file

    def history(self) -> list[object]:
        """The types of all events, in order."""
        rows = query(self.database.admin, "SELECT type FROM events ORDER BY position")
        return [row[0] for row in rows]

    async def is_sealed(self, file: str) -> bool:
        answer = await self.service.get(self.owner, file)
        return bool(answer.json().get("state") == "sealed")

    async def fetches(self, who: Member, file: str) -> bytes:
        answer = await self.service.done(who, f"{file}/downloads", None)
        async with httpx.AsyncClient() as store:
            return (await store.get(answer["url"])).content

    async def statuses(self, who: Member, file: str) -> set[int]:
        """Of every way to the file."""
        answers = [
            await self.service.get(who, file),
            await self.service.get(who, f"/evidence?case_id={self.case_id}"),
            await self.service.post(who, f"{file}/downloads", None),
        ]
        return {answer.status_code for answer in answers}

    async def sees(self, who: Member, file: str) -> bool:
        return (await self.service.get(who, file)).status_code == 200

    async def misses(self, who: Member, file: str) -> bool:
        return (await self.service.get(who, file)).status_code == 404


@pytest.fixture
async def scene(
    databases: Databases, evidence_bucket: S3Settings, tmp_path: Path
) -> AsyncIterator[Scene]:
    database, vault, bus = databases.of("attachments"), new_vault(tmp_path), MemoryBus()
    app = compose(
        store_of(database),
        vault,
        bus,
        ISSUER.verifier(),
        EvidenceObjects(evidence_bucket),
        EvidenceSettings(part_size=PART),
    )
    async with serving(app) as service:
        cases, referrals = (OtherService(name, vault, bus) for name in ("cases", "referrals"))
        yield Scene(service, cases, referrals, database)


async def test_a_file_is_sent_in_parts_sealed_with_its_hash_and_fetched_again(scene: Scene) -> None:
    file = await scene.has_sealed()
    view = await scene.service.seen(scene.owner, file)
    assert view["sha256"] == sha256(CONTENT).hexdigest()
    assert (view["filename"], view["size"]) == (NAME, len(CONTENT))
    assert await scene.fetches(scene.owner, file) == CONTENT


async def test_a_client_that_lost_everything_but_the_id_goes_on_where_it_was(scene: Scene) -> None:
    started = await scene.starts()
    file = f"/evidence/{started['id']}"
    assert (started["parts"], started["part_size"]) == (3, PART)
    first = await scene.service.seen(scene.owner, f"{file}/parts?limit=1")
    async with httpx.AsyncClient() as store:
        await store.put(first["items"][0]["url"], content=CONTENT[:PART])
    early = await scene.service.post(scene.owner, f"{file}/completion", None)
    assert (early.status_code, early.json()["type"]) == (422, "/problems/parts-are-missing")
    assert early.json()["missing"] == 2
    parts = (await scene.service.seen(scene.owner, f"{file}/parts"))["items"]
    assert [part["uploaded"] for part in parts] == [True, False, False]
    assert parts[0]["url"] is None


async def test_completing_again_with_the_same_key_gets_the_first_answer(scene: Scene) -> None:
    file = f"/evidence/{(await scene.starts())['id']}"
    await scene.sends(file)
    first = await scene.service.post(scene.owner, f"{file}/completion", None, key="once")
    again = await scene.service.post(scene.owner, f"{file}/completion", None, key="once")
    assert (again.status_code, again.json()) == (200, first.json())
    other = await scene.service.post(scene.owner, f"{file}/completion", None)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/upload-is-over")


async def test_starting_again_with_the_same_key_is_one_upload(scene: Scene) -> None:
    body, known = scene.announcement(3), await scene.opens()
    first = await scene.service.post(scene.owner, "/evidence", body, "once", read_after=known)
    again = await scene.service.post(scene.owner, "/evidence", body, "once", read_after=known)
    assert first.status_code == 201
    assert again.json() == first.json()


async def test_nothing_is_served_before_its_hash_is_known(scene: Scene) -> None:
    file = f"/evidence/{(await scene.starts())['id']}"
    answer = await scene.service.post(scene.owner, f"{file}/downloads", None)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/evidence-is-not-sealed")


async def test_a_link_lives_for_a_minute_at_most_and_is_recorded(scene: Scene) -> None:
    file = await scene.has_sealed()
    answer = await scene.service.done(scene.owner, f"{file}/downloads", None)
    lifetime = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    assert timedelta(0) < lifetime <= timedelta(seconds=60)
    seconds = int(httpx.URL(answer["url"]).params["X-Amz-Expires"])
    assert 0 < seconds <= 60
    recorded = query(scene.database.admin, "SELECT event_id FROM events ORDER BY position DESC")
    assert str(recorded[0][0]) == answer["event_ids"][0]
    assert NAME not in answer["url"]


async def test_access_follows_the_case_from_owner_to_owner(scene: Scene) -> None:
    file = await scene.has_sealed()
    assert await scene.statuses(scene.receiver, file) == {404}
    moved = OwnershipTransferred(
        scene.case_id,
        scene.person_id,
        scene.referral_id,
        scene.owner.organisation,
        scene.owner.staff,
        scene.receiver.organisation,
        scene.receiver.staff,
    )
    await scene.of_the_case(moved)
    await eventually(lambda: scene.sees(scene.receiver, file))
    assert await scene.fetches(scene.receiver, file) == CONTENT
    assert await scene.statuses(scene.owner, file) == {200}, "until the arrival"
    arrived = ArrivalConfirmed(
        scene.case_id,
        scene.referral_id,
        scene.owner.organisation,
        scene.receiver.organisation,
        datetime.now(UTC),
        Clear("well"),
    )
    await scene.of_the_case(arrived)
    await eventually(lambda: scene.misses(scene.owner, file))
    assert await scene.statuses(scene.owner, file) == {404}
    assert await scene.statuses(scene.receiver, file) == {200}
    assert await scene.statuses(scene.stranger, file) == {404}


async def test_a_service_that_shares_evidence_gives_access_until_it_is_completed(
    scene: Scene,
) -> None:
    file = await scene.has_sealed()
    parties = Parties(
        scene.referral_id,
        ReferralKind.SERVICE,
        scene.case_id,
        scene.person_id,
        scene.owner.organisation,
        scene.receiver.organisation,
    )
    await scene.of_the_referral(DisclosureGranted(parties, (Category.PROFILE,)))
    await scene.of_the_referral(DisclosureGranted(parties, (Category.EVIDENCE,)))
    await eventually(lambda: scene.sees(scene.receiver, file))
    assert await scene.statuses(scene.receiver, file) == {200}
    await scene.of_the_referral(ReferralCompleted(parties, Clear("done")))
    await eventually(lambda: scene.misses(scene.receiver, file))
    assert await scene.statuses(scene.receiver, file) == {404}
    assert await scene.statuses(scene.owner, file) == {200}


async def test_a_stranger_learns_nothing_not_even_that_there_is_something(scene: Scene) -> None:
    file = await scene.has_sealed()
    absent = await scene.service.get(scene.stranger, NOWHERE)
    for forbidden in (
        await scene.service.get(scene.stranger, file),
        await scene.service.get(scene.stranger, f"{file}/parts"),
        await scene.service.get(scene.stranger, f"/evidence?case_id={scene.case_id}"),
        await scene.service.post(scene.stranger, f"{file}/downloads", None),
        await scene.service.post(scene.stranger, f"{file}/completion", None),
    ):
        assert (forbidden.status_code, forbidden.content) == (404, absent.content)
    started = await scene.service.post(scene.stranger, "/evidence", scene.announcement(1))
    assert (started.status_code, started.content) == (404, absent.content)


async def test_an_intake_officer_reads_no_evidence(scene: Scene) -> None:
    file = await scene.has_sealed()
    officer = Member(scene.owner.organisation, (Role.INTAKE_OFFICER,))
    answer = await scene.service.get(officer, file)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/role-missing")


async def test_no_name_of_a_file_stands_in_the_database(scene: Scene) -> None:
    await scene.has_sealed()
    for table in ("events", "evidence_of_organisation"):
        rows = query(scene.database.admin, f"SELECT * FROM {table}")
        assert rows
        assert b"canary" not in b"".join(
            bytes(v) if isinstance(v, memoryview) else str(v).encode() for r in rows for v in r
        )


async def test_without_the_object_store_only_what_needs_it_fails(
    scene: Scene, object_store: S3
) -> None:
    file = await scene.has_sealed()
    object_store.kill()
    try:
        answer = await scene.service.post(scene.owner, "/evidence", scene.announcement(1))
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        before = scene.history()
        answer = await scene.service.post(scene.owner, f"{file}/downloads", None)
        assert answer.status_code == 503, "no link to bytes that nobody can fetch"
        assert answer.headers["Retry-After"]
        assert scene.history() == before, "no download is recorded that could not happen"
        assert (await scene.service.get(scene.owner, file)).status_code == 200
    finally:
        start(object_store.directory)


def as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, memoryview) else str(value).encode()
