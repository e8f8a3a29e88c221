"""Random bytes of the operating system, drawn in large pieces.

Each draw lets other threads run, and whoever draws then waits for its turn: a writer that drew for
each field of each event waited more than it worked.
"""

import os
from threading import Lock

PIECE = 16 * 1024


class Randomness:
    """Safe for threads; a forked process draws anew."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._drawn = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """`size` bytes, at most `PIECE`, that nobody else gets."""
        with self._lock:
            begin, end = self._at, self._at + size
            if end > len(self._drawn):
                self._drawn, begin, end = os.urandom(PIECE), 0, size
            self._at = end
            return self._drawn[begin:end]

    def forget(self) -> None:
        self._lock = Lock()
        self._drawn = b""


RANDOMNESS = Randomness()
os.register_at_fork(after_in_child=RANDOMNESS.forget)
