"""`vcms up`, `down` and `reset`, from the outside."""

import fcntl
import socket
import stat
from pathlib import Path

import httpx
import jwt
import psycopg2
import pytest

from cli.exit_codes import ExitCode
from deploy.layout import SERVICES
from deploy.local.people import ORGANISATIONS
from deploy.local.ports import HOST, remembered
from shared.contracts.actor import Role
from tests.local_stack.vcms import Vcms, gone

pytestmark = pytest.mark.stack

INFRASTRUCTURE = ("postgres", "kafka", "s3", "oidc", "mail")


def test_up_starts_every_part_and_every_service(running: Vcms) -> None:
    stack = running.stack()
    assert {program.name for program in stack.processes} == {*INFRASTRUCTURE, *SERVICES}
    assert set(stack.services) == set(SERVICES)
    assert all(program.log.is_file() for program in stack.processes)
    assert all(directory.is_dir() for directory in stack.data_directories)


def test_every_service_answers_at_its_address(running: Vcms) -> None:
    for service in running.stack().services.values():
        assert httpx.get(f"{service.url}/healthz").status_code == 200


def test_both_addresses_of_each_database_work(running: Vcms) -> None:
    for service in running.stack().services.values():
        for address in (service.database, service.admin_database):
            psycopg2.connect(address).close()


def test_a_service_cannot_connect_to_the_database_of_another(running: Vcms) -> None:
    cases, intake = running.stack().services["cases"], running.stack().services["intake"]
    name = intake.database.rpartition("/")[2]
    elsewhere = cases.database.rpartition("/")[0] + "/" + name
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(elsewhere)


def test_only_the_services_that_seal_know_the_keys(running: Vcms) -> None:
    programs = running.programs()
    knowing = {
        service
        for service in SERVICES
        if {"VCMS_KEYS_URL", "VCMS_KEY_FILE"} & set(programs[f"{service}-1"].environ())
    }
    assert knowing == {"intake", "cases", "referrals", "attachments"}


def test_every_organisation_has_people_in_every_role_of_its_own(running: Vcms) -> None:
    people = running.stack().people
    for organisation in ORGANISATIONS:
        roles = [
            role
            for person in people
            if person.organisation == str(organisation.id)
            for role in person.roles
        ]
        assert roles.count(Role.CASEWORKER) == 2
        assert {Role.INTAKE_OFFICER, Role.SUPERVISOR, Role.INVESTIGATOR, Role.ORG_ADMIN} <= {*roles}
    assert {Role.AUDITOR, Role.OPERATOR} <= {role for person in people for role in person.roles}


def test_a_token_can_be_renewed_and_is_signed_by_the_provider(running: Vcms) -> None:
    stack = running.stack()
    person = stack.people[0]
    answer = httpx.post(person.renew.url, data=person.renew.form)
    key_set = httpx.get(f"{stack.oidc.issuer}/jwks").json()
    key = jwt.PyJWKSet.from_dict(key_set).keys[0]
    for token in (person.token, answer.json()["access_token"]):
        claims = jwt.decode(
            token, key, algorithms=["RS256"], audience="vcms", issuer=stack.oidc.issuer
        )
        assert (claims["organisation"], claims["roles"]) == (person.organisation, person.roles)


def test_nobody_else_may_read_the_credentials(running: Vcms) -> None:
    private = [running.home / "stack.json", *(running.home / "secrets").iterdir()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in private} == {0o600}


def test_up_on_a_running_stack_says_so_and_changes_nothing(running: Vcms) -> None:
    before = running.programs()
    ended = running.run("up")
    assert (ended.code, "Everything ran already." in ended.said) == (0, True)
    assert running.programs() == before


def test_up_after_a_kill_starts_only_what_is_missing_on_the_same_ports(running: Vcms) -> None:
    before, addresses = running.programs(), running.stack()
    killed = {"postgres", "kafka", "cases-1"}
    for name in ("postgres-1", "kafka-1", "cases-1"):
        before[name].kill()
    assert set(running.up()) == killed
    after = running.stack()
    assert (after.services, after.kafka) == (addresses.services, addresses.kafka)
    unharmed = before.keys() - {"postgres-1", "kafka-1", "cases-1"}
    assert {name: running.programs()[name] for name in unharmed} == {
        name: before[name] for name in unharmed
    }


def test_status_tells_what_does_not_run(running: Vcms) -> None:
    assert running.run("status").code == ExitCode.DONE
    running.programs()["mail-1"].kill()
    ended = running.run("status")
    assert ended.code == ExitCode.NOT_RUNNING
    assert "mail: not running." in ended.said


def test_two_instances_of_each_service_run_side_by_side_and_one_again(running: Vcms) -> None:
    running.up("--instances", "2")
    two = running.programs()
    assert {f"{service}-2" for service in SERVICES} <= two.keys()
    running.up("--instances", "1")
    assert all(gone(two[f"{service}-2"]) for service in SERVICES)
    assert {f"{service}-2" for service in SERVICES}.isdisjoint(running.programs())


def test_down_leaves_no_program_behind_and_up_finds_what_was_kept(running: Vcms) -> None:
    stack = running.stack()
    with psycopg2.connect(stack.services["cases"].admin_database) as database:
        database.cursor().execute("CREATE TABLE IF NOT EXISTS kept (it int)")
    database.close()
    family = [
        member
        for program in running.programs().values()
        for member in (program, *program.children(recursive=True))
    ]
    assert running.run("down").code == 0
    assert all(gone(member) for member in family)
    running.up()
    with psycopg2.connect(stack.services["cases"].admin_database) as database:
        database.cursor().execute("DROP TABLE kept")
    database.close()


def test_two_that_start_the_same_stack_do_not_meet(running: Vcms) -> None:
    with (running.home / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = running.run("up")
    assert ended.code == ExitCode.BUSY
    assert "wait for it" in ended.sentence()


def test_a_second_stack_runs_beside_the_first(running: Vcms, second: Vcms) -> None:
    first = running.programs()
    second.up()
    assert set(first.values()).isdisjoint(second.programs().values())
    assert running.programs() == first
    assert not any(gone(program) for program in first.values())


def test_reset_deletes_all_that_the_stack_kept_and_nothing_else(
    running: Vcms, second: Vcms
) -> None:
    second.up()
    programs = second.programs()
    (second.home / "mine.txt").touch()
    assert second.run("reset").code == ExitCode.DONE
    assert [path.name for path in second.home.iterdir()] == ["mine.txt"]
    assert all(gone(program) for program in programs.values())
    assert running.run("status").code == ExitCode.DONE


def test_a_taken_port_is_one_clear_line(folder: Path) -> None:
    vcms = Vcms(folder / "home")
    taken = remembered("Kafka", made(vcms.home / "kafka") / "port")
    with socket.create_server((HOST, taken)):
        ended = vcms.run("up", "--json")
    started = [*vcms.home.rglob("running.json")]
    vcms.run("reset")
    assert ended.code == ExitCode.PORT_TAKEN
    assert not started, "what cannot all run shall not run in part"
    assert f"Port {taken} of Kafka is taken" in ended.sentence()


def made(directory: Path) -> Path:
    directory.mkdir(parents=True)
    return directory
