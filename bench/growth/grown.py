"""One database of so many events: its read models made anew, its worklist asked for, its history
read, commands appended; and what all that takes on the disk."""

import time
from collections.abc import Iterator

from sqlalchemy import Engine

from bench.append.vcms import appended
from bench.append.work import must_hold
from bench.latency import percentile
from bench.line import STAFF
from bench.product import Product
from bench.replay.vcms import read, rebuilt
from bench.results import Sample
from bench.servers import passing_database, scalar
from services.cases.projections import WORKLISTS
from services.cases.queries import cases_before
from shared.eventstore.connections import engine
from shared.eventstore.reading import reading

CLIENTS = 32
PAGE = 50
"""Cases of a worklist that are shown at once."""
ASKED = 300
"""Times, after some that do not count."""
SIZES = {
    "events_bytes": ("events",),
    "read_model_bytes": WORKLISTS.tables,
    "handled_bytes": ("handled_commands",),
}


def play(product: Product, like: str, count: int) -> Sample:
    """Appending comes last: it changes what the others read."""
    with passing_database(product.postgres, like) as database:
        made = rebuilt(product, database, count)
        sample = {
            "rebuilt_per_s": made["rebuilt_per_s"],
            **worklist(product, database),
            "replayed_per_s": read(product, database, count)["events_per_s"],
            **dict(sizes(product.postgres.url(database), count)),
        }
        outcome = appended(product, database, None, CLIENTS)
        head = scalar(product.postgres.url(database), "SELECT max(position) FROM events")
        must_hold(head, count + outcome.stored, "positions, gap-free")
    return {"appended_per_s": outcome.sample()["events_per_s"], **sample}


def worklist(product: Product, database: str) -> Sample:
    """As the service asks for it: as its reader, in a transaction that sees one organisation."""
    readers = engine(product.url(database, "reader"))
    try:
        taken = [asked(readers) for _ in range(ASKED + 50)][50:]
    finally:
        readers.dispose()
    return {"worklist_p50_ms": percentile(taken, 0.5), "worklist_p99_ms": percentile(taken, 0.99)}


def asked(readers: Engine) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    with reading(readers, STAFF.organisation) as connection:
        rows = cases_before(connection, None, None, PAGE + 1)
    taken = 1000 * (time.perf_counter() - began)
    must_hold(len(rows), PAGE + 1, "rows of the worklist")
    return taken


def sizes(url: str, count: int) -> Iterator[tuple[str, float]]:
    """Bytes for each event, indexes included."""
    for metric, tables in SIZES.items():
        total = " + ".join(f"pg_total_relation_size('{table}')" for table in tables)
        taken = scalar(url, f"SELECT {total}")
        assert isinstance(taken, int)
        yield metric, taken / count
