"""The page shows what was measured and nothing else: voids as void, misses as missed."""

import re

import pytest

from bench.page import PAGE, PICTURES, NoPlace, block, committed, filled, summary
from bench.results import OURS, RESULTS
from bench.rows import ROWS
from bench.tables import drawn
from tests.bench.rows import PEER, latency_bound, row, workload

OF_A_MACHINE = re.compile(r"/(work|root|home|tmp|var|usr|Users)/|https?://|localhost")


def test_a_void_figure_is_shown_as_void_and_never_as_a_figure() -> None:
    shown = block(workload(), row({OURS: 7000, PEER: 777}, void={PEER: "a row is missing"}))
    assert "777" not in shown
    assert f"| {PEER} | void |" in shown
    assert "is void: a row is missing." in shown
    assert "not measured" in shown


@pytest.mark.parametrize(("ours", "verdict"), [(5_990, "**missed**"), (6_000, "met")])
def test_a_bound_is_met_or_missed(ours: float, verdict: str) -> None:
    shown = block(workload(), row({OURS: ours, PEER: 1000}))
    assert f"| times peer | at least 6 | {verdict} |" in shown


def test_a_missed_must_stands_in_the_summary() -> None:
    measured = {"example": row({OURS: 5_000, PEER: 1000})}
    assert "**missed**: 5 times peer (at least 6)" in summary([workload()], measured)
    assert "0 of 1 reached; furthest: 50% (times peer)" in summary([workload()], measured)


def test_what_was_not_measured_is_not_met() -> None:
    measured = {"example": row({OURS: 5_000, PEER: 1000})}
    assert "**missed**" in summary([workload([latency_bound(25)])], measured)


def test_what_people_wrote_stays() -> None:
    text = (
        "Mine.\n<!-- figures: summary -->\nold\n<!-- end -->\nStays.\n"
        "<!-- figures: example -->\nold\n<!-- end -->\nToo.\n"
    )
    page = filled(text, [workload()], {"example": row({OURS: 7000, PEER: 1000})})
    assert page.startswith("Mine.\n<!-- figures: summary -->\n")
    assert "<!-- end -->\nStays.\n<!-- figures: example -->\n" in page
    assert page.endswith("<!-- end -->\nToo.\n")
    assert "old" not in page
    assert "7,000 (7,000 to 7,000)" in page


def test_a_row_without_a_place_is_told() -> None:
    with pytest.raises(NoPlace, match="figures: example"):
        filled("<!-- figures: summary -->\n<!-- end -->\n", [workload()], {})


def test_the_page_shows_the_committed_figures() -> None:
    """Stale? `make bench` or `.venv/bin/python -m bench.page` writes it."""
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, ROWS, committed(ROWS)) == text


def test_every_row_that_is_committed_is_drawn() -> None:
    measured = committed(ROWS)
    assert {path.stem for path in RESULTS.glob("*.json")} == set(measured)
    shown = [(one, measured[one.key]) for one in ROWS if one.key in measured]
    wanted = {f"{one.key}-{metric}.svg" for one, found in shown for metric in drawn(one, found)}
    assert {path.name for path in PICTURES.glob("*.svg")} == wanted


def test_every_row_has_all_its_rounds() -> None:
    short = [
        f"{key}: {one.contestant}, {one.point}"
        for key, measured in committed(ROWS).items()
        for one in measured.series
        if one.void is None and len(one.rounds) != measured.wanted
    ]
    assert short == []


def test_no_figure_tells_of_a_machine() -> None:
    drawings = [*PICTURES.glob("*.svg"), *RESULTS.rglob("*.svg")]
    kept = [PAGE, *RESULTS.rglob("*.json"), *drawings]
    texts = {path.name: without_namespaces(path.read_text(encoding="utf-8")) for path in kept}
    found = {name: OF_A_MACHINE.search(text) for name, text in texts.items()}
    assert {name for name, hit in found.items() if hit} == set()


def without_namespaces(text: str) -> str:
    """And without the other addresses that programs put into every SVG file that they draw."""
    hosts = r"(purl|creativecommons|www\.w3)\.org|(github|www\.brendangregg)\.com|web\.dev"
    return re.sub(rf"https?://({hosts})/\S*", "", text)


def test_a_path_of_a_machine_would_be_found() -> None:
    assert OF_A_MACHINE.search("shared_buffers /home/somebody/.bench")
    assert OF_A_MACHINE.search(without_namespaces("http://mirror.example/simple"))
    assert not OF_A_MACHINE.search(without_namespaces('xmlns="http://www.w3.org/2000/svg"'))
