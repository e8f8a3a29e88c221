"""40 kills during 20,000 commands: nothing acknowledged is lost, nothing is doubled."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import uuid4

import httpx
import pytest

from cli.demo.loading import LoadedCase
from deploy.local.people import Person
from tests.scenarios.conftest import Played
from tests.scenarios.history import check_histories, check_owners
from tests.scenarios.stack import Whole
from tests.support.postgres import query

pytestmark = [pytest.mark.stack, pytest.mark.chaos]

COMMANDS = 20_000
KILLS = 40
CLIENTS = 24
SEED = 1
# Of 40 kills: 26 among the twelve instances (with them their relays), 7 each of the two servers.
SERVERS = ["postgres", "kafka"] * 7


@dataclass
class Load:
    """Clients that send each command, with one key, until an instance has answered it."""

    whole: Whole
    http: httpx.AsyncClient
    acknowledged: Counter[str] = field(default_factory=Counter)
    """Event id to how often it was named in an answer."""
    repeats: int = 0
    done: int = 0
    progress: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def reaches(self, count: int) -> None:
        async with self.progress:
            await self.progress.wait_for(lambda: self.done >= count)

    async def command(self, who: Person, service: str, path: str, body: object) -> None:
        headers = {
            "Authorization": f"Bearer {self.whole.tokens[who.key]}",
            "Idempotency-Key": str(uuid4()),
        }
        urls, tries = self.whole.urls(service), 0
        while True:
            tries += 1
            try:
                url = f"{urls[tries % len(urls)]}{path}"
                answer = await self.http.post(url, json=body, headers=headers)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            if answer.status_code == 503:
                await asyncio.sleep(0.1)
                continue
            break
        assert answer.status_code == 200, answer.text
        self.acknowledged.update(answer.json()["event_ids"])
        self.repeats += tries > 1
        async with self.progress:
            self.done += 1
            self.progress.notify_all()

    async def client(self, cases: Sequence[LoadedCase], number: int) -> None:
        for turn in range(number, COMMANDS, CLIENTS):
            case = cases[turn % len(cases)]
            body = {
                "service_type": "Health",
                "provider": "Example Clinic",
                "provided_on": "2026-03-02",
                "grant_code": f"LOAD-{turn}",
            }
            path = f"/cases/{case.case_id}/services"
            await self.command(case.owner, "cases", path, body)


async def kill_at_random(whole: Whole, load: Load) -> list[str]:
    """Kills a part each time that another fortieth of the commands is done."""
    random, killed, coming_back = Random(SEED), list[str](), set[asyncio.Task[None]]()
    instances = [name for name in whole.victims() if name not in SERVERS]
    planned = [*SERVERS, *random.choices(instances, k=KILLS - len(SERVERS))]
    random.shuffle(planned)
    for number, name in enumerate(planned):
        await load.reaches(int((number + random.random()) * COMMANDS / KILLS))
        part = await asyncio.to_thread(whole.found, name)
        while part is None:  # killed a moment ago, and not yet back
            await asyncio.sleep(0.1)
            part = await asyncio.to_thread(whole.found, name)
        await asyncio.to_thread(part.kill)
        killed.append(name)
        coming_back.add(asyncio.create_task(asyncio.to_thread(whole.bring_back, name)))
    await asyncio.gather(*coming_back)
    return killed


async def test_kills_lose_nothing_and_double_nothing(whole: Whole, played: Played) -> None:
    cases = load_cases(played)
    async with httpx.AsyncClient(timeout=10) as http:
        load = Load(whole, http)
        killing = asyncio.create_task(kill_at_random(whole, load))
        await asyncio.gather(*(load.client(cases, number) for number in range(CLIENTS)))
        killed = await killing
    assert len(killed) == KILLS
    assert load.done == COMMANDS
    await whole.settle()
    recorded = query(whole.admin("cases"), LOADED)
    assert len(recorded) == COMMANDS
    assert set(load.acknowledged) == {str(event_id) for (event_id,) in recorded}
    assert set(load.acknowledged.values()) == {1}
    assert load.repeats > 0, "no kill was felt: the test has shown nothing"
    check_histories(whole)
    assert check_owners(whole) >= 12


def load_cases(played: Played) -> list[LoadedCase]:
    """The cases of referrals that left the case with its first owner."""
    return [referral.case for referral in played.told.referrals if referral.plan.kind == "service"]


LOADED = """
    SELECT event_id FROM events
     WHERE type = 'vcms.cases.service_recorded.v1'
       AND convert_from(body, 'UTF8')::jsonb #>> '{data,grant_code}' LIKE 'LOAD-%'
"""
