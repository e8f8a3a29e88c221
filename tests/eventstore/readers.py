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

LOOK_SECONDS = 0.001
"""Between two looks: a reader that never rests takes the writers' time."""


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
            self._written.wait(LOOK_SECONDS)


NAIVE = """
    CREATE TABLE naive (position bigserial PRIMARY KEY);
    CREATE PROCEDURE append_naively(appends integer) LANGUAGE plpgsql AS $$
    BEGIN
        FOR _ IN 1..appends LOOP
            INSERT INTO naive DEFAULT VALUES;
            PERFORM pg_sleep(random() * 0.005);
            COMMIT;
        END LOOP;
    END $$
"""
"""Each append is a transaction of its own, which ends a little later than it took its position."""


class NaiveTable:
    """Positions from a sequence: handed out in one order, visible in another."""

    def __init__(self, database: ServiceDatabase) -> None:
        self._url = database.admin
        self._reader = connect(self._url, "naive.reader")
        with self._reader.cursor() as cursor:
            cursor.execute(NAIVE)

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
        # What a reader misses does not depend on the disk; waiting for it would only take longer.
        writer = connect(self._url, "naive.writer", synchronous_commit="off")
        with writer.cursor() as cursor:
            cursor.execute("CALL append_naively(%s)", (appends,))
        writer.close()
