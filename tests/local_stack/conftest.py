"""One stack for this folder's tests, on a home of its own."""

from collections.abc import Iterator

import pytest

from tests.local_stack.vcms import Vcms


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vcms]:
    vcms = Vcms(tmp_path_factory.mktemp("stack") / "home")
    yield vcms
    vcms.run("reset")


@pytest.fixture
def running(kept: Vcms) -> Vcms:
    """A stack of which everything runs."""
    kept.up()
    return kept
