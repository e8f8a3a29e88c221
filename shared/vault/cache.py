"""Keys that were unwrapped a moment ago: few, and not for long."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from uuid import UUID

LIFETIME = 60.0
"""Seconds. A key that was destroyed elsewhere opens nothing after this."""

CAPACITY = 10_000


class KeyCache:
    """Subject to key, or None for a destroyed one. Safe for threads; the oldest go first.

    `clock` counts seconds and never goes back.
    """

    def __init__(self, clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._kept: OrderedDict[UUID, tuple[float, bytes | None]] = OrderedDict()
        self._lock = Lock()

    def known(self, subjects: Collection[UUID]) -> dict[UUID, bytes | None]:
        oldest = self._clock() - LIFETIME
        with self._lock:
            return {
                subject: entry[1]
                for subject in subjects
                if (entry := self._kept.get(subject)) is not None and entry[0] > oldest
            }

    def keep(self, keys: Mapping[UUID, bytes | None]) -> None:
        now = self._clock()
        with self._lock:
            for subject, key in keys.items():
                self._kept[subject] = (now, key)
                self._kept.move_to_end(subject)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
