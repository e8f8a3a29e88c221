"""What the OpenAPI document of each of the six services promises to tools outside."""

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import AwareDatetime, BaseModel, JsonValue, ValidationError

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
UNDER_NO_EARLIER_KEY = {
    *("receive_report", "register_person", "start_upload"),
    *("register_organisation", "mark_seen", "set_address", "open_replay"),
}
"""Commands whose subject is new, and commands about nobody."""
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


def test_every_command_about_a_subject_that_may_be_erased_declares_it(app: FastAPI) -> None:
    for method, operation in operations(app):
        if method != "get":
            may_be_erased = operation["operationId"] not in UNDER_NO_EARLIER_KEY
            assert ("410" in operation["responses"]) == may_be_erased, operation["operationId"]


def test_every_command_needs_an_idempotency_key_and_answers_its_event_ids(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    for method, operation in operations(app):
        required = {p["name"] for p in operation.get("parameters", []) if p["required"]}
        assert ("Idempotency-Key" in required) == (method != "get"), operation["operationId"]
        if method != "get":
            (answer,) = (r for s, r in operation["responses"].items() if s in {"200", "201"})
            name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            assert {"id", "version", "position", "event_ids"} <= set(schemas[name]["required"])


def bodies(app: FastAPI) -> dict[str, type[BaseModel]]:
    """Operation to the body that it takes."""
    routes = [c.original_route for c in iter_route_contexts(app.routes)]
    fields = {r.operation_id or "": r.body_field for r in routes if isinstance(r, APIRoute)}
    shapes = {name: field.field_info.annotation for name, field in fields.items() if field}
    return {
        name: shape
        for name, shape in shapes.items()
        if isinstance(shape, type) and issubclass(shape, BaseModel)
    }


def test_every_body_forbids_unknown_fields_and_has_an_example_that_fits(app: FastAPI) -> None:
    takes = bodies(app)
    found = {operation["operationId"]: body_of(operation) for _, operation in operations(app)}
    assert set(takes) == {name for name, body in found.items() if body is not None}
    for name, shape in takes.items():
        body = found[name]
        assert body is not None
        schema = app.openapi()["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        assert schema["additionalProperties"] is False, name
        shape.model_validate(body["example"])


SPELLED_WRONG: dict[str, tuple[JsonValue, ...]] = {
    "date": (0, 253402300800, True, "0", "2024-03-01T00:00:00"),
    "date-time": (0, 253402300800, True, "0", "2024-03-01"),
    "integer": ("1", True, 1.0),
    "boolean": (1, "yes"),
}
"""What a lenient reader would take for a value of that kind."""


def kinds(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each field, with its format or its type; one that may be null has that of what else it is."""
    for field, shape in schema.get("properties", {}).items():
        for form in shape.get("anyOf", [shape]):
            yield field, form.get("format", form.get("type", ""))


def test_no_body_takes_a_number_for_a_time_nor_text_for_a_number(app: FastAPI) -> None:
    found = {operation["operationId"]: body_of(operation) for _, operation in operations(app)}
    for name, shape in bodies(app).items():
        example = (found[name] or {})["example"]
        for field, kind in kinds(shape.model_json_schema()):
            for wrong in SPELLED_WRONG.get(kind, ()):
                with pytest.raises(ValidationError) as refused:
                    shape.model_validate({**example, field: wrong})
                assert {fault["loc"][0] for fault in refused.value.errors()} == {field}


def test_times_dates_and_numbers_are_found_in_a_body() -> None:
    class Shift(BaseModel):
        begins_at: AwareDatetime
        ends_on: date | None
        beds: int
        name: str

    found = [kind for _, kind in kinds(Shift.model_json_schema()) if kind in SPELLED_WRONG]
    assert found == ["date-time", "date", "integer"]


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
