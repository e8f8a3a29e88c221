"""The commands and the Python that the pages show, typed on a running stack."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID

import httpx
import psycopg2
import pytest

from deploy.local.services import VCMS
from tests.docs.shown import ENDS_WITH, Shown, promised, script, shown
from tests.local_stack.vcms import Vcms

pytestmark = pytest.mark.stack

API_PAGE = "docs/how-to/use-the-api.md"
LONGEST = 120
SETTLING_SECONDS = 60
PERSON = UUID(int=7)

PARKED = {"CONSUMER": "cases.persons", "POSITION": "7", "STREAM": f"person-{PERSON}"}
"""What the operator's page calls by these words: an event that no consumer can read."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Vcms]:
    with tempfile.TemporaryDirectory(prefix="vcms-") as folder:
        vcms = Vcms(Path(folder) / "home")
        try:
            vcms.up()
            yield vcms
        finally:
            vcms.run("reset")


@pytest.fixture(scope="module")
def said_by_the_api_page(stack: Vcms) -> list[str]:
    """Runs all of the page's Python, as one program."""
    ran = subprocess.run(
        [sys.executable, "-c", script(API_PAGE)],
        env={**os.environ, "VCMS_HOME": str(stack.home)},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    settled(stack)
    return ran.stdout.splitlines()


def settled(stack: Vcms) -> None:
    """Waits until every event has reached the log."""
    deadline = monotonic() + SETTLING_SECONDS
    while any(waits(service.url) for service in stack.stack().services.values()):
        assert monotonic() < deadline, "something waits for ever"
        sleep(0.2)


def waits(url: str) -> bool:
    pending = httpx.get(f"{url}/readyz", timeout=10).json()["pending"]
    return bool(pending["relay"] or any(pending["consumers"].values()))


def test_the_api_page_prints_what_it_says(said_by_the_api_page: list[str]) -> None:
    printed = list(dict.fromkeys(said_by_the_api_page))
    assert printed == list(dict.fromkeys(promised(script(API_PAGE))))
    assert printed


@pytest.mark.usefixtures("said_by_the_api_page")
def test_every_command_ends_as_it_should(stack: Vcms, tmp_path: Path) -> None:
    meant = {
        **PARKED,
        "CASE": a_case(stack),
        "https://audit.example.org": stack.stack().services["audit"].url,
    }
    commands = {command.line: command for command in shown() if command.arguments is not None}
    assert commands
    for command in commands.values():
        park(stack)
        type_in(command, meant, stack, tmp_path)


def type_in(command: Shown, meant: Mapping[str, str], stack: Vcms, folder: Path) -> None:
    arguments = [meant.get(word, word) for word in command.arguments or ()]
    ran = subprocess.run(
        [VCMS, *arguments],
        cwd=folder,
        env={**os.environ, "VCMS_HOME": str(stack.home)},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    told = f"{command.page}: {command.line}\n{ran.stdout}{ran.stderr}"
    assert ran.returncode == ENDS_WITH.get(command.line, 0), told


def a_case(stack: Vcms) -> str:
    (stream,) = row(stack, "SELECT stream FROM events ORDER BY position LIMIT 1")
    return str(stream).removeprefix("case-")


def park(stack: Vcms) -> None:
    """Puts the event aside that the operator's page speaks of, if it is not there."""
    row(
        stack,
        "INSERT INTO parked (consumer, topic, position, stream, body, reason) "
        "VALUES (%s, 'intake', %s, %s, 'no event', 'not an envelope') "
        "ON CONFLICT (consumer, topic, position) "
        "DO UPDATE SET skipped_at = NULL, skipped_reason = NULL RETURNING position",
        *PARKED.values(),
    )


def row(stack: Vcms, statement: str, *values: str) -> tuple[object, ...]:
    connection = psycopg2.connect(stack.stack().services["cases"].admin_database)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: tuple[object, ...] | None = cursor.fetchone()
    finally:
        connection.close()
    assert found is not None
    return found
