"""`COPY … TO STDOUT` in binary: as fast as PostgreSQL gives rows away to one client in Python."""

import time

from bench.cpu import spending
from bench.results import Sample
from bench.rounds import Void
from shared.eventstore.connections import connect


class Counting:
    """A file that only counts what is written to it: one row at a time."""

    def __init__(self) -> None:
        self.rows = 0

    def write(self, row: bytes) -> None:
        self.rows += 1


def copying_out(url: str, columns: str, count: int) -> Sample:
    """The events, `count` of them. Raises Void: there were not so many."""
    made, file = connect(url, "bench"), Counting()
    with spending() as spent, made.cursor() as cursor:
        began = time.perf_counter()
        cursor.copy_expert(f"COPY (SELECT {columns} FROM events) TO STDOUT (FORMAT binary)", file)
        seconds = time.perf_counter() - began
    made.close()
    if not count <= file.rows <= count + 2:  # the header and the end may be rows of their own
        raise Void(f"{file.rows} rows instead of {count}")
    return {"events_per_s": count / seconds, "cpu_ms_per_event": 1000 * spent.cpu / count}
