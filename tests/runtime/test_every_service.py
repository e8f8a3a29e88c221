"""What the OpenAPI document of each of the six services promises to tools outside."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

SERVICES = ("intake", "cases", "referrals", "attachments", "notifications", "audit")
NOWHERE = "127.0.0.1:1"
SETTINGS = {
    "VCMS_DATABASE_URL": f"postgresql://writer@{NOWHERE}/x",
    "VCMS_READER_URL": f"postgresql://reader@{NOWHERE}/x",
    "VCMS_KEYS_URL": f"postgresql://sealer@{NOWHERE}/x",
    "VCMS_KAFKA_BOOTSTRAP": NOWHERE,
    "VCMS_OIDC_ISSUER": f"http://{NOWHERE}",
    "VCMS_OIDC_AUDIENCE": "vcms",
    "VCMS_S3_ENDPOINT": f"http://{NOWHERE}",
    "VCMS_S3_ACCESS_KEY": "nobody",
    "VCMS_S3_SECRET_KEY": "nothing",
    "VCMS_S3_BUCKET": "evidence",
    "VCMS_SMTP_HOST": "127.0.0.1",
    "VCMS_SMTP_SENDER": "notices@vcms.example",
}
OF_QUERIES = {"400", "401", "403", "404", "422", "503"}
OF_COMMANDS = OF_QUERIES | {"409", "412", "413", "415"}
HEALTH = {"healthz", "readyz"}


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FastAPI:
    key = tmp_path / "key"
    key.write_bytes(bytes(32))
    for name, value in {**SETTINGS, "VCMS_KEY_FILE": str(key)}.items():
        monkeypatch.setenv(name, value)
    created: FastAPI = import_module(f"services.{request.param}.app").create()
    return created


def operations(app: FastAPI) -> Iterator[tuple[str, dict[str, Any]]]:
    """Method and operation, without those that ask how the service is."""
    for path in app.openapi()["paths"].values():
        for method, operation in path.items():
            if operation["operationId"] not in HEALTH:
                yield method, operation


def body_of(operation: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        operation.get("requestBody", {}).get("content", {}).get("application/json")
    )
    return found


def test_every_status_is_declared_and_problems_have_their_media_type(app: FastAPI) -> None:
    for method, operation in operations(app):
        declared = operation["responses"]
        assert set(declared) >= (OF_QUERIES if method == "get" else OF_COMMANDS)
        for status, response in declared.items():
            if status >= "400":
                assert set(response["content"]) == {"application/problem+json"}


def test_every_command_needs_an_idempotency_key_and_answers_its_event_ids(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    for method, operation in operations(app):
        required = {p["name"] for p in operation.get("parameters", []) if p["required"]}
        assert ("Idempotency-Key" in required) == (method != "get"), operation["operationId"]
        if method != "get":
            (answer,) = (r for s, r in operation["responses"].items() if s in {"200", "201"})
            name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert {"id", "version", "position", "event_ids"} <= set(schemas[name]["required"])


def test_every_body_forbids_unknown_fields_and_has_an_example_that_fits(app: FastAPI) -> None:
    routes = [c.original_route for c in iter_route_contexts(app.routes)]
    fields = {r.operation_id: r.body_field for r in routes if isinstance(r, APIRoute)}
    takes = {
        name: shape
        for name, field in fields.items()
        if field is not None and (shape := field.field_info.annotation) is not None
    }
    found = {operation["operationId"]: body_of(operation) for _, operation in operations(app)}
    assert set(takes) == {name for name, body in found.items() if body is not None}
    for name, shape in takes.items():
        body = found[name]
        assert body is not None
        schema = app.openapi()["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        assert schema["additionalProperties"] is False, name
        TypeAdapter(shape).validate_python(body["example"])


def test_every_list_has_a_cursor_and_a_limit(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    for method, operation in operations(app):
        answer = operation["responses"].get("200", {}).get("content", {}).get("application/json")
        name = (answer or {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if method == "get" and "items" in schemas.get(name, {}).get("properties", {}):
            parameters = {p["name"]: p["schema"] for p in operation["parameters"]}
            assert "next" in schemas[name]["required"]
            assert "cursor" in parameters, operation["operationId"]
            assert parameters["limit"]["maximum"] == 200
