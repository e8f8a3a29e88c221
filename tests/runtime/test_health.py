"""`/healthz` and `/readyz`."""

import httpx

from shared.runtime.health import Parts
from tests.runtime.followers import Reader
from tests.runtime.issuer import Issuer
from tests.runtime.register import CANARY, build, calling


async def ready(parts: Parts) -> httpx.Response:
    async with calling(build(Issuer(), parts)) as client:
        return await client.get("/readyz")


def away() -> None:
    raise ConnectionError(CANARY)


def here() -> None:
    pass


class Lost(Reader):
    def pending(self) -> int:
        raise ConnectionError(CANARY)


async def test_a_process_that_answers_is_alive(client: httpx.AsyncClient) -> None:
    response = await client.get("/healthz", headers={"Authorization": ""})
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_what_waits_is_told_for_each_worker() -> None:
    parts = Parts(
        relay=Reader("referrals.relay", head=3),
        projections=[Reader("referrals.projector", head=5, position=4)],
        consumers=[Reader("referrals.cases"), Reader("referrals.answers", head=2)],
        others=[Reader("referrals.clock", head=1)],
        needed={"database": here},
    )
    response = await ready(parts)
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "dependencies": {"database": "up", "kafka": "up"},
        "pending": {
            "relay": 3,
            "consumers": {"referrals.cases": 0, "referrals.answers": 2},
            "projections": {"referrals.projector": 1},
            "others": {"referrals.clock": 1},
        },
    }


async def test_without_its_database_a_service_is_not_ready() -> None:
    response = await ready(Parts(needed={"database": away}, wanted={"objects": here}))
    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["dependencies"] == {"database": "away", "objects": "up"}
    assert CANARY not in response.text


async def test_without_what_is_only_wanted_it_is_ready_and_says_so() -> None:
    response = await ready(Parts(needed={"database": here}, wanted={"objects": away}))
    assert response.status_code == 200
    assert response.json()["dependencies"] == {"database": "up", "objects": "away"}


async def test_without_kafka_it_is_ready_and_says_so() -> None:
    consumers = [Reader("referrals.cases", broker_away=True)]
    response = await ready(Parts(consumers=consumers, needed={"database": here}))
    assert (response.status_code, response.json()["status"]) == (200, "ready")
    assert response.json()["dependencies"] == {"database": "up", "kafka": "away"}


async def test_a_count_that_nobody_knows_is_never_zero() -> None:
    response = await ready(Parts(relay=Lost("referrals.relay"), projections=[Lost("p")]))
    assert response.json()["pending"]["relay"] == -1
    assert response.json()["pending"]["projections"] == {"p": -1}
