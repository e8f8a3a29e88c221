"""`Read-After`: whoever has just written is never shown what was before."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from shared.runtime import freshness
from shared.runtime.health import Parts
from tests.runtime.followers import Reader
from tests.runtime.issuer import Issuer
from tests.runtime.register import build, calling


@dataclass
class Running:
    client: httpx.AsyncClient
    own: Reader
    cases: Reader
    more_cases: Reader

    async def read_after(self, header: str) -> httpx.Response:
        return await self.client.get("/houses", headers={"Read-After": header})


@pytest.fixture
async def running(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setattr("shared.runtime.freshness.LONGEST_WAIT", 0.05)
    own, cases, more = Reader("own"), Reader("cases"), Reader("more")
    parts = Parts(projections=[own], consumers=[cases, more])
    async with calling(build(issuer, parts)) as client:
        client.headers["Authorization"] = f"Bearer {issuer.token()}"
        yield Running(client, own, cases, more)


async def test_what_is_here_already_is_shown_at_once(running: Running) -> None:
    await running.own.move(7)
    for header in ("7", "referrals=7", "6, 7"):
        assert (await running.read_after(header)).status_code == 200


async def test_what_is_late_is_waited_for(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.freshness.LONGEST_WAIT", 5)
    asked = asyncio.create_task(running.read_after("7"))
    await asyncio.sleep(0)
    await running.own.move(7)
    assert (await asked).status_code == 200


async def test_what_does_not_come_is_503_with_retry_after(running: Running) -> None:
    response = await running.read_after("8")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert response.json()["type"] == "/problems/read-model-behind"


async def test_every_consumer_of_the_topic_must_be_there(running: Running) -> None:
    await running.cases.move(17)
    assert (await running.read_after("cases=17")).status_code == 503
    await running.more_cases.move(17)
    assert (await running.read_after("cases=17")).status_code == 200
    assert (await running.read_after("cases=17, 1")).status_code == 503


async def test_what_a_service_did_about_anothers_event_is_waited_for_too(running: Running) -> None:
    await running.cases.move(17)
    await running.more_cases.move(17)
    running.own.head = 3
    assert (await running.read_after("cases=17")).status_code == 503
    assert (await running.read_after("referrals=0")).status_code == 200, "nobody else's is named"
    await running.own.move(3)
    assert (await running.read_after("cases=17")).status_code == 200


async def test_what_is_left_of_the_one_wait_is_for_the_second_step(running: Running) -> None:
    await running.read_after("cases=0")
    assert running.own.patience is not None
    assert 0 < running.own.patience < freshness.LONGEST_WAIT


@pytest.mark.parametrize("header", ["", "x", "-1", "1,", "cases=", "cases=x", "9" * 19, "audit=1"])
async def test_a_position_of_nobody_is_refused(running: Running, header: str) -> None:
    response = await running.read_after(header)
    assert response.status_code == 400
    assert [fault["field"] for fault in response.json()["errors"]] == ["Read-After"]
