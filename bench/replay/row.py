"""P2, played: one million of our events read, fewer of the peers', whose rates do not depend on the
number; then a read model made anew from two hundred thousand."""

from functools import partial

from bench.ceilings.copy_out import copying_out
from bench.product import product
from bench.replay import emmett, eventsourcing_, vcms
from bench.replay.history import filled
from bench.results import OURS
from bench.rounds import Journal, Trial
from bench.servers import running_postgres, settings_of
from bench.workload import Bound, Workload, figure, ratio

OURS_READ, THEIRS_READ, REBUILT = 1_000_000, 200_000, 200_000
READ, REBUILD = "reading the history", "rebuilding the worklists"
EVENTSOURCING, EMMETT, COPY_OUT = "eventsourcing", "emmett-postgresql", "COPY out"
RATE = "events_per_s"


def play(journal: Journal) -> None:
    with running_postgres("replay") as postgres:
        journal.row.settings = dict(settings_of(postgres))
        journal.row.notes["events"] = (
            f"{OURS_READ:,} of ours are read, {THEIRS_READ:,} of each peer, {REBUILT:,} are "
            "projected anew"
        )
        ours = product(postgres)
        whole, part = filled(ours, OURS_READ), filled(ours, REBUILT)
        theirs = eventsourcing_.filled(postgres, THEIRS_READ)
        messages = emmett.filled(postgres, THEIRS_READ)
        reading = {
            OURS: partial(vcms.read, ours, whole, OURS_READ),
            EVENTSOURCING: partial(eventsourcing_.read, postgres, theirs, THEIRS_READ),
            EMMETT: partial(emmett.read, postgres, messages, THEIRS_READ),
            COPY_OUT: partial(copying_out, postgres.url(whole), "body, chain", OURS_READ),
        }
        rebuilding = Trial(OURS, REBUILD, partial(vcms.rebuild, ours, part, REBUILT))
        journal.play([*(Trial(name, READ, one) for name, one in reading.items()), rebuilding])


REPLAY = Workload(
    key="replay",
    ident="P2",
    title="Reading a history, and rebuilding from it",
    asks="How fast is a whole history read back, decoded and proven unchanged, and how fast is a "
    "read model made anew from it?",
    rounds=5,
    play=play,
    metrics=(RATE, "rebuilt_per_s", "cpu_ms_per_event"),
    bounds=(
        Bound(
            f"times {EVENTSOURCING}, {READ}",
            ratio(RATE, READ, OURS, EVENTSOURCING),
            must=5,
            moonshot=10,
        ),
        Bound(f"times {EMMETT}, {READ}", ratio(RATE, READ, OURS, EMMETT), must=5, moonshot=10),
        Bound(
            f"events a second, {REBUILD}",
            figure("rebuilt_per_s", REBUILD, OURS),
            must=30_000,
            moonshot=80_000,
        ),
    ),
    drawn=(RATE,),
)
