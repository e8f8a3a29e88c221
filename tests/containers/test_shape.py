"""The compose file fits the Compose schema and our own rules; each rule can be seen to fail."""

import json
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from tests.containers import shape
from tests.containers.compose import FILE, compose, parsed
from tests.containers.shape import CHECKS, Check

SCHEMA = "check_jsonschema/builtin_schemas/vendor/compose-spec.json"
TEXT = FILE.read_text(encoding="utf-8")


def schema() -> Mapping[str, Any]:
    """That of the Compose specification, as the package check-jsonschema brings it along."""
    vendored = distribution("check-jsonschema").locate_file(SCHEMA)
    found: Mapping[str, Any] = json.loads(Path(str(vendored)).read_text(encoding="utf-8"))
    return found


def violations(text: str) -> list[str]:
    errors = validator_for(schema())(schema()).iter_errors(yaml.safe_load(text))
    return [f"{list(error.absolute_path)}: {error.message}" for error in errors]


def test_it_fits_the_schema_of_compose() -> None:
    assert violations(TEXT) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("read_only: true", "readonly: true"),
        ("retries: 6", "retries: [6]"),
        ("condition: service_healthy", "condition: service_well"),
    ],
)
def test_what_does_not_fit_the_schema_is_found(right: str, wrong: str) -> None:
    assert violations(changed(right, wrong)) != []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_is_as_we_want_it(check: Check) -> None:
    assert check(compose()) == []


FAULTS = [
    (
        shape.floating_images,
        "apache/kafka:4.3.1",
        "apache/kafka:latest",
        "kafka: apache/kafka:latest",
    ),
    (shape.floating_images, "postgres:18-trixie", "postgres", "postgres: postgres"),
    (shape.open_ports, "127.0.0.1:8002:8000", "8002:8000", "cases: :8002"),
    (shape.open_ports, "127.0.0.1:8002:8000", "0.0.0.0:8002:8000", "cases: 0.0.0.0:8002"),
    (shape.open_ports, "127.0.0.1:8002", "127.0.0.1:8001", "cases: 127.0.0.1:8001"),
    (shape.privileges, 'user: "999:999"', 'user: "0:0"', "postgres: is root"),
    (
        shape.privileges,
        "network_mode: none",
        "networks: [parts]",
        "secrets: is root, and on a network",
    ),
    (shape.privileges, "cap_drop: [ALL]", "cap_drop: [NET_RAW]", "kafka: keeps capabilities"),
    (shape.privileges, "no-new-privileges:true", "seccomp:default", "s3: may gain privileges"),
    (shape.privileges, "mem_limit: 128m", "mem_limit: 0", "mail: has no bounds"),
    (shape.privileges, 'max-file: "3"', "tag: vcms", "audit: logs without end"),
    (shape.privileges, "  read_only: true\n  tmpfs", "  tmpfs", "cases: writes into its image"),
    (shape.nameless, "secrets-cases:/run", "secrets-case:/run", "volumes: secrets-case"),
    (shape.nameless, "\n  kafka:\n  objects", "\n  objects", "volumes: kafka"),
    (shape.nameless, "networks: [parts, published]", "networks: [part]", "networks: part"),
    (
        shape.lost_files,
        "keycloak/start:/",
        "keycloak/begin:/",
        "keycloak: ./deploy/docker/keycloak/begin",
    ),
    (shape.lost_files, "config:ro", "config", "kafka: ./deploy/docker/kafka"),
    (shape.unasked, "test: [CMD, /mailpit, readyz]", "disable: true", "mail"),
    (shape.unasked, "restart: unless-stopped", "restart: always", "cases"),
    (
        shape.wrong_order,
        "topics: {condition: service_completed_successfully}",
        "topics: {condition: service_healthy}",
        "cases: topics",
    ),
    (shape.wrong_order, "keycloak: {condition", "keycloack: {condition", "cases: keycloack"),
    (
        shape.unreachable,
        "VCMS_KAFKA_BOOTSTRAP: kafka:",
        "VCMS_KAFKA_BOOTSTRAP: broker:",
        "cases: broker",
    ),
    (
        shape.unreachable,
        "aliases: [keycloak.localhost]",
        "aliases: [id.localhost]",
        "cases: keycloak.localhost",
    ),
    (
        shape.unreachable,
        "networks: [parts, published]",
        "networks: [parts]",
        "attachments: s3.localhost",
    ),
    (
        shape.exposed_parts,
        "networks: [parts]\n    healthcheck",
        "networks: [parts, published]\n    healthcheck",
        "postgres",
    ),
    (shape.exposed_parts, "internal: true", "internal: false", "parts"),
]


@pytest.mark.parametrize(("check", "right", "wrong", "told"), FAULTS)
def test_a_fault_is_found(check: Check, right: str, wrong: str, told: str) -> None:
    assert told in check(parsed(changed(right, wrong)))


def test_every_check_was_seen_to_fail() -> None:
    assert {check for check, *_ in FAULTS} == set(CHECKS)


def changed(right: str, wrong: str) -> str:
    assert right in TEXT
    return TEXT.replace(right, wrong)
