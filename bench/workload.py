"""One row of the benchmarks: how it is measured, and what it must reach."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.results import Row
from bench.rounds import Journal

Measured = Callable[[Row], float | None]
"""A ratio, or a figure with its unit, from a row; None: not measured."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must reach, and what it ought to: at least, or at most."""

    words: str
    measured: Measured
    must: float | None
    moonshot: float | None = None
    at_most: bool = False

    def reached(self, value: float, wanted: float) -> bool:
        return value <= wanted if self.at_most else value >= wanted


@dataclass(frozen=True, slots=True)
class Workload:
    """`ident` is the row's name in the design, such as P1. `metrics` are shown in this order."""

    key: str
    ident: str
    title: str
    asks: str
    """The question that the row answers, in a sentence."""
    rounds: int
    play: Callable[[Journal], None]
    metrics: Sequence[str]
    bounds: Sequence[Bound] = ()
    drawn: Sequence[str] = ()
    """The metrics that are drawn, one picture each."""


def ratio(metric: str, point: str, ours: str, theirs: str) -> Measured:
    """`ours` over `theirs`, of the medians."""

    def measured(row: Row) -> float | None:
        above, below = row.median(ours, point, metric), row.median(theirs, point, metric)
        return None if above is None or not below else above / below

    return measured


def figure(metric: str, point: str, contestant: str) -> Measured:
    """The median itself."""
    return lambda row: row.median(contestant, point, metric)
