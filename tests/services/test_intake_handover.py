"""Persons and reports follow the case from organisation to organisation: through HTTP, on a real
PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.intake.app import compose
from services.intake.bodies import PersonBody, ReportBody
from shared.contracts.actor import Role
from shared.contracts.cases import ArrivalConfirmed, CaseOpened, OwnershipTransferred
from shared.contracts.marks import Clear
from shared.messaging.memory import MemoryBus
from tests.support.postgres import Databases
from tests.support.serving import (
    ISSUER,
    Member,
    OtherService,
    Service,
    new_vault,
    serving,
    store_of,
)

pytestmark = pytest.mark.stack

ANNA = Member(uuid4(), (Role.CASEWORKER,))
CLARA = Member(uuid4(), (Role.CASEWORKER,))
STRANGER = Member(uuid4(), tuple(Role))


@dataclass
class Scene:
    intake: Service
    cases: OtherService
    person_id: UUID
    report_id: UUID
    case_id: UUID
    referral_id: UUID
    position: str = ""

    async def happens(self, event: CaseOpened | OwnershipTransferred | ArrivalConfirmed) -> None:
        position = await self.cases.says(event, f"case-{self.case_id}", self.person_id)
        self.position = f"cases={position}"

    async def opened(self) -> None:
        organisation, owner = ANNA.organisation, ANNA.staff
        await self.happens(
            CaseOpened(self.case_id, self.person_id, organisation, owner, self.report_id)
        )

    async def handed_over(self) -> None:
        await self.happens(
            OwnershipTransferred(
                self.case_id,
                self.person_id,
                self.referral_id,
                ANNA.organisation,
                ANNA.staff,
                CLARA.organisation,
                CLARA.staff,
            )
        )

    async def arrived(self) -> None:
        parties = (self.case_id, self.referral_id, ANNA.organisation, CLARA.organisation)
        await self.happens(ArrivalConfirmed(*parties, datetime.now(UTC), Clear("well")))

    async def statuses(self, who: Member) -> tuple[int, int]:
        """Of the person and of the report."""
        paths = (f"/persons/{self.person_id}", f"/reports/{self.report_id}")
        person, report = [await self.intake.get(who, path, self.position) for path in paths]
        return person.status_code, report.status_code

    async def listed(self, who: Member) -> set[str]:
        pages = [
            await self.intake.seen(who, path, self.position) for path in ("/persons", "/reports")
        ]
        return {entry["id"] for page in pages for entry in page["items"]}

    async def read_by(self, who: Member) -> list[dict[str, object]]:
        paths = (f"/persons/{self.person_id}", f"/reports/{self.report_id}")
        return [await self.intake.seen(who, path, self.position) for path in paths]


@pytest.fixture
async def scene(databases: Databases, tmp_path: Path) -> AsyncIterator[Scene]:
    bus, vault = MemoryBus(), new_vault(tmp_path)
    app = compose(store_of(databases.of("intake")), vault, bus, ISSUER.verifier())
    async with serving(app) as intake:
        report = await intake.done(ANNA, "/reports", ReportBody.model_json_schema()["examples"][0])
        person = await intake.done(ANNA, "/persons", PersonBody.model_json_schema()["examples"][0])
        accepted = await intake.done(
            ANNA,
            f"/reports/{report['id']}/acceptance",
            {"person_id": person["id"]},
            read_after=str(person["position"]),
        )
        scene = Scene(
            intake,
            OtherService("cases", vault, bus),
            person_id=UUID(person["id"]),
            report_id=UUID(report["id"]),
            case_id=UUID(accepted["case_id"]),
            referral_id=uuid4(),
        )
        await intake.seen(ANNA, "/reports", accepted["position"])
        await scene.opened()
        yield scene


async def test_before_the_transfer_the_register_is_the_senders(scene: Scene) -> None:
    assert await scene.statuses(ANNA) == (200, 200)
    assert await scene.statuses(CLARA) == (404, 404)
    assert await scene.statuses(STRANGER) == (404, 404)


async def test_from_the_transfer_the_receiver_reads_what_the_sender_reads(scene: Scene) -> None:
    before = await scene.read_by(ANNA)
    await scene.handed_over()
    assert await scene.read_by(CLARA) == await scene.read_by(ANNA) == before
    assert await scene.listed(CLARA) == {str(scene.person_id), str(scene.report_id)}
    assert await scene.statuses(STRANGER) == (404, 404)


async def test_after_the_arrival_the_sender_reads_neither_the_person_nor_the_report(
    scene: Scene,
) -> None:
    await scene.handed_over()
    await scene.arrived()
    assert await scene.statuses(ANNA) == (404, 404)
    assert await scene.listed(ANNA) == set()
    assert await scene.statuses(CLARA) == (200, 200)
    assert await scene.statuses(STRANGER) == (404, 404)


async def test_who_has_the_person_accepts_reports_of_it(scene: Scene) -> None:
    await scene.handed_over()
    await scene.arrived()
    assert [await accepts(scene, who) for who in (ANNA, CLARA, STRANGER)] == [404, 200, 404]


async def accepts(scene: Scene, who: Member) -> int:
    """The status of the answer to whoever makes a case of a new report of its own."""
    example = ReportBody.model_json_schema()["examples"][0]
    report = await scene.intake.done(who, "/reports", example)
    body, fresh = {"person_id": str(scene.person_id)}, {"read_after": scene.position}
    path = f"/reports/{report['id']}/acceptance"
    return (await scene.intake.post(who, path, body, **fresh)).status_code
