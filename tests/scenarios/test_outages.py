"""A part is away: what can be done is done, what cannot is refused for now, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiohttp import ClientSession, ClientTimeout

from cli.demo.loading import LoadedCase
from deploy.local.people import LANTERN, Person, person
from tests.scenarios.conftest import Played
from tests.scenarios.load import Answer, Load
from tests.scenarios.stack import Whole
from tests.scenarios.working import open_case

pytestmark = [pytest.mark.stack, pytest.mark.chaos]

SERVICE = {"service_type": "Health", "provider": "Example Clinic", "provided_on": "2026-03-02"}


@pytest.fixture
def case(played: Played) -> LoadedCase:
    """One that is where it always was."""
    return played.told.referrals[-1].case


async def test_without_kafka_commands_are_answered_and_delivered_when_it_is_back(
    whole: Whole, played: Played
) -> None:
    async with ClientSession(timeout=ClientTimeout(30)) as http:
        load, owner = Load(whole, http), person(LANTERN, "caseworker")
        async with away(whole, "kafka"):
            opened = f"/cases/{await open_case(load, LANTERN)}"
            assert load.repeats == 0, "each command was answered at once"
            assert (await asked(load, owner, "cases", opened)).status == 404
            ready = await asked(load, owner, "cases", "/readyz")
            assert (ready.status, ready.json()["dependencies"]["kafka"]) == (200, "away")
        await load.appears(owner, "cases", opened)
        ready = await asked(load, owner, "cases", "/readyz")
        assert ready.json()["dependencies"] == {"database": "up", "kafka": "up"}
    await whole.settle()


async def test_without_postgresql_commands_are_refused_for_now_and_done_when_it_is_back(
    whole: Whole, case: LoadedCase
) -> None:
    path, key = f"/cases/{case.case_id}/services", str(uuid4())
    async with ClientSession(timeout=ClientTimeout(30)) as http:
        load = Load(whole, http)
        async with away(whole, "postgres"):
            check_refused(await sent(load, case.owner, "cases", path, SERVICE, key))
            check_refused(await asked(load, case.owner, "cases", f"/cases/{case.case_id}"))
        await whole.settle()
        answer = await sent(load, case.owner, "cases", path, SERVICE, key)
        assert answer.status == 200
        assert len(answer.json()["event_ids"]) == 1


async def test_without_the_object_store_only_uploads_are_refused_for_now(
    whole: Whole, case: LoadedCase
) -> None:
    key = str(uuid4())
    file = {
        "case_id": case.case_id,
        "filename": "statement.mp4",
        "media_type": "video/mp4",
        "size": 1,
    }
    async with ClientSession(timeout=ClientTimeout(30)) as http:
        load, owner = Load(whole, http), case.owner
        async with away(whole, "s3"):
            check_refused(await sent(load, owner, "attachments", "/evidence", file, key))
            listed = f"/evidence?case_id={case.case_id}"
            assert (await asked(load, owner, "attachments", listed)).status == 200
            opened = f"/cases/{await open_case(load, LANTERN)}"
            await load.appears(person(LANTERN, "caseworker"), "cases", opened)
            assert load.repeats == 0, "each command was answered at once"
        answer = await sent(load, owner, "attachments", "/evidence", file, key)
        assert answer.status == 201


@asynccontextmanager
async def away(whole: Whole, name: str) -> AsyncIterator[None]:
    part = whole.found(name)
    assert part is not None
    await asyncio.to_thread(part.kill)
    try:
        yield
    finally:
        await asyncio.to_thread(whole.bring_back, name)


async def asked(load: Load, who: Person, service: str, path: str) -> Answer:
    """What the first instance says to one request."""
    return await load.ask(who, "GET", f"{load.whole.urls(service)[0]}{path}", None, {})


async def sent(
    load: Load, who: Person, service: str, path: str, body: Mapping[str, object], key: str
) -> Answer:
    """What the first instance says to one command."""
    url = f"{load.whole.urls(service)[0]}{path}"
    return await load.ask(who, "POST", url, body, {"Idempotency-Key": key})


def check_refused(answer: Answer) -> None:
    """For now: a problem that says when to try again."""
    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json()["type"] == "/problems/try-again-later"
