"""Wrapped keys in memory: the twin of `tables.SubjectKeys`, for tests."""

from collections.abc import Collection, Mapping
from threading import Lock
from uuid import UUID


class MemoryKeys:
    """Keeps the same promises within one program."""

    def __init__(self) -> None:
        self._wrapped: dict[UUID, bytes | None] = {}
        self._lock = Lock()

    def load(self, subjects: Collection[UUID]) -> Mapping[UUID, bytes | None]:
        with self._lock:
            return {
                subject: self._wrapped[subject] for subject in subjects if subject in self._wrapped
            }

    def add(self, wrapped: Mapping[UUID, bytes]) -> Mapping[UUID, bytes | None]:
        with self._lock:
            return {
                subject: self._wrapped.setdefault(subject, key) for subject, key in wrapped.items()
            }

    def destroy(self, subject: UUID) -> None:
        with self._lock:
            self._wrapped[subject] = None
