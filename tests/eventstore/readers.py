"""A reader that follows positions, ours or a naive one's; and the naive one's table."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from shared.eventstore.connections import connect
from tests.support.postgres import ServiceDatabase

Next = Callable[[int], list[int]]
"""The positions that stand there after the last one seen, in order."""


class Follower:
    """Remembers the last position it has seen, and asks for what follows."""

    def __init__(self, following: Next) -> None:
        self._following = following
        self._written = threading.Event()
        self.seen: list[int] = []

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follows while the block runs, then to the end."""
        thread = threading.Thread(target=self._follow)
        thread.start()
        try:
            yield
        finally:
            self._written.set()
            thread.join()

    def _follow(self) -> None:
        while True:
            last_look = self._written.is_set()
            found = self._following(self.seen[-1] if self.seen else 0)
            self.seen += found
            if last_look and not found:
                return


class NaiveTable:
    """Positions from a sequence: handed out in one order, visible in another."""

    def __init__(self, database: ServiceDatabase) -> None:
        self._url = database.admin
        self._reader = connect(self._url, "naive.reader")
        with self._reader.cursor() as cursor:
            cursor.execute("CREATE TABLE naive (position bigserial PRIMARY KEY)")

    def after(self, position: int) -> list[int]:
        with self._reader.cursor() as cursor:
            cursor.execute(
                "SELECT position FROM naive WHERE position > %s ORDER BY position", (position,)
            )
            return [int(row[0]) for row in cursor.fetchall()]

    def write(self, writers: int, appends: int) -> None:
        with ThreadPoolExecutor(writers) as threads:
            list(threads.map(self._append, [appends] * writers))

    def close(self) -> None:
        self._reader.close()

    def _append(self, appends: int) -> None:
        writer = connect(self._url, "naive.writer")
        with writer.cursor() as cursor:
            for _ in range(appends):
                cursor.execute(
                    "BEGIN; INSERT INTO naive DEFAULT VALUES;"
                    " SELECT pg_sleep(random() * 0.005); COMMIT"
                )
        writer.close()
