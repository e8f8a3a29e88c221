"""`vcms` on a terminal that a person may close."""

import os
import pty
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deploy.local.services import VCMS
from tests.local_stack.foreground import PATIENCE, wait_until
from tests.local_stack.vcms import Vcms


def close_when(holds: Callable[[], bool], process: subprocess.Popen[bytes], terminal: int) -> None:
    """Closes it as soon as something is so, and waits until the program has ended."""

    def came() -> bool:
        drain(terminal)
        return holds()

    wait_until(process, came)
    os.killpg(process.pid, signal.SIGHUP)
    os.close(terminal)
    process.wait(PATIENCE)


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
