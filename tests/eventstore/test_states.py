"""The writer's folded states: bounded, and never older than the lock allows."""

from __future__ import annotations

from shared.eventstore.aggregate import by_kind
from shared.eventstore.present import Folded
from shared.eventstore.states import States
from tests.eventstore.reports import REPORTS, Report


def held(streams: int) -> dict[str, Folded]:
    return {f"report-{number}": Folded(Report(), 1) for number in range(streams)}


def test_those_that_were_not_used_for_longest_go_first() -> None:
    states = States(by_kind([REPORTS]), capacity=3)
    states.keep(held(3), position=3)
    states.keep({"report-0": Folded(Report(), 2)}, position=4)
    states.keep({"report-new": Folded(Report(), 1)}, position=5)
    assert set(states.held(["report-0", "report-1", "report-2", "report-new"])) == {
        "report-0",
        "report-2",
        "report-new",
    }


def test_a_stream_with_an_unreadable_event_is_no_longer_held() -> None:
    states = States(by_kind([REPORTS]))
    states.keep(held(2), position=2)
    states.follow([("report-0", b"not an envelope")], position=3)
    assert set(states.held(["report-0", "report-1"])) == {"report-1"}
    assert states.seen == 3
