"""CPU seconds of this program and of all programs that it started, servers included."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil


@dataclass(slots=True)
class Spent:
    """Seconds; final when the block has ended."""

    cpu: float = 0.0


def family_seconds() -> float:
    """Of the living and of the dead that were waited for."""
    own = psutil.Process()
    total = 0.0
    for one in (own, *own.children(recursive=True)):
        try:
            total += sum(one.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


@contextmanager
def spending() -> Iterator[Spent]:
    """A program that ends within the block must have been waited for by its parent."""
    spent, before = Spent(), family_seconds()
    yield spent
    spent.cpu = family_seconds() - before
