"""A container that has begun may not answer yet: ask again for a while."""

import sys
import time
from collections.abc import Callable

LONGEST = 60
"""Seconds."""


def until(answers: Callable[[], bool], part: str, patience: float = LONGEST) -> None:
    """Returns when it answers; ends the program with one line when it does not in time."""
    deadline = time.monotonic() + patience
    while not answers():
        if time.monotonic() > deadline:
            sys.exit(f"{part} did not answer within {patience:g} seconds.")
        time.sleep(0.5)
