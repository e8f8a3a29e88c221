"""The command edge: keys, versions, answers."""

from uuid import UUID

import httpx
import pytest

from shared.runtime.ids import new_id
from tests.runtime.issuer import Issuer

HOUSE = {"name": "North House"}


def keyed(key: str, **headers: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **headers}


async def opened(client: httpx.AsyncClient, key: str = "open") -> httpx.Response:
    return await client.post("/houses", json=HOUSE, headers=keyed(key))


async def test_a_creation_answers_where_the_thing_is_and_at_which_version(
    client: httpx.AsyncClient,
) -> None:
    response = await opened(client)
    body = response.json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/houses/{body['id']}"
    assert response.headers["ETag"] == '"1"'
    assert (body["version"], body["position"], len(body["event_ids"])) == (1, 1, 1)
    assert UUID(body["id"]).version == 7
    assert (await client.get(response.headers["Location"])).headers["ETag"] == '"1"'


async def test_a_retry_gets_the_first_answer(client: httpx.AsyncClient) -> None:
    assert (await opened(client)).json() == (await opened(client)).json()


async def test_a_retry_may_spell_its_json_otherwise(client: httpx.AsyncClient) -> None:
    first = await opened(client)
    headers = keyed("open", **{"Content-Type": "application/json"})
    again = await client.post("/houses", content='{ "name":"North\\u0020House"}', headers=headers)
    assert again.json() == first.json()


async def test_one_key_for_two_requests_is_refused(client: httpx.AsyncClient) -> None:
    first = await opened(client)
    other_body = await client.post("/houses", json={"name": "South"}, headers=keyed("open"))
    path = f"{first.headers['Location']}/name"
    other_path = await client.post(path, json=HOUSE, headers=keyed("open"))
    for response in (other_body, other_path):
        assert response.status_code == 409
        assert response.json()["type"] == "/problems/key-reused"


async def test_another_principals_key_is_another_key(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    first = await opened(client)
    client.headers["Authorization"] = f"Bearer {issuer.token({'sub': str(new_id())})}"
    assert (await opened(client)).json()["id"] != first.json()["id"]


@pytest.mark.parametrize("key", [None, "", "two words", "x" * 256, "ключ", "a\tb"])
async def test_a_command_needs_a_key_of_visible_ascii(
    key: str | None, client: httpx.AsyncClient
) -> None:
    headers = [] if key is None else [(b"Idempotency-Key", key.encode())]
    response = await client.post("/houses", json=HOUSE, headers=headers)
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/invalid-header"
    assert [fault["field"] for fault in response.json()["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize("version", ["7", '"x"', "*", 'W/"1"', '"1", "2"', '"-1"', '"' + "9" * 30])
async def test_if_match_takes_one_strong_version(version: str, client: httpx.AsyncClient) -> None:
    house = await opened(client)
    headers = keyed("name", **{"If-Match": version})
    path = f"{house.headers['Location']}/name"
    response = await client.post(path, json={"name": "South"}, headers=headers)
    assert response.status_code == 400
    assert [fault["field"] for fault in response.json()["errors"]] == ["If-Match"]


async def test_a_stale_version_is_412_and_the_current_one_passes(
    client: httpx.AsyncClient,
) -> None:
    house = await opened(client)
    path = f"{house.headers['Location']}/name"
    stale = keyed("stale", **{"If-Match": '"0"'})
    response = await client.post(path, json={"name": "South"}, headers=stale)
    assert (response.status_code, response.json()["type"]) == (412, "/problems/wrong-version")
    current = keyed("current", **{"If-Match": house.headers["ETag"]})
    response = await client.post(path, json={"name": "South"}, headers=current)
    assert (response.status_code, response.headers["ETag"]) == (200, '"2"')


async def test_a_refusal_is_a_problem_named_after_its_class_with_its_members(
    client: httpx.AsyncClient,
) -> None:
    house = await opened(client)
    path = f"{house.headers['Location']}/name"
    response = await client.post(path, json=HOUSE, headers=keyed("name"))
    assert response.status_code == 409
    assert response.json() == {
        "type": "/problems/name-is-taken",
        "title": "Name is taken",
        "status": 409,
        "detail": "Two houses never share a name.",
        "errors": [{"field": "name", "reason": "Two houses never share a name."}],
        "house": house.json()["id"],
    }


async def test_without_the_role_it_is_403(client: httpx.AsyncClient, issuer: Issuer) -> None:
    client.headers["Authorization"] = f"Bearer {issuer.token({'roles': ['auditor']})}"
    response = await opened(client)
    assert (response.status_code, response.json()["type"]) == (403, "/problems/role-missing")


async def test_whoever_is_not_signed_in_is_told_so_before_anything_else(
    client: httpx.AsyncClient,
) -> None:
    response = await client.post("/houses", json={}, headers={"Authorization": ""})
    assert response.status_code == 401


async def test_no_answer_is_kept_by_a_cache(client: httpx.AsyncClient) -> None:
    for response in (await opened(client), await client.get("/houses"), await client.get("/x")):
        assert response.headers["Cache-Control"] == "no-store"
