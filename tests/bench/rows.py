"""Small rows, measured without any server."""

from collections.abc import Mapping, Sequence

from bench.results import OURS, Row, Sample, Series
from bench.workload import Bound, Workload, figure, ratio

RATE, PEER, POINT = "events_per_s", "peer", "32 clients"


def row(medians: Mapping[str, float], void: Mapping[str, str] | None = None) -> Row:
    """One round of each contestant's rate; `void`: contestants and why."""
    made = Row(key="example", wanted=1, seconds=60, measured_on="a day")
    for contestant, rate in medians.items():
        samples: list[Sample] = [{RATE: rate}]
        reason = (void or {}).get(contestant)
        made.series.append(Series(contestant=contestant, point=POINT, rounds=samples, void=reason))
    return made


def workload(bounds: Sequence[Bound] | None = None) -> Workload:
    asked = [Bound("times peer", ratio(RATE, POINT, OURS, PEER), must=6, moonshot=10)]
    return Workload(
        key="example",
        ident="P0",
        title="An example",
        asks="How fast?",
        rounds=1,
        play=lambda _: None,
        metrics=(RATE,),
        bounds=asked if bounds is None else bounds,
    )


def latency_bound(must: float) -> Bound:
    return Bound("ms p99", figure("p99_ms", POINT, OURS), must=must, at_most=True)
