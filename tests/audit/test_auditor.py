"""`vcms auditor` against a running audit service: what it prints, and how it ends."""

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx
import psycopg2
import pytest
import uvicorn
from typer.testing import CliRunner

from cli.auditing.client import AuditService
from cli.auditing.shown import how_far
from cli.auditor import app
from cli.exit_codes import ExitCode
from services.audit.app import compose
from shared.contracts.actor import Role
from shared.messaging.memory import MemoryBus
from tests.audit.test_story import CASE, HARBOUR, LIGHTHOUSE, history
from tests.support.postgres import Databases, ServiceDatabase, query
from tests.support.serving import ISSUER, Member, store_of

pytestmark = pytest.mark.stack

AUDITOR = Member(uuid4(), (Role.AUDITOR,))
PATIENCE = 20
"""Seconds."""


@dataclass(frozen=True)
class Audit:
    """The service at `url`, with the story of one case in its log."""

    url: str
    database: ServiceDatabase

    def run(self, *arguments: str, token: str | None = None) -> tuple[int, str]:
        named = {} if token is None else {"VCMS_TOKEN": token}
        done = CliRunner().invoke(app, [*arguments, "--url", self.url], env=named)
        return done.exit_code, done.output

    def answer(self, *arguments: str, token: str | None = None) -> tuple[int, dict[str, Any]]:
        code, output = self.run(*arguments, "--json", token=token)
        # The service runs in this process and logs to the same output: the document is one line.
        (line,) = (line for line in output.splitlines() if line.startswith("{"))
        document: dict[str, Any] = json.loads(line)
        return code, document

    @contextmanager
    def tampered(self, statement: str) -> Iterator[None]:
        """As a superuser, who can take down every wall; put right again afterwards."""
        self.change("CREATE TABLE saved_leaves AS TABLE leaves")
        self.change("CREATE TABLE saved_bodies AS TABLE bodies")
        self.change(statement)
        try:
            yield
        finally:
            self.change("DELETE FROM leaves; INSERT INTO leaves TABLE saved_leaves")
            self.change("DELETE FROM bodies; INSERT INTO bodies TABLE saved_bodies")
            self.change("DROP TABLE saved_leaves, saved_bodies")

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """The log can be read, and takes nothing in."""
        connection = psycopg2.connect(self.database.admin)
        try:
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE leaves IN EXCLUSIVE MODE")
            yield
        finally:
            connection.close()

    def change(self, statement: str) -> None:
        connection = psycopg2.connect(self.database.admin)
        with connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)
            assert cursor.rowcount != 0
        connection.close()


@pytest.fixture(scope="module")
def audit(databases: Databases) -> Iterator[Audit]:
    database, bus = databases.of("audit"), MemoryBus()
    asyncio.run(publish(bus))
    application = compose(store_of(database), bus, ISSUER.verifier())
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(lambda: server.started)
        made = Audit(address(server), database)
        wait_for(lambda: made.answer("verify")[1]["head"]["size"] == len(history()))
        yield made
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


async def publish(bus: MemoryBus) -> None:
    for record in history():
        async with bus.publisher(record.type.split(".")[1]) as publisher:
            await publisher.publish([record])


def address(server: uvicorn.Server) -> str:
    host, port = server.servers[0].sockets[0].getsockname()
    return f"http://{host}:{port}"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline, "it did not come"
        sleep(0.02)


def test_a_whole_log_is_found_whole_by_anybody(audit: Audit) -> None:
    code, verdict = audit.answer("verify")
    assert code == ExitCode.DONE
    assert verdict["sound"] is True
    positions = {name: line["position"] for name, line in verdict["services"].items()}
    assert positions.items() >= {"cases": 4, "referrals": 3, "attachments": 3}.items()
    assert sum(positions.values()) == verdict["head"]["size"]
    code, said = audit.run("verify")
    assert code == ExitCode.DONE
    assert re.search(r"The log is whole: \d+ leaves", said)
    assert re.search(r"cases +4 ", said)


BEHIND = [
    ({"audit.ingest.cases": 12_000, "audit.ingest.intake": 345}, 12_345, "by 12,345."),
    ({"audit.ingest.cases": 12_000, "audit.ingest.intake": -1}, None, "cannot tell"),
]


def test_how_far_the_log_is_behind_is_told(audit: Audit) -> None:
    wait_for(lambda: audit.answer("verify")[1]["behind"] == 0)
    with audit.held_up():
        audit.answer("replay", str(CASE), token=AUDITOR.token)
        wait_for(lambda: audit.answer("verify")[1]["behind"] == 1)
        code, said = audit.run("verify")
    assert code == ExitCode.DONE
    assert "behind the services' topics by 1." in said
    wait_for(lambda: audit.answer("verify")[1]["behind"] == 0)


@pytest.mark.parametrize(("counts", "behind", "said"), BEHIND)
def test_a_count_that_the_service_cannot_tell_is_not_told_as_zero(
    counts: dict[str, int], behind: int | None, said: str
) -> None:
    answer = {"pending": {"consumers": counts}}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=answer))
    with AuditService(httpx.Client(transport=transport, base_url="http://audit")) as service:
        assert service.behind() == behind
    assert said in how_far(behind)


def test_the_head_seen_last_is_kept_and_compared_with(audit: Audit, tmp_path: Path) -> None:
    file = tmp_path / "head.json"
    _, first = audit.answer("verify", "--head", str(file))
    assert first["compared_with"] is None
    assert json.loads(file.read_text()) == first["head"]
    audit.answer("replay", str(CASE), token=AUDITOR.token)
    wait_for(lambda: audit.answer("verify")[1]["head"]["size"] > first["head"]["size"])
    code, second = audit.answer("verify", "--head", str(file))
    assert code == ExitCode.DONE
    assert second["compared_with"] == first["head"]
    assert json.loads(file.read_text()) == second["head"]


