"""One `cases` in this process; intake and referrals are played by hand, and tell it a story."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from services.cases import bodies
from services.cases.app import compose
from shared.contracts.actor import Role
from shared.contracts.intake import PersonRegistered, ReportAccepted
from shared.contracts.kinds import ReferralKind
from shared.contracts.marks import Clear
from shared.contracts.referrals import Parties, ReferralAccepted
from shared.messaging.memory import MemoryBus
from shared.vault.vault import Vault
from tests.support.postgres import Databases, ServiceDatabase
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

    async def arrived(self) -> None:
        await self.do(CLARA, "arrival", arrived_at=datetime.now(UTC).isoformat())


@pytest.fixture
def cases_database(databases: Databases) -> ServiceDatabase:
    return databases.of("cases")


@pytest.fixture
async def world(cases_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[World]:
    bus, vault = MemoryBus(), new_vault(tmp_path)
    async with serving(service_on(cases_database, vault, bus)) as cases:
        yield world_of(cases, vault, bus)


def service_on(database: ServiceDatabase, vault: Vault, bus: MemoryBus) -> FastAPI:
    return compose(store_of(database), vault, bus, ISSUER.verifier())


def world_of(cases: Service, vault: Vault, bus: MemoryBus) -> World:
    return World(cases, OtherService("intake", vault, bus), OtherService("referrals", vault, bus))


async def names_are_known(story: Story) -> bool:
    return (await story.seen_by(ANNA))["person"]["names"] is not None
