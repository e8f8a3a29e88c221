"""What became slower by more than a fifth is told; noise is not."""

import pytest

from bench.quick import WATCHED, Compared, Watched, compared, shown
from bench.results import OURS
from bench.rounds import Journal
from bench.rows import ROWS
from tests.bench.rows import PEER, POINT, RATE, row


def unplayed(_: Journal) -> None:
    raise AssertionError("nothing is measured here")


ONE = Watched("P0", "example", RATE, POINT, PEER, unplayed)
COMMITTED = {"example": row({OURS: 5000, PEER: 1000})}


def of_now(ours: float, ceiling: float = 1000) -> Compared:
    (found,) = compared([ONE], COMMITTED, lambda _: row({OURS: ours, PEER: ceiling}))
    return found


@pytest.mark.parametrize(("ours", "slower"), [(3750, True), (4500, False), (7000, False)])
def test_a_quarter_slower_is_told_and_a_tenth_is_not(ours: float, slower: bool) -> None:
    found = of_now(ours)
    assert (found.slower, found.passes) == (slower, not slower)
    assert ("SLOWER" in shown([found])) == slower


def test_a_slower_machine_is_no_slowdown() -> None:
    assert of_now(ours=2500, ceiling=500).verdict == "+0%"


def test_a_missing_committed_figure_is_told() -> None:
    (found,) = compared([ONE], {}, lambda _: row({OURS: 5000, PEER: 1000}))
    assert not found.passes
    assert "no committed figure" in shown([found])


def test_what_could_not_be_measured_does_not_pass() -> None:
    void = row({OURS: 5000, PEER: 1000}, void={OURS: "a row is missing"})
    (found,) = compared([ONE], COMMITTED, lambda _: void)
    assert not found.passes
    assert "could not be measured" in shown([found])


def test_every_watched_figure_is_a_figure_of_its_row() -> None:
    rows = {one.key: one for one in ROWS}
    assert [one.ident for one in WATCHED] == ["P1", "P2", "P4"]
    assert all(one.metric in rows[one.key].metrics for one in WATCHED if one.key in rows)
