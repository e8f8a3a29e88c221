"""PostgreSQL's own `pgbench`: rows of 300 bytes, one or a hundred in each transaction.

Prepared statements, no idle clients, two threads; latencies from its log of every transaction."""

import re
import shutil
import subprocess
from pathlib import Path

from bench.cpu import spending
from bench.latency import latencies
from bench.results import Sample
from bench.rounds import Void
from bench.servers import execute, fresh, passing_database, scalar
from deploy.local.postgres import PROGRAMS, Postgres

TABLE = "CREATE TABLE rows (position bigserial PRIMARY KEY, body text NOT NULL)"
ROWS = "INSERT INTO rows (body) SELECT repeat('x', 300) FROM generate_series(1, {count})"
ONE_ROW = "INSERT INTO rows (body) VALUES (repeat('x', 300))"
DONE = re.compile(r"number of transactions actually processed: (\d+)")
RATE = re.compile(r"tps = ([\d.]+)")


def inserting(server: Postgres, clients: int, rows: int, seconds: int = 3) -> Sample:
    """`rows` in each transaction, by `clients`, into an empty table.

    Raises:
        Void: it failed, or not all rows are there.
    """
    directory = fresh("pgbench")
    script = ONE_ROW if rows == 1 else ROWS.format(count=rows)
    (directory / "script.sql").write_text(script)
    with passing_database(server) as database:
        url = server.url(database)
        execute(url, TABLE)
        with spending() as spent:
            told = run(url, directory, clients, seconds)
        found = scalar(url, "SELECT count(*) FROM rows")
    done, rate = DONE.search(told), RATE.search(told)
    if done is None or rate is None or found != int(done[1]) * rows:
        raise Void("pgbench failed, or rows are missing")
    taken = milliseconds(directory)
    shutil.rmtree(directory)
    return {
        "events_per_s": float(rate[1]) * rows,
        **latencies(taken),
        "cpu_ms_per_event": 1000 * spent.cpu / found,
    }


def run(url: str, directory: Path, clients: int, seconds: int) -> str:
    words: list[str | Path] = [
        *(PROGRAMS / "pgbench", "-n", "-M", "prepared", "-f", "script.sql", "-l"),
        *("-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds), url),
    ]
    return subprocess.run(words, cwd=directory, capture_output=True, text=True).stdout


def milliseconds(directory: Path) -> list[float]:
    """Of every transaction: the third word of a line of its log, in microseconds."""
    lines = (line for log in directory.glob("pgbench_log.*") for line in log.open())
    return [int(line.split()[2]) / 1000 for line in lines]
