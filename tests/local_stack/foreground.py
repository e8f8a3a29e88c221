"""`vcms` as in the foreground of a terminal, and what is left of it afterwards."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2

from cli.output import ENDING
from deploy.local.services import VCMS
from tests.local_stack.vcms import Vcms, gone
from tests.support.postgres import query

PATIENCE = 240.0
IMPATIENCE = 0.3
"""Seconds."""


@dataclass(frozen=True)
class Foreground:
    """Has a process group of its own; a file takes what it says."""

    process: subprocess.Popen[bytes]
    output: Path
    errors: Path

    def document(self) -> dict[str, object]:
        """Standard output, which holds one JSON document and nothing else."""
        document: dict[str, object] = json.loads(self.output.read_text())
        return document

    def wait(self) -> int:
        """The exit code."""
        return self.process.wait(PATIENCE)

    def interrupted(
        self,
        first: signal.Signals = signal.SIGINT,
        again: signal.Signals = signal.SIGINT,
    ) -> int:
        """As by a terminal, which sends a signal to the whole group, and by somebody impatient,
        who sends another until it has ended; the exit code."""
        os.killpg(self.process.pid, first)
        wait_until(self.process, lambda: ENDING in self.errors.read_text())
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            os.killpg(self.process.pid, again)
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(IMPATIENCE)
        return self.wait()


@contextmanager
def begun(vcms: Vcms, *words: str) -> Iterator[Foreground]:
    output, errors = (vcms.home.parent / name for name in ("output", "errors"))
    with output.open("wb") as to_output, errors.open("wb") as to_errors:
        process = subprocess.Popen(
            [VCMS, *words],
            env={**os.environ, "VCMS_HOME": str(vcms.home)},
            stdin=subprocess.DEVNULL,
            stdout=to_output,
            stderr=to_errors,
            start_new_session=True,
        )
    try:
        yield Foreground(process, output, errors)
    finally:
        process.kill()
        process.wait()


def wait_until(program: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert program.poll() is None, "it ended too early"
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.05)


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
