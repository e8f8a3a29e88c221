"""P1, played: every contestant at one client, at eight, at 32 and at 128."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bench.append import emmett, eventsourcing_, message_db, umadb_, vcms
from bench.append.work import LASTS, STREAMS, stream_id
from bench.ceilings.pgbench import inserting
from bench.product import product
from bench.results import OURS, Sample
from bench.rounds import Journal, Trial, Void
from bench.servers import running_postgres, settings_of
from bench.workload import Bound, Measured, Workload, ratio
from deploy.local.postgres import Postgres

CLIENTS = (1, 8, 32, 128)
SEALED = f"{OURS}, sealed"
EVENTSOURCING, MESSAGE_DB, EMMETT, UMADB = (
    *("eventsourcing", "message-db", "emmett-postgresql", "UmaDB"),
)
PEERS = (EVENTSOURCING, MESSAGE_DB, EMMETT, UMADB)
ONE_ROW, HUNDRED_ROWS = "pgbench, one row", "pgbench, 100 rows"
RATE = "events_per_s"
LEAST = {1: 1.0, 8: 2.0, 32: 6.0}
"""Times a peer, by clients."""

Play = Callable[[int], Sample]
"""One sample, with so many clients."""


def point(clients: int) -> str:
    return f"{clients} client{'s' if clients > 1 else ''}"


def play(journal: Journal) -> None:
    with running_postgres("append") as postgres:
        journal.row.settings = dict(settings_of(postgres))
        journal.row.notes["load"] = (
            f"closed loop, {LASTS} s a sample: every client waits for its answer before it asks "
            "again; latencies are of stored and refused commands together"
        )
        contestants = playing(postgres)
        journal.play(
            [
                Trial(name, point(clients), partial(one, clients))
                for clients in CLIENTS
                for name, one in contestants.items()
            ]
        )


def playing(postgres: Postgres) -> Mapping[str, Play]:
    ours = product(postgres)
    vault = ours.vault()
    vault.keys_for([stream_id(stream) for stream in range(STREAMS)])
    return {
        OURS: partial(vcms.play, ours, None),
        SEALED: partial(vcms.play, ours, vault),
        EVENTSOURCING: from_template(postgres, eventsourcing_.template, eventsourcing_.play),
        MESSAGE_DB: from_template(postgres, message_db.template, message_db.play),
        EMMETT: from_template(postgres, emmett.template, emmett.play),
        UMADB: umadb_.play,
        ONE_ROW: partial(inserting, postgres, rows=1),
        HUNDRED_ROWS: partial(inserting, postgres, rows=100),
    }


def from_template(
    postgres: Postgres,
    template: Callable[[Postgres], str],
    play: Callable[[Postgres, str, int], Sample],
) -> Play:
    """A peer that cannot be installed is void at every point."""
    try:
        return partial(play, postgres, template(postgres))
    except Void as void:
        return partial(not_to_be_had, str(void))


def not_to_be_had(reason: str, clients: int) -> Sample:
    raise Void(reason)


def against(metric: str, clients: int, peer: str) -> Measured:
    return ratio(metric, point(clients), OURS, peer)


def bounds() -> Sequence[Bound]:
    at_least = [
        Bound(f"times {peer} at {point(clients)}", against(RATE, clients, peer), must)
        for peer in PEERS
        for clients, must in LEAST.items()
    ]
    return (
        *at_least,
        Bound(
            f"times {EVENTSOURCING} at {point(128)}",
            against(RATE, 128, EVENTSOURCING),
            must=None,
            moonshot=15,
        ),
        Bound(
            f"of {EVENTSOURCING}'s p99 at {point(32)}",
            against("p99_ms", 32, EVENTSOURCING),
            must=1 / 3,
            at_most=True,
        ),
        Bound(
            f"times {ONE_ROW}, at {point(32)}", against(RATE, 32, ONE_ROW), must=None, moonshot=2.5
        ),
        Bound(
            f"of {HUNDRED_ROWS}, at {point(32)}",
            against(RATE, 32, HUNDRED_ROWS),
            must=None,
            moonshot=0.3,
        ),
    )


APPEND = Workload(
    key="append",
    ident="P1",
    title="Appending events",
    asks="How many commands a second become events: version checked, in one order without gaps, "
    "chained, on disk before the answer?",
    rounds=5,
    play=play,
    metrics=(RATE, "p50_ms", "p99_ms", "cpu_ms_per_event"),
    bounds=bounds(),
    drawn=(RATE, "p99_ms"),
)
