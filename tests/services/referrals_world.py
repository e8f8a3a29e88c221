"""Referrals on stage: two organisations of the directory, a third, and a case of the first."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.referrals.app import compose
from shared.contracts.actor import Role
from shared.contracts.cases import CaseOpened, OwnershipTransferred
from shared.messaging.memory import MemoryBus
from shared.runtime.ids import new_id
from shared.runtime.problems import ReadModelBehind
from shared.runtime.settings import OfferSettings
from tests.support.clocks import MovableClock
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
        self,
        service: Service,
        instance: Callable[[], AbstractAsyncContextManager[Service]],
        cases: OtherService,
        clock: MovableClock,
        database: ServiceDatabase,
    ) -> None:
        self.service, self.instance, self.cases = service, instance, cases
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
        answer = await patient(lambda: self.service.get(who, path, self.known))
        assert answer.status_code == 200, answer.text
        view: dict[str, Any] = answer.json()
        return view

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
        return await patient(
            lambda: self.service.post(
                self.sender, "/referrals", self.offer(changes), key, read_after=known
            )
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

    def instance() -> AbstractAsyncContextManager[Service]:
        store, offers = store_of(database), OfferSettings()
        return serving(compose(store, vault, bus, ISSUER.verifier(), offers, clock))

    async with instance() as service:
        cases = OtherService("cases", vault, bus)
        scene = Scene(service, instance, cases, clock, database)
        await scene.open()
        yield scene


async def patient(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Asks again while a read model is behind, as its `Retry-After` invites to."""
    answer = await ask()
    for _ in range(10):
        if answer.status_code != ReadModelBehind.status:
            break
        answer = await ask()
    return answer


def refused(answer: httpx.Response, status: int, problem: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
