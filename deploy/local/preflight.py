"""What must be so before anything is started."""

import fcntl
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.home import Home
from deploy.local.refusals import AnotherIsAtWork, NotWritable, TooLittleDisk, WrongPython

NEEDED_BYTES = 2 * 2**30
PYTHON = (3, 11)


def check_machine(home: Home) -> None:
    """Makes the stack's folder.

    Raises:
        CannotStart: another Python, no right to write, or less than 2 GiB of disk.
    """
    check_python(sys.version_info[:2])
    check_writable(home.directory)
    check_disk(home.directory, NEEDED_BYTES)


def check_python(version: tuple[int, ...]) -> None:
    if version != PYTHON:
        raise WrongPython(".".join(map(str, version)))


def check_writable(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError:
        raise NotWritable(directory) from None


def check_disk(directory: Path, needed: int) -> None:
    """`needed` in bytes."""
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise TooLittleDisk(directory, free, needed)


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """Holds the stack's lock: one `up`, `down` or `reset` at a time.

    Raises:
        AnotherIsAtWork: somebody else holds it.
    """
    with home.lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherIsAtWork(home.directory) from None
        yield
