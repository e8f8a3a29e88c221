"""Whoever closes the terminal leaves nothing running, though nothing can be written to it."""

import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.local.services import VCMS
from tests.local_stack.foreground import (
    PATIENCE,
    a_service_runs,
    programs_of,
    wait_until,
)
from tests.local_stack.vcms import Vcms

pytestmark = pytest.mark.stack


def test_a_closed_terminal_leaves_no_program_behind(vcms: Vcms) -> None:
    with on_a_terminal(vcms, "up") as (process, terminal):

        def came() -> bool:
            drain(terminal)
            return a_service_runs(vcms)

        wait_until(process, came)
        os.killpg(process.pid, signal.SIGHUP)
        os.close(terminal)
        process.wait(PATIENCE)
    assert programs_of(vcms) == []


@contextmanager
def on_a_terminal(vcms: Vcms, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program, and the end of its terminal at which a person would sit."""
    ours, its = pty.openpty()
    os.set_blocking(ours, False)
    process = subprocess.Popen(
        [VCMS, *words],
        env={**os.environ, "VCMS_HOME": str(vcms.home)},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()


def drain(terminal: int) -> None:
    """Reads what was said, so that more can be."""
    try:
        while os.read(terminal, 65_536):
            pass
    except BlockingIOError:
        return
