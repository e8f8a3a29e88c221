"""Notifications over HTTP and by mail, on real PostgreSQL: who is told, once, nothing personal."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.notifications.app import compose, waits_of
from shared.contracts.actor import Role
from shared.contracts.cases import ArrivalConfirmed
from shared.contracts.kinds import Category, ReferralKind, Urgency
from shared.contracts.marks import Clear
from shared.contracts.profile import MinimisedOffer
from shared.contracts.referrals import Parties, ReferralOffered, ReferralRejected
from shared.messaging.memory import MemoryBus
from shared.runtime.ids import new_id
from shared.runtime.settings import ReminderSettings, SmtpSettings
from tests.support.clocks import MovableClock
from tests.support.mail_server import MailServer
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

CANARY = "canary: no bed is free at the river house"
ADDRESS = "asha@harbour-light.example"
UNKNOWN = "nobody@harbour-light.example"


class Scene:
    """A sender's caseworker, a receiver's supervisor, and what other services say."""

    def __init__(self, folder: Path, database: ServiceDatabase) -> None:
        self.database, self.bus, self.vault = database, MemoryBus(), new_vault(folder)
        self.clock, self.mail = MovableClock(), MailServer(frozenset({UNKNOWN}))
        self.referrals = OtherService("referrals", self.vault, self.bus)
        self.cases = OtherService("cases", self.vault, self.bus)
        self.sender = Member(new_id(), (Role.CASEWORKER,))
        self.receiver = Member(new_id(), (Role.SUPERVISOR,))
        self.parties = Parties(
            new_id(),
            ReferralKind.TRANSFER,
            new_id(),
            new_id(),
            self.sender.organisation,
            self.receiver.organisation,
        )

    async def instance(self, stack: AsyncExitStack) -> Service:
        """One more instance of the service, over the same database, until the stack is closed."""
        smtp = SmtpSettings(
            smtp_host="127.0.0.1", smtp_port=self.mail.port, smtp_sender="vcms@vcms.example"
        )
        store, waits = store_of(self.database), waits_of(ReminderSettings())
        verifier = ISSUER.verifier()
        app = compose(store, self.bus, None, smtp, waits, verifier, self.clock)
        return await stack.enter_async_context(serving(app))

    async def offers(self) -> int:
        offer = Clear(MinimisedOffer(age_band="9-17", region=CANARY))
        until = self.clock() + timedelta(days=3)
        return await self._says(
            ReferralOffered(self.parties, Urgency.URGENT, (Category.IDENTITY,), offer, until)
        )

    async def rejects(self) -> int:
        return await self._says(ReferralRejected(self.parties, Clear(CANARY)))

    async def _says(self, event: object) -> int:
        stream = f"referral-{self.parties.referral_id}"
        return await self.referrals.says(event, stream, self.parties.person_id)

    def events(self, kind: str) -> int:
        ((count,),) = query(
            self.database.admin, "SELECT count(*) FROM events WHERE type ~ %s", kind
        )
        assert isinstance(count, int)
        return count


@pytest.fixture
async def scene(tmp_path: Path, databases: Databases) -> AsyncIterator[Scene]:
    scene = Scene(tmp_path, databases.of("notifications"))
    async with scene.mail.running():
        yield scene


@pytest.fixture
async def service(scene: Scene) -> AsyncIterator[Service]:
    async with AsyncExitStack() as stack:
        yield await scene.instance(stack)


async def told(service: Service, who: Member, filters: str = "") -> list[dict[str, Any]]:
    page = await service.seen(who, f"/notifications{filters}")
    items: list[dict[str, Any]] = page["items"]
    return items


async def has(service: Service, who: Member, count: int) -> list[dict[str, Any]]:
    """Waits until so many notifications stand in the list."""

    async def there() -> bool:
        return len(await told(service, who)) >= count

    await eventually(there)
    return await told(service, who)


async def set_address(service: Service, who: Member, mail: str | None, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": key}
    return await service.client.put("/addresses/me", json={"mail": mail}, headers=headers)


async def test_an_offer_is_told_to_the_receivers_supervisors_alone(
    scene: Scene, service: Service
) -> None:
    await scene.offers()
    (notification,) = await has(service, scene.receiver, 1)
    assert notification["kind"] == "referral_offered"
    assert notification["about"] == str(scene.parties.referral_id)
    assert notification["seen"] is False
    caseworker = Member(scene.receiver.organisation, (Role.CASEWORKER,))
    stranger = Member(new_id(), (Role.SUPERVISOR,))
    for other in (scene.sender, caseworker, stranger):
        assert await told(service, other) == []


async def test_the_answer_and_the_arrival_are_told_to_the_sender(
    scene: Scene, service: Service
) -> None:
    await scene.rejects()
    parties = scene.parties
    arrived = ArrivalConfirmed(
        parties.case_id,
        parties.referral_id,
        parties.from_organisation,
        parties.to_organisation,
        scene.clock(),
        Clear(CANARY),
    )
    await scene.cases.says(arrived, f"case-{parties.case_id}", parties.person_id)
    kinds = {item["kind"] for item in await has(service, scene.sender, 2)}
    assert kinds == {"referral_rejected", "arrival_confirmed"}


async def test_whoever_has_seen_it_is_not_shown_it_as_new(scene: Scene, service: Service) -> None:
    await scene.offers()
    (notification,) = await has(service, scene.receiver, 1)
    path = f"/notifications/{notification['id']}/seen"
    answer = await service.done(scene.receiver, path, None)
    again = await service.done(scene.receiver, path, None)
    assert (answer["version"], len(answer["event_ids"])) == (2, 1)
    assert (again["version"], again["event_ids"]) == (2, [])
    page = await service.seen(scene.receiver, "/notifications?unseen=true", answer["position"])
    assert page["items"] == []
    colleague = Member(scene.receiver.organisation, (Role.SUPERVISOR,))
    assert len(await told(service, colleague, "?unseen=true")) == 1


async def test_others_cannot_mark_it_seen(scene: Scene, service: Service) -> None:
    await scene.offers()
    (notification,) = await has(service, scene.receiver, 1)
    absent = await service.post(scene.receiver, f"/notifications/{new_id()}/seen", None)
    others = await service.post(scene.sender, f"/notifications/{notification['id']}/seen", None)
    assert (others.status_code, others.content) == (absent.status_code, absent.content)
    assert others.status_code == 404


async def test_the_list_is_paged_newest_first(scene: Scene, service: Service) -> None:
    for _ in range(3):
        await scene.rejects()
    whole = await has(service, scene.sender, 3)
    first = await service.seen(scene.sender, "/notifications?limit=2")
    rest = await service.seen(scene.sender, f"/notifications?limit=2&cursor={first['next']}")
    assert first["items"] + rest["items"] == whole
    assert [item["queued_at"] for item in whole] == sorted(
        (item["queued_at"] for item in whole), reverse=True
    )
    assert rest["next"] is None


async def test_the_mail_says_that_something_waits_and_no_more(
    scene: Scene, service: Service
) -> None:
    assert (await set_address(service, scene.receiver, ADDRESS, "one")).status_code == 200
    await scene.offers()
    await delivered(scene, 1)
    (mail,) = scene.mail.taken
    assert mail["To"] == ADDRESS
    text = mail.as_string()
    assert str(scene.parties.referral_id) in text
    secrets = (CANARY, "9-17", scene.parties.person_id, scene.parties.case_id)
    for secret in (*secrets, scene.sender.organisation, scene.receiver.organisation):
        assert str(secret) not in text


async def test_mail_that_cannot_be_sent_now_is_sent_later_as_the_same_mail(
    scene: Scene, service: Service
) -> None:
    await set_address(service, scene.receiver, ADDRESS, "one")
    scene.mail.busy = True
    await scene.offers()
    await has(service, scene.receiver, 1)
    assert scene.events("notification_delivered") == 0
    scene.mail.busy = False
    scene.clock.ahead = timedelta(minutes=2)
    await delivered(scene, 1)
    (mail,) = scene.mail.taken
    assert mail["Message-ID"].endswith("@vcms.example>")


async def test_an_address_that_is_refused_holds_up_nobody(scene: Scene, service: Service) -> None:
    lost = Member(scene.receiver.organisation, (Role.SUPERVISOR,))
    await set_address(service, lost, UNKNOWN, "one")
    await set_address(service, scene.receiver, ADDRESS, "two")
    await scene.offers()
    await delivered(scene, 1)
    assert [mail["To"] for mail in scene.mail.taken] == [ADDRESS]
    assert (await service.seen(lost, "/addresses/me"))["refused"] is True


async def test_without_an_address_no_mail_waits(scene: Scene, service: Service) -> None:
    await scene.offers()
    await has(service, scene.receiver, 1)

    async def nothing_waits() -> bool:
        waiting = query(scene.database.admin, "SELECT 1 FROM mails_waiting")
        return waiting == [] and projected(scene)

    await eventually(nothing_waits)
    assert scene.mail.taken == []
    assert scene.events("notification_delivered") == 0


async def test_two_instances_tell_and_mail_everything_once(scene: Scene) -> None:
    async with AsyncExitStack() as stack:
        first = await scene.instance(stack)
        second = await scene.instance(stack)
        await set_address(first, scene.receiver, ADDRESS, "one")
        for _ in range(10):
            await scene.offers()
        await delivered(scene, 10)
        assert len(await told(second, scene.receiver)) == 10
    assert scene.events("notification_queued") == 10
    assert scene.events("notification_delivered") == 10
    ids = [mail["Message-ID"] for mail in scene.mail.taken]
    assert len(ids) == len(set(ids)) == 10


async def test_an_address_is_a_row_that_changes_and_never_an_event(
    scene: Scene, service: Service
) -> None:
    first = await set_address(service, scene.receiver, ADDRESS, "one")
    assert (first.status_code, first.json()["version"], first.headers["etag"]) == (200, 1, '"1"')
    assert (await set_address(service, scene.receiver, ADDRESS, "one")).json() == first.json()
    reused = await set_address(service, scene.receiver, None, "one")
    assert (reused.status_code, reused.json()["type"]) == (409, "/problems/key-reused")
    removed = await set_address(service, scene.receiver, None, "two")
    assert removed.json()["version"] == 2
    assert (await service.seen(scene.receiver, "/addresses/me"))["mail"] is None
    assert scene.events(".") == 0
    kept = query(scene.database.admin, "SELECT a::text FROM addresses a")
    assert ADDRESS not in str(kept)


@pytest.mark.parametrize(
    "mail", ["no address", "a@b\r\nBcc: c@d.example", "<a@b.example>", "a" * 65 + "@b.example", ""]
)
async def test_what_is_no_address_is_refused(service: Service, scene: Scene, mail: str) -> None:
    answer = await set_address(service, scene.receiver, mail, "one")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "mail")


async def test_nothing_personal_is_kept(scene: Scene, service: Service) -> None:
    await scene.offers()
    await scene.rejects()
    await has(service, scene.sender, 1)
    kept = query(scene.database.admin, "SELECT convert_from(body, 'UTF8') FROM events")
    kept += query(scene.database.admin, "SELECT n::text FROM notifications_of_organisation n")
    assert len(kept) >= 4
    for secret in (CANARY, "9-17", str(scene.parties.person_id)):
        assert secret not in str(kept)


async def delivered(scene: Scene, count: int) -> None:
    """Waits until so many deliveries are recorded, and nothing more waits."""

    async def there() -> bool:
        waiting = query(scene.database.admin, "SELECT 1 FROM mails_waiting")
        return scene.events("notification_delivered") >= count and waiting == []

    await eventually(there)


def projected(scene: Scene) -> bool:
    """All projections have taken all events."""
    behind = query(
        scene.database.admin,
        "SELECT name FROM projections WHERE position < (SELECT max(position) FROM events)",
    )
    return behind == []