def test_a_head_that_the_log_never_had_fails_and_is_kept(audit: Audit, tmp_path: Path) -> None:
    file = tmp_path / "head.json"
    seen = {"size": 4, "root": "00" * 32}
    file.write_text(json.dumps(seen))
    code, verdict = audit.answer("verify", "--head", str(file))
    assert code == ExitCode.FAILED
    assert {finding["flaw"] for finding in verdict["findings"]} == {"rewritten"}
    assert json.loads(file.read_text()) == seen


def test_a_file_that_holds_no_head_is_a_clear_refusal(audit: Audit, tmp_path: Path) -> None:
    file = tmp_path / "head.json"
    file.write_text("no head")
    code, said = audit.run("verify", "--head", str(file))
    assert code == ExitCode.USAGE
    assert "holds no head" in said


TAMPERINGS = {
    "edit": (
        "UPDATE leaves SET leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) WHERE index = 3",
        {"root_differs"},
    ),
    "drop": (
        "DELETE FROM leaves WHERE service = 'cases' AND position = 2",
        {"gap", "size_differs"},
    ),
    "swap": (
        "UPDATE leaves SET leaf = other.leaf FROM leaves AS other"
        " WHERE leaves.index IN (2, 3) AND other.index = 5 - leaves.index",
        {"root_differs"},
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_in_the_database_is_found(audit: Audit, tampering: str) -> None:
    statement, expected = TAMPERINGS[tampering]
    with audit.tampered(statement):
        code, verdict = audit.answer("verify")
        said = audit.run("verify")[1]
    assert code == ExitCode.FAILED
    assert expected <= {finding["flaw"] for finding in verdict["findings"]}
    assert "✗" in said
    assert audit.run("verify")[0] == ExitCode.DONE


def test_a_case_is_told_in_sentences(audit: Audit) -> None:
    code, said = audit.run("replay", str(CASE), token=AUDITOR.token)
    assert code == ExitCode.DONE
    assert "transferred the case from …000000a1 to …000000a2" in said
    assert re.search(r"All \d\d events are in the log of \d\d leaves, byte for byte", said)


def test_a_story_as_json_has_its_events_and_its_purpose_is_recorded(audit: Audit) -> None:
    arguments = ("replay", str(CASE), "--purpose", "court_order")
    code, story = audit.answer(*arguments, token=AUDITOR.token)
    assert code == ExitCode.DONE
    types = [event["type"] for event in story["events"]]
    assert [wire_type for wire_type in types if ".audit." not in wire_type][:2] == [
        "vcms.cases.case_opened.v1",
        "vcms.attachments.access_granted.v1",
    ]
    purposes = "SELECT convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'purpose' FROM events"
    assert ("court_order",) in query(audit.database.admin, purposes)


def test_a_case_is_shown_as_it_stood(audit: Audit) -> None:
    times = ("2030-01-01T11:59:00Z", "2030-01-01T12:03:30Z", "2030-01-01T14:07:30+02:00")
    code, answer = audit.answer("as-of", str(CASE), *times, token=AUDITOR.token)
    assert code == ExitCode.DONE
    assert [(then["state"], then["organisation"]) for then in answer["moments"]] == [
        ("not opened", None),
        ("active", str(HARBOUR)),
        ("arrival awaited", str(LIGHTHOUSE)),
    ]
    code, said = audit.run("as-of", str(CASE), times[2], token=AUDITOR.token)
    assert code == ExitCode.DONE
    assert "arrival awaited, from …000000a1" in said


def test_a_body_that_was_changed_is_found_when_it_is_read(audit: Audit) -> None:
    changed = (
        "UPDATE bodies SET body = convert_to(replace(convert_from(body, 'UTF8'),"
        " 'service_recorded', 'service_recordet'), 'UTF8')"
        " WHERE convert_from(body, 'UTF8') LIKE '%service_recorded%'"
    )
    with audit.tampered(changed):
        code, story = audit.answer("replay", str(CASE), token=AUDITOR.token)
    assert code == ExitCode.FAILED
    assert [finding["flaw"] for finding in story["findings"]] == ["body_differs"]


@pytest.mark.parametrize(
    ("arguments", "token", "code"),
    [
        (("replay", str(CASE)), None, ExitCode.NO_ANSWER),
        (("replay", str(CASE)), Member(HARBOUR).token, ExitCode.NO_ANSWER),
        (("replay", str(uuid4())), AUDITOR.token, ExitCode.NO_ANSWER),
        (("replay", "no-uuid"), AUDITOR.token, ExitCode.USAGE),
        (("as-of", str(CASE), "2030-01-01T12:00:00"), AUDITOR.token, ExitCode.USAGE),
        (("as-of", str(CASE), "yesterday"), AUDITOR.token, ExitCode.USAGE),
    ],
    ids=["no token", "no auditor", "no such case", "no id", "no offset", "no time"],
)
def test_what_cannot_be_asked_ends_with_its_own_code(
    audit: Audit, arguments: tuple[str, ...], token: str | None, code: ExitCode
) -> None:
    assert audit.run(*arguments, token=token)[0] == code


def test_a_service_that_is_away_is_one_line(audit: Audit) -> None:
    done = CliRunner().invoke(app, ["verify", "--url", "http://127.0.0.1:9", "--json"])
    assert done.exit_code == ExitCode.NO_ANSWER
    assert json.loads(done.output)["code"] == "no_answer"
