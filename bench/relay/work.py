"""The same work for all: events on a fixed schedule, and what became of each of them."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bench.latency import latencies
from bench.line import history
from bench.results import Sample
from bench.rounds import Void
from shared.eventstore.writes import Written

SECONDS = 4
"""Of load at each rate; the first second warms up and counts for nobody."""

PATIENCE = 30.0
"""Seconds after the last commit until all must be handled."""

RATES = {"200/s": 200, "1,000/s": 1_000, "5,000/s": 5_000}
DRAIN = "drain"

Position = int
Nanoseconds = int
"""Since 1970, by the clock that all programs of the machine share."""


@dataclass(slots=True)
class Commits:
    """When each position was due, and when the answer to its COMMIT was there."""

    due: dict[Position, Nanoseconds] = field(default_factory=dict)
    done: dict[Position, Nanoseconds] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handled:
    position: Position
    at: Nanoseconds


def entries(rate: int) -> Sequence[Written]:
    return list(history(rate * SECONDS))


def outcome(commits: Commits, handled: Sequence[Handled], rate: int) -> Sample:
    """Raises Void: an event was lost, doubled or out of order at the handler."""
    in_order([one.position for one in handled], len(commits.done))
    counted = [one for one in handled if one.position > rate]
    late = [(one.at - commits.due[one.position]) / 1e6 for one in counted]
    due = latencies(late)
    return {
        **latencies([(one.at - commits.done[one.position]) / 1e6 for one in counted]),
        "from_due_p50_ms": due["p50_ms"],
        "from_due_p99_ms": due["p99_ms"],
    }


def in_order(positions: Sequence[Position], wanted: int) -> None:
    """Raises Void: these are not 1, 2, 3 … `wanted`."""
    if list(positions) != list(range(1, wanted + 1)):
        different = len(set(positions))
        raise Void(
            f"each event once and in order: {len(positions)} were handled, {different} different"
            f" ones of {wanted}"
        )


def commit_when_due(
    load: Sequence[Written], rate: int, commit: Callable[[Sequence[Written]], None]
) -> Commits:
    """Commits all that is due in one transaction, again and again, as a writer with group commit
    does. Blocks."""
    commits, began = Commits(), time.time_ns()
    for batch in due_batches(load, rate, began):
        commit(batch)
        now = time.time_ns()
        for written in batch:
            position = written.envelope.position
            commits.due[position] = due_at(began, position, rate)
            commits.done[position] = now
    return commits


def due_batches(
    load: Sequence[Written], rate: int, began: Nanoseconds
) -> Iterator[Sequence[Written]]:
    sent = 0
    while sent < len(load):
        wait = due_at(began, sent + 1, rate) - time.time_ns()
        if wait > 0:
            time.sleep(wait / 1e9)
        due = min(len(load), (time.time_ns() - began) * rate // 10**9 + 1)
        if due > sent:
            yield load[sent:due]
            sent = due


def due_at(began: Nanoseconds, position: Position, rate: int) -> Nanoseconds:
    return began + (position - 1) * 10**9 // rate
