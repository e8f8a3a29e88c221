"""emmett-postgresql 0.42 in Node.js: `appendToStream` with the expected version, from as many loops
of one process as there are clients, over a pool of as many connections. Its schema is there
beforehand, so that no append looks for it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.append.work import (
    LASTS,
    STREAMS,
    TEXT,
    WARM_UP,
    Answer,
    Outcome,
    choices,
    must_hold,
    stream_id,
)
from bench.cpu import family_seconds
from bench.node import running
from bench.results import Sample
from bench.rounds import Void
from bench.servers import new_database, passing_database, scalar
from deploy.local.postgres import Postgres

SCRIPT = Path(__file__).with_name("emmett.mjs")
SCHEMA = Path(__file__).with_name("emmett_schema.mjs")
STORED = "SELECT count(*) FROM emt_messages"
GAPS = """SELECT count(*) FROM (
    SELECT FROM emt_messages GROUP BY stream_id HAVING max(stream_position) <> count(*)
) AS gaps"""


def template(postgres: Postgres) -> str:
    database = new_database(postgres)
    with running(SCHEMA, {"url": postgres.url(database)}) as lines:
        next(lines, None)
    return database


def play(postgres: Postgres, like: str, clients: int) -> Sample:
    with passing_database(postgres, like) as database:
        url = postgres.url(database)
        with running(SCRIPT, {"url": url, **work(clients)}) as lines:
            outcome = listened(lines)
        must_hold(scalar(url, STORED), outcome.stored, "events stored")
        must_hold(scalar(url, GAPS), 0, "streams with gaps")
    return outcome.sample()


def work(clients: int) -> Mapping[str, object]:
    return {
        "clients": [choices(client, clients) for client in range(clients)],
        "streams": [f"case-{stream_id(stream)}" for stream in range(STREAMS)],
        "text": TEXT,
        "warmUp": 1000 * WARM_UP,
        "lasts": 1000 * LASTS,
    }


def listened(lines: Iterator[str]) -> Outcome:
    """`began` and `ended` are told when they happen, then all answers at once."""
    must_hold(next(lines, "").strip(), "began", "the script's first word")
    cpu = family_seconds()
    must_hold(next(lines, "").strip(), "ended", "the script's second word")
    cpu = family_seconds() - cpu
    told = json.loads(next(lines, "{}"))
    if told.get("void", "no answer") is not None:
        raise Void(str(told.get("void", "no answer")))
    answers = [Answer(asked, at, stored) for asked, at, stored in told["answers"]]
    return Outcome(told["began"], told["ended"], cpu, answers)
