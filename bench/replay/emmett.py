"""emmett-postgresql 0.42 in Node.js: `readMessagesBatch`, a thousand at a time, each with its
metadata and its data parsed. Nothing proves to it that they are unchanged."""

import json
from pathlib import Path

from bench.append.emmett import template
from bench.append.work import must_hold
from bench.cpu import family_seconds
from bench.node import running
from bench.results import Sample
from bench.servers import execute, new_database
from deploy.local.postgres import Postgres

FILL = Path(__file__).with_name("emmett_fill.mjs")
READ = Path(__file__).with_name("emmett_read.mjs")
BATCH = 1000


def filled(postgres: Postgres, count: int) -> str:
    """`count` events in streams of a thousand, appended by emmett itself."""
    database = new_database(postgres, template(postgres))
    url = postgres.url(database)
    with running(FILL, {"url": url, "count": count, "batch": BATCH}) as lines:
        next(lines, None)
    execute(url, "VACUUM ANALYZE")
    return database


def read(postgres: Postgres, database: str, count: int) -> Sample:
    with running(READ, {"url": postgres.url(database), "batch": BATCH}) as lines:
        must_hold(next(lines, "").strip(), "began", "the script's first word")
        before = family_seconds()
        told = json.loads(next(lines, "{}"))
        spent = family_seconds() - before
    must_hold(told.get("events"), count, "events read")
    return {
        "events_per_s": count / told["seconds"],
        "cpu_ms_per_event": 1000 * spent / count,
    }
