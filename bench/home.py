"""Where a run keeps its servers' files and what it has measured so far: `.bench`."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.supervision import recall

NEEDED = 10 * 2**30
"""Bytes of disk, for the largest history with all its copies."""


class CannotMeasure(Exception):
    """Why a run cannot begin here: a sentence for the person who asked."""


def home() -> Path:
    """`VCMS_BENCH_HOME`, else `.bench` in this folder; made when it is not there."""
    path = Path(os.environ.get("VCMS_BENCH_HOME", ".bench")).resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def alone(needed: int = NEEDED) -> Iterator[None]:
    """One run at a time; servers that a killed one left behind are ended first.

    Raises:
        CannotMeasure: another run is under way there, or the disk is too full.
    """
    with (home() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotMeasure(f"Another run is under way in {home()}; wait for it.") from None
        end_leftovers()
        free = shutil.disk_usage(home()).free
        if free < needed:
            gib = 2**30
            raise CannotMeasure(
                f"{home()} has {free / gib:.1f} GiB free; figures need {needed / gib:.0f} GiB."
            )
        yield


def end_leftovers() -> None:
    for record in home().rglob("running.json"):
        if running := recall(record.parent):
            running.kill()
