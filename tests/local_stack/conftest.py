"""One stack for this folder's tests, on a home of its own."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_stack.vcms import Vcms


@pytest.fixture(autouse=True)
def hung_up() -> Iterator[None]:
    """Whoever runs the tests may ignore a closed terminal, as `nohup` does; what they start not."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder to start parts in.

    Not pytest's own, which every other run of pytest closes to the account that PostgreSQL has
    where we are root.
    """
    with tempfile.TemporaryDirectory(prefix="vcms-local-stack-") as folder:
        yield Path(folder)


@pytest.fixture
def vcms() -> Iterator[Vcms]:
    """With a folder of its own, in which nothing was ever started."""
    yield from stack_of_its_own()


@pytest.fixture(scope="session")
def kept() -> Iterator[Vcms]:
    yield from stack_of_its_own()


@pytest.fixture(scope="session")
def second() -> Iterator[Vcms]:
    yield from stack_of_its_own()


def stack_of_its_own() -> Iterator[Vcms]:
    with tempfile.TemporaryDirectory(prefix="vcms-local-stack-") as folder:
        vcms = Vcms(Path(folder) / "home")
        yield vcms
        vcms.run("reset")


@pytest.fixture
def running(kept: Vcms) -> Vcms:
    """A stack of which everything runs."""
    if not kept.runs():
        kept.up()
    return kept
