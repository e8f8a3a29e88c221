"""Ctrl-C, at whatever moment, ends everything that was begun."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
import pytest

from cli.exit_codes import ExitCode
from deploy.local.services import VCMS
from tests.local_stack.vcms import Vcms, gone
from tests.support.postgres import query

pytestmark = [pytest.mark.stack, pytest.mark.chaos]

PATIENCE = 240.0
"""Seconds."""


@pytest.fixture
def vcms() -> Iterator[Vcms]:
    with tempfile.TemporaryDirectory(prefix="vcms-") as folder:
        here = Vcms(Path(folder) / "home")
        yield here
        here.run("reset")


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """A program that is started where Ctrl-C is ignored, as in a background job, ignores it too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_parts_start_leaves_no_program_behind(vcms: Vcms) -> None:
    with begun(vcms, "up") as program:
        wait_until(program, lambda: a_part_runs(vcms))
        assert interrupted(program) == ExitCode.INTERRUPTED
    assert programs_of(vcms) == []


def test_ctrl_c_while_services_start_leaves_no_program_behind(vcms: Vcms) -> None:
    with begun(vcms, "up") as program:
        wait_until(program, lambda: a_service_runs(vcms))
        assert interrupted(program) == ExitCode.INTERRUPTED
    assert programs_of(vcms) == []


def test_ctrl_c_while_the_demonstration_loads_leaves_no_program_behind(vcms: Vcms) -> None:
    with begun(vcms, "demo") as program:
        wait_until(program, lambda: a_report_came(vcms))
        assert interrupted(program) == ExitCode.INTERRUPTED
    assert programs_of(vcms) == []
    assert (vcms.home / "postgres" / "cluster").is_dir(), "what it kept stays"


@contextmanager
def begun(vcms: Vcms, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """`vcms` as in the foreground of a terminal: a process group of its own."""
    program = subprocess.Popen(
        [VCMS, *words],
        env={**os.environ, "VCMS_HOME": str(vcms.home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait()


def interrupted(program: subprocess.Popen[bytes]) -> int:
    """Ctrl-C, which the terminal sends to the whole group; the exit code."""
    os.killpg(program.pid, signal.SIGINT)
    return program.wait(PATIENCE)


def wait_until(program: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert program.poll() is None, "it ended too early"
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.05)


def a_part_runs(vcms: Vcms) -> bool:
    return any(vcms.home.glob("*/running.json"))


def a_service_runs(vcms: Vcms) -> bool:
    return any(vcms.home.glob("services/*/running.json"))


def a_report_came(vcms: Vcms) -> bool:
    try:
        intake = json.loads((vcms.home / "stack.json").read_text())["services"]["intake"]
        return bool(query(intake["admin_database"], "SELECT FROM events LIMIT 1"))
    except (FileNotFoundError, psycopg2.OperationalError):
        return False


def programs_of(vcms: Vcms) -> list[str]:
    """Command lines of all that still runs and mentions the stack's folder."""
    return [
        " ".join(program.cmdline())
        for program in psutil.process_iter()
        if not gone(program) and mentions(program, str(vcms.home))
    ]


def mentions(program: psutil.Process, folder: str) -> bool:
    try:
        words = [program.cwd(), *program.cmdline(), *program.environ().values()]
    except psutil.Error:
        return False
    return any(folder in word for word in words)
