"""The disk below `.bench`: how often it makes a write durable, and how fast it takes a file."""

import os
import re
import subprocess
import time

from bench.cpu import spending
from bench.home import home
from bench.results import Sample
from bench.rounds import Void
from bench.servers import fresh
from deploy.local.postgres import PROGRAMS

SYNCED = re.compile(r"fdatasync\s+([\d.]+) ops/sec")
"""The first of its kind in the report: one write of 8 KiB, then fdatasync."""

FILE = 512 * 2**20
PIECE = 2**20


def fdatasyncs() -> Sample:
    """PostgreSQL's own `pg_test_fsync`, one second for each method."""
    path = fresh("fsync") / "file"
    told = subprocess.run(
        [PROGRAMS / "pg_test_fsync", "-s", "1", "-f", path], capture_output=True, text=True
    )
    found = SYNCED.search(told.stdout)
    if found is None:
        raise Void("pg_test_fsync told no fdatasync")
    return {"events_per_s": float(found[1])}


def file_written() -> Sample:
    """512 MiB in pieces of one, then fsync."""
    path, piece = home() / "written", os.urandom(PIECE)
    with spending() as spent:
        began = time.perf_counter()
        with path.open("wb", buffering=0) as file:
            for _ in range(FILE // PIECE):
                file.write(piece)
            os.fsync(file.fileno())
        seconds = time.perf_counter() - began
    path.unlink()
    return {"MB_per_s": FILE / 1e6 / seconds, "cpu_ms_per_MB": 1000 * spent.cpu / (FILE / 1e6)}
