"""The OpenAPI document and its page."""

import re
from typing import Any

import httpx
import pytest

from tests.runtime.issuer import Issuer
from tests.runtime.register import build

DOCUMENT: dict[str, Any] = build(Issuer()).openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
}


def test_operations_are_named_as_commands_and_queries_are() -> None:
    assert set(OPERATIONS) == {
        "open_house",
        "name_house",
        "list_houses",
        "get_house",
        "healthz",
        "readyz",
    }


def test_every_status_of_a_command_is_declared_with_the_types_of_its_problems() -> None:
    declared = OPERATIONS["name_house"]["responses"]
    statuses = {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "503"}
    assert set(declared) == statuses
    assert "/problems/name-is-taken" in declared["409"]["description"]
    schema = declared["409"]["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Problem"}


def test_a_creation_declares_201() -> None:
    assert "201" in OPERATIONS["open_house"]["responses"]
    assert "200" not in OPERATIONS["open_house"]["responses"]


def test_every_reference_leads_somewhere() -> None:
    names = set(re.findall(r"#/components/schemas/(\w+)", str(DOCUMENT)))
    assert names <= set(DOCUMENT["components"]["schemas"])


async def test_a_bodys_example_works_as_it_stands(client: httpx.AsyncClient) -> None:
    body = OPERATIONS["open_house"]["requestBody"]["content"]["application/json"]
    response = await client.post("/houses", json=body["example"], headers={"Idempotency-Key": "k"})
    assert response.status_code == 201


def test_commands_need_a_key_and_a_token() -> None:
    operation = OPERATIONS["open_house"]
    assert {p["name"]: p["required"] for p in operation["parameters"]} == {
        "Idempotency-Key": True,
        "If-Match": False,
    }
    (scheme,) = operation["security"][0]
    described = DOCUMENT["components"]["securitySchemes"][scheme]
    assert (described["type"], described["scheme"]) == ("http", "bearer")


async def test_the_page_takes_everything_from_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert "//" not in page.text
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        response = await client.get(f"/{asset}")
        assert response.status_code == 200, asset
        assert response.headers["Content-Security-Policy"] == policy


async def test_the_page_reads_openapi_3_1_without_asking_elsewhere(
    client: httpx.AsyncClient,
) -> None:
    bundle = (await client.get("/docs/swagger-ui-bundle.js")).text
    begin = (await client.get("/docs/begin.js")).text
    found = re.search(r'PACKAGE_VERSION:"(\d+)\.(\d+)', bundle)
    assert found is not None
    assert (int(found[1]), int(found[2])) >= (5, 0)
    assert DOCUMENT["openapi"].startswith("3.1")
    assert "validatorUrl: null" in begin


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
async def test_the_page_is_open_to_everybody(path: str, client: httpx.AsyncClient) -> None:
    assert (await client.get(path, headers={"Authorization": ""})).status_code == 200
