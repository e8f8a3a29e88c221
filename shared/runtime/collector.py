"""Python's collector of cycles, where it can only lose: many objects, none in a cycle."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Objects are still freed as soon as nothing holds them; cycles that others make meanwhile are
    found afterwards. For blocks that end soon; they may lie in each other, and in other threads."""
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.enable()
