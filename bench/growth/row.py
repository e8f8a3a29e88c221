"""Growth, played at three sizes."""

from functools import partial

from bench.growth import grown
from bench.product import product
from bench.replay.history import filled
from bench.results import OURS, Row
from bench.rounds import Journal, Trial
from bench.servers import running_postgres, settings_of
from bench.workload import Bound, Measured, Workload

COUNTS = (10_000, 100_000, 1_000_000)


def point(count: int) -> str:
    return f"{count:,} events"


def play(journal: Journal) -> None:
    with running_postgres("growth") as postgres:
        journal.row.settings = dict(settings_of(postgres))
        journal.row.notes["history"] = (
            "a thousand cases are worked on at a time, each has twenty events; one organisation "
            "holds them all; sizes are bytes for each event, indexes included"
        )
        ours = product(postgres)
        full = {count: filled(ours, count) for count in COUNTS}
        journal.play(
            [
                Trial(OURS, point(count), partial(grown.play, ours, full[count], count))
                for count in COUNTS
            ]
        )


def kept(metric: str) -> Measured:
    """The figure at the most events, over that at the fewest."""
    least, most = point(COUNTS[0]), point(COUNTS[-1])

    def measured(row: Row) -> float | None:
        few, many = row.median(OURS, least, metric), row.median(OURS, most, metric)
        return None if many is None or not few else many / few

    return measured


GROWTH = Workload(
    key="growth",
    ident="Growth",
    title="Growth",
    asks="What becomes slower as the history grows, and how much disk does an event take?",
    rounds=3,
    play=play,
    metrics=(
        "appended_per_s",
        "replayed_per_s",
        "rebuilt_per_s",
        "worklist_p50_ms",
        "worklist_p99_ms",
        "events_bytes",
        "read_model_bytes",
        "handled_bytes",
    ),
    bounds=(
        Bound("of the appending at 10,000 events, at 1,000,000", kept("appended_per_s"), None),
        Bound("of the replay at 10,000 events, at 1,000,000", kept("replayed_per_s"), None),
        Bound("of the rebuild at 10,000 events, at 1,000,000", kept("rebuilt_per_s"), None),
    ),
    drawn=("appended_per_s", "replayed_per_s", "rebuilt_per_s", "worklist_p99_ms"),
)
