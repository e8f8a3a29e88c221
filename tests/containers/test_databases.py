"""The jobs that prepare PostgreSQL, on a real one: who may sign in where, and again."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from typer.testing import CliRunner

from cli.main import app
from deploy.docker.databases import main, make_databases, text
from deploy.docker.secret_folders import Kept
from deploy.layout import DATABASES, roles_of
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from shared.runtime.settings import SECRETS
from tests.containers.compose import commands, compose
from tests.containers.installed import made, only
from tests.support.postgres import cluster

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with cluster() as started:
        yield started


@pytest.fixture(scope="module")
def secrets(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of the containers, for a server whose superuser has the password that it has."""
    root = tmp_path_factory.mktemp("secrets")
    (root / "kept").mkdir()
    (root / "kept" / "postgres").write_text((server.directory / "postgres.secret").read_text())
    return made(root, server.address)


@pytest.fixture(scope="module")
def prepared(secrets: Path) -> Path:
    make_databases(secrets / "databases")
    return secrets


def test_a_server_that_does_not_answer_is_told_in_one_line_without_a_password(
    tmp_path: Path,
) -> None:
    made(tmp_path, f"127.0.0.1:{free_port()}")
    with pytest.raises(SystemExit, match=r"^PostgreSQL did not answer, or did not let [^@]+$"):
        main(tmp_path / "databases")


def signs_in(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def test_every_role_signs_in_to_its_own_database_alone(server: Postgres, prepared: Path) -> None:
    passwords = {
        (database, role): text(prepared / "databases", f"{database}_{role}")
        for database in DATABASES
        for role in roles_of(database)
    }
    passwords["keycloak", "owner"] = text(prepared / "databases", "keycloak_owner")
    opened = {
        (name, database)
        for (database, role), password in passwords.items()
        for name in (*DATABASES, "keycloak")
        if signs_in(server.url(name, f"{database}_{role}", password))
    }
    assert opened == {(name, name) for name in (*DATABASES, "keycloak")}


def test_they_are_made_once_and_take_a_new_password(server: Postgres, prepared: Path) -> None:
    make_databases(prepared / "databases")
    kept = Kept(prepared / "kept")
    (kept.folder / "audit_reader").write_text("another")
    made(prepared, server.address)
    make_databases(prepared / "databases")
    assert signs_in(server.url("audit", "audit_reader", "another"))


def test_every_database_is_migrated_by_the_command_of_the_container(prepared: Path) -> None:
    for command in commands(compose().services["migrate"]):
        with only({SECRETS: str(prepared / "migrate" / command[-1])}):
            assert CliRunner().invoke(app, command).exit_code == 0
    for service in DATABASES[:-1]:
        with closing(psycopg2.connect(text(prepared / service, "VCMS_DATABASE_URL"))) as writer:
            writer.cursor().execute("SELECT count(*) FROM events")


def test_an_operator_in_a_container_reaches_its_database(prepared: Path) -> None:
    migrate_cases, looked = ["migrate", "cases"], ["operator", "parked", "list", "cases"]
    with only({SECRETS: str(prepared / "migrate" / "cases")}):
        CliRunner().invoke(app, migrate_cases)
    with only({SECRETS: str(prepared / "cases")}):
        assert CliRunner().invoke(app, looked).exit_code == 0
