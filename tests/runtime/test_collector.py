"""Python's collector of cycles rests where it is told to, and no longer."""

import gc

import pytest

from shared.runtime.collector import collector_paused


def test_the_collector_rests_within_and_runs_after() -> None:
    with collector_paused():
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_runs_again_after_a_failure() -> None:
    with pytest.raises(LookupError), collector_paused():
        raise LookupError
    assert gc.isenabled()
