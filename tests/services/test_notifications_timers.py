"""Reminders, with faust on a real broker: of what waits too long, once, by several instances."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from deploy.local.kafka import Kafka
from deploy.local.ports import HOST, free_port
from deploy.local.topics import create_topics
from services.notifications.app import compose, waits_of
from services.notifications.timers import NAME, SOURCES, TICKS
from shared.contracts.actor import Role
from shared.contracts.kinds import Category, ReferralKind, Urgency
from shared.contracts.marks import Clear
from shared.contracts.profile import MinimisedOffer
from shared.contracts.referrals import Parties, ReferralAccepted, ReferralOffered
from shared.eventstore import parking
from shared.eventstore.connections import engine
from shared.messaging.bus import KafkaBus
from shared.messaging.records import Record
from shared.runtime.ids import new_id
from shared.runtime.settings import ReminderSettings, SmtpSettings
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

PATIENCE = 60.0
"""Seconds: faust joins a group, and recovers a table, before it begins."""


class Scene:
    def __init__(self, folder: Path, database: ServiceDatabase, bootstrap: str) -> None:
        self.database, self.bootstrap = database, bootstrap
        self.bus, self.clock = KafkaBus(bootstrap), MovableClock()
        self.referrals = OtherService("referrals", new_vault(folder))

    async def instance(self, stack: AsyncExitStack) -> Service:
        smtp = SmtpSettings(smtp_host="127.0.0.1", smtp_port=1, smtp_sender="vcms@vcms.example")
        waits, verifier = waits_of(ReminderSettings()), ISSUER.verifier()
        app = compose(
            store_of(self.database), self.bus, self.bootstrap, smtp, waits, verifier, self.clock
        )
        return await stack.enter_async_context(serving(app))

    def offer(self) -> ReferralOffered:
        parties = Parties(new_id(), ReferralKind.SERVICE, new_id(), new_id(), new_id(), new_id())
        offer, until = Clear(MinimisedOffer(age_band="9-17")), self.clock() + timedelta(days=3)
        return ReferralOffered(parties, Urgency.URGENT, (Category.IDENTITY,), offer, until)

    def record(self, event: ReferralOffered | ReferralAccepted) -> Record:
        parties = event.parties
        return self.referrals.record(event, f"referral-{parties.referral_id}", parties.person_id)

    async def arrive(self, *records: Record) -> None:
        async with self.bus.publisher("referrals") as publisher:
            await publisher.publish(records)

    def reminded(self) -> list[tuple[UUID, UUID]]:
        """Referral and organisation of every reminder."""
        rows = query(
            self.database.admin,
            "SELECT body->'data'->>'about', body->'data'->>'organisation' FROM"
            " (SELECT convert_from(body, 'UTF8')::jsonb AS body FROM events"
            "  WHERE type ~ 'reminder_due') AS reminders",
        )
        return [(UUID(str(about)), UUID(str(who))) for about, who in rows]


@pytest.fixture
async def scene(tmp_path: Path, databases: Databases, own_kafka: Kafka) -> Scene:
    await create_topics(own_kafka.bootstrap, [*SOURCES, "notifications", TICKS])
    return Scene(tmp_path, databases.of("notifications"), own_kafka.bootstrap)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def test_what_waits_too_long_is_reminded_of_once(scene: Scene, stack: AsyncExitStack) -> None:
    forgotten, answered = scene.offer(), scene.offer()
    line = [
        scene.record(forgotten),
        scene.record(answered),
        strange := scene.record(scene.offer())._replace(body=b"{}"),
        scene.record(ReferralAccepted(answered.parties, new_id())),
    ]
    await scene.arrive(*line)
    first, second = await scene.instance(stack), await scene.instance(stack)
    scene.clock.ahead = timedelta(hours=25)
    await reminded_of(scene, forgotten)
    await told(first, forgotten)

    third = await scene.instance(stack)  # reads everything again
    later = scene.offer()
    await scene.arrive(scene.record(later))
    scene.clock.ahead += timedelta(hours=25)
    await reminded_of(scene, forgotten, later, times={forgotten.parties.referral_id: 2})
    for service in (first, second, third):
        await has_read_everything(service, parked=1)
    await parked_alone(scene, strange)


def test_a_thread_of_faust_that_breaks_is_told_in_the_log_alone(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_A_BROKER, f"{HOST}:{free_port()}", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {line["service"] for line in lines} == {"notifications"}
    assert "timers_thread_ends" in {line["event"] for line in lines}


WITHOUT_A_BROKER = """
import asyncio, os, sys
from aiokafka.errors import KafkaConnectionError
from services.notifications.timers import new_app
from shared.runtime import logs

async def start() -> None:
    logs.configure("notifications")
    try:
        await new_app(*sys.argv[1:]).consumer._new_consumer_thread().start()
    except KafkaConnectionError:
        sys.stdout.flush()
        os._exit(0)

asyncio.run(start())
"""


async def reminded_of(
    scene: Scene, *offers: ReferralOffered, times: dict[UUID, int] | None = None
) -> None:
    """Waits until both parties of these offers are reminded, and nobody of anything else."""
    expected = [
        (offer.parties.referral_id, party)
        for offer in offers
        for party in (offer.parties.from_organisation, offer.parties.to_organisation)
        for _ in range((times or {}).get(offer.parties.referral_id, 1))
    ]

    async def there() -> bool:
        return len(scene.reminded()) >= len(expected)

    await eventually(there, PATIENCE)
    assert sorted(scene.reminded()) == sorted(expected)


async def told(service: Service, offer: ReferralOffered) -> None:
    """Waits until the receiver's supervisors read of it."""
    supervisor = Member(offer.parties.to_organisation, (Role.SUPERVISOR,))

    async def there() -> bool:
        items = (await service.seen(supervisor, "/notifications"))["items"]
        return "offer_unanswered" in {item["kind"] for item in items}

    await eventually(there)


async def has_read_everything(service: Service, parked: int) -> None:
    async def there() -> bool:
        pending = (await service.client.get("/readyz")).json()["pending"]["others"]
        return bool(pending[NAME] == parked)

    await eventually(there, PATIENCE)


async def parked_alone(scene: Scene, record: Record) -> None:
    with engine(scene.database.writer).connect() as connection:
        (one,) = [one.event for one in parking.listed(connection) if one.event.consumer == NAME]
    assert (one.topic, one.position, one.stream) == ("referrals", record.position, record.stream)
