"""What the containers of our image type, are given and are asked is what the code knows."""

import importlib.util
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from typer.testing import CliRunner

from cli.exit_codes import ExitCode
from cli.main import app
from deploy.docker.healthy import PORT
from deploy.layout import DATABASES, SEALING, SERVICES
from deploy.local.home import Home
from deploy.local.kafka import Kafka
from deploy.local.mail import Mail
from deploy.local.openid import OpenId
from deploy.local.postgres import Postgres
from deploy.local.s3 import S3
from deploy.local.service_settings import Parts
from deploy.local.service_settings import environment as environment_here
from deploy.local.supervision import Running, plain_environment
from shared.runtime.settings import (
    CONCERNS,
    SECRETS,
    IdentitySettings,
    KafkaSettings,
    S3Settings,
    load,
    variable,
)
from tests.containers.compose import FILE, Compose, Service, commands, compose, parsed
from tests.containers.installed import environment, made, only

COMPOSE = compose()
OURS = [one for one in COMPOSE.services.values() if one.is_ours]
SIX = [COMPOSE.services[name] for name in SERVICES]
KNOWN = {variable(field) for concern in CONCERNS for field in concern.model_fields}

each_of_six = pytest.mark.parametrize("service", SIX, ids=lambda service: service.name)
each_of_ours = pytest.mark.parametrize("service", OURS, ids=lambda service: service.name)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("secrets"))


def ends_with(command: list[str]) -> int:
    with only({}):
        return CliRunner().invoke(app, command).exit_code


@pytest.mark.parametrize("command", [c for one in OURS for c in commands(one)], ids=" ".join)
def test_a_command_is_understood(command: list[str]) -> None:
    assert ends_with(command) == ExitCode.SETTINGS


def test_a_command_that_nobody_knows_is_found() -> None:
    assert ends_with(["serve", "case"]) == ends_with(["server", "cases"]) == ExitCode.USAGE


@each_of_ours
def test_a_module_that_is_run_exists(service: Service) -> None:
    words = [word for typed in (service.typed, service.health or []) for word in typed]
    named = [words[at + 1] for at, word in enumerate(words) if word == "-m"]
    assert all(importlib.util.find_spec(name) for name in named)
    assert named or commands(service)


def test_each_service_is_served_under_its_name_and_each_database_is_migrated() -> None:
    served = {one.name: commands(one)[0] for one in OURS if not one.is_job}
    assert served == {name: ["serve", name] for name in SERVICES}
    migrated = commands(COMPOSE.services["migrate"])
    assert migrated == [["migrate", name] for name in DATABASES]


def started(service: Service, secrets: Path) -> FastAPI:
    """The application with the settings of the container."""
    with only(environment(COMPOSE, service, secrets)):
        created: FastAPI = import_module(f"services.{service.name}.app").create()
        return created


@each_of_six
def test_a_service_has_every_setting_that_it_reads_and_the_page_that_is_asked(
    service: Service, secrets: Path
) -> None:
    routes = started(service, secrets).routes
    paths = {route.path for route in routes if isinstance(route, APIRoute)}
    assert service.health is not None
    assert service.health[-1] in paths


@each_of_six
def test_a_service_listens_where_it_is_asked_and_published(service: Service) -> None:
    assert service.environment["VCMS_HTTP_HOST"] == "0.0.0.0"
    (port,) = {inner for _, _, inner in service.ports}
    assert port == int(service.environment["VCMS_HTTP_PORT"]) == PORT


@each_of_six
def test_a_service_is_given_what_it_is_given_on_the_local_stack_and_nothing_else(
    service: Service, secrets: Path, tmp_path: Path
) -> None:
    assert differing(COMPOSE, service.name, secrets, tmp_path) == set()


@pytest.mark.parametrize(
    ("right", "wrong", "name", "found"),
    [
        (
            "environment: *settings",
            "environment: {<<: *settings, VCMS_KEY_FILE: /key}",
            "audit",
            "VCMS_KEY_FILE",
        ),
        ("secrets-audit:/run", "secrets-cases:/run", "audit", "VCMS_KEYS_URL"),
        ("VCMS_SMTP_HOST: mail", "OTHER: mail", "notifications", "VCMS_SMTP_HOST"),
    ],
)
def test_a_setting_too_many_or_too_few_is_found(
    right: str, wrong: str, name: str, found: str, secrets: Path, tmp_path: Path
) -> None:
    changed = parsed(FILE.read_text(encoding="utf-8").replace(right, wrong))
    assert differing(changed, name, secrets, tmp_path) == {found}


def differing(read: Compose, name: str, secrets: Path, stack: Path) -> set[str]:
    """Settings that only one of them gives to a service: the compose file, or the local stack."""
    with only({}):
        local = environment_here(parts(stack), name, 1).keys() - plain_environment().keys()
    return (told(read, read.services[name], secrets) - {SECRETS}) ^ local


def told(read: Compose, service: Service, secrets: Path) -> set[str]:
    """The settings that a container is told, in words or in files."""
    folder = secrets / read.secret_folders[str(service.secrets)]
    files = {file.name for file in folder.iterdir() if file.name.startswith("VCMS_")}
    spoken = {name for name in service.environment if name.startswith("VCMS_")}
    assert not files & spoken
    return files | spoken


def parts(folder: Path) -> Parts:
    """Those of a stack on this machine, of which only the names are of interest."""
    nowhere = Running(0, 0.0)
    return Parts(
        Home(folder),
        Postgres(folder / "postgres", 1, nowhere),
        Kafka(folder / "kafka", 2, nowhere),
        S3(folder / "s3", 3, nowhere),
        OpenId(folder / "oidc", 4, nowhere),
        Mail(folder / "mail", 5, nowhere),
    )


@each_of_ours
def test_every_variable_is_a_setting(service: Service, secrets: Path) -> None:
    names = {name for name in service.environment if name.startswith("VCMS_")}
    assert names <= KNOWN | {SECRETS}
    assert names == service.environment.keys()
    if service.name in SERVICES:
        assert told(COMPOSE, service, secrets) <= KNOWN | {SECRETS}


def test_the_jobs_have_every_setting_that_they_read(secrets: Path) -> None:
    jobs = {name: settings_of(name, secrets) for name in ("topics", "buckets")}
    with only(jobs["topics"]):
        assert load(KafkaSettings).kafka_bootstrap == "kafka:9092"
    with only(jobs["buckets"]):
        assert load(S3Settings).s3_access_key == "vcms-admin"


def settings_of(name: str, secrets: Path) -> Mapping[str, str]:
    return environment(COMPOSE, COMPOSE.services[name], secrets)


def test_only_who_seals_can_open_the_keys(secrets: Path) -> None:
    opens = {
        one.name
        for one in SIX
        if "VCMS_KEYS_URL" in told(COMPOSE, one, secrets)
        or (secrets / one.name / "wrapping.key").exists()
    }
    assert opens == SEALING


def test_tokens_are_those_of_the_realm(secrets: Path) -> None:
    with only(settings_of("cases", secrets)):
        identity = load(IdentitySettings)
    keycloak = COMPOSE.services["keycloak"].environment
    assert identity.oidc_issuer == f"{keycloak['KC_HOSTNAME']}/realms/vcms"
    assert keycloak["KC_HOSTNAME"] == f"http://keycloak.localhost:{keycloak['KC_HTTP_PORT']}"
    assert COMPOSE.services["keycloak"].ports == [("127.0.0.1", 8080, 8080)]
