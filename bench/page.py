"""`python -m bench.page`: puts the figures of bench/results into docs/benchmarks.md.

What people wrote there stays; what stands between `<!-- figures: KEY -->` and `<!-- end -->` is
made anew."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.results import OURS, RESULTS, Row
from bench.rows import ROWS
from bench.tables import (
    NOTHING,
    bounds,
    drawn,
    facts,
    figures,
    limited,
    must_met,
    ratios,
    table,
    told,
    voids,
    way_to_moonshot,
)
from bench.workload import Workload

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
PICTURES = PAGE.with_suffix("")
BLOCK = re.compile(r"(<!-- figures: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
SUMMARY = "summary"


def write_page() -> None:
    """Raises: NoPlace: the page has no block for a row."""
    # Imported where it is needed: whoever only reads the page needs no matplotlib.
    from bench.plots import draw

    measured = committed(ROWS)
    PAGE.write_text(filled(PAGE.read_text(), ROWS, measured))
    for workload in ROWS:
        if workload.key in measured:
            draw(workload, measured[workload.key], PICTURES)


class NoPlace(Exception):
    """The page does not say where the figures of a row stand."""

    def __init__(self, keys: Iterable[str]) -> None:
        marks = ", ".join(f"<!-- figures: {key} --> and <!-- end -->" for key in keys)
        super().__init__(f"{PAGE.relative_to(ROOT)} needs a place for a row: {marks}")


def committed(rows: Iterable[Workload], results: Path = RESULTS) -> Mapping[str, Row]:
    """What was measured, by the row's key; a row that never was is not in it."""
    paths = {workload.key: results / f"{workload.key}.json" for workload in rows}
    return {key: Row.read(path) for key, path in paths.items() if path.exists()}


def filled(text: str, rows: Sequence[Workload], measured: Mapping[str, Row]) -> str:
    """The page with the figures of today.

    Raises:
        NoPlace: it has no block for a row.
    """
    blocks = {workload.key: block(workload, measured.get(workload.key)) for workload in rows}
    blocks[SUMMARY] = summary(rows, measured)
    missing = blocks.keys() - {key for _, key, *_ in BLOCK.findall(text)}
    if missing:
        raise NoPlace(sorted(missing))
    return BLOCK.sub(lambda found: replaced(found, blocks), text)


def replaced(found: re.Match[str], blocks: Mapping[str, str]) -> str:
    begin, key, _, end = found.groups()
    return f"{begin}\n{blocks[key]}\n\n{end}" if key in blocks else found[0]


def block(workload: Workload, row: Row | None) -> str:
    """All that is known of a row."""
    if row is None:
        return f"{heading(workload)}\n\n{workload.asks}\n\nNot measured yet."
    compared = [ratios(row, metric) for metric in workload.drawn or workload.metrics[:1]]
    parts = [
        heading(workload),
        workload.asks,
        bounds(workload, row),
        "\n\n".join(pictures(workload, row)),
        figures(row, workload.metrics),
        *compared,
        voids(row),
        set_ups(workload.key),
        facts(row),
    ]
    return "\n\n".join(part for part in parts if part)


def pictures(workload: Workload, row: Row) -> Iterator[str]:
    for metric in drawn(workload, row):
        file = f"{PICTURES.name}/{workload.key}-{metric}.svg"
        yield f"![{workload.title}: {metric.replace('_', ' ')}, by contestant]({file})"


def set_ups(key: str, folder: Path = ROOT / "bench") -> str:
    """What each file of the row says of itself: how its contestant was set up."""
    paths = sorted((folder / key).glob("*.py"))
    lines = [
        f"- [`{path.name}`](../bench/{key}/{path.name}): {said}"
        for path in paths
        if path.stem not in {"__init__", "row"} and (said := first_words(path))
    ]
    if not lines:
        return ""
    listed = "\n".join(lines)
    return f"<details><summary>How each contestant was set up</summary>\n\n{listed}\n\n</details>"


def first_words(path: Path) -> str:
    """The module's docstring, on one line."""
    return " ".join((ast.get_docstring(ast.parse(path.read_text())) or "").split())


def summary(rows: Sequence[Workload], measured: Mapping[str, Row]) -> str:
    """A line a row."""
    lines = [line(workload, measured.get(workload.key)) for workload in rows if workload.bounds]
    return table(["", "workload", f"{OURS}", "must", "moonshot"], lines)


def line(workload: Workload, row: Row | None) -> Sequence[str]:
    linked = f"[{workload.title}](#{anchor(workload)})"
    if row is None:
        return [workload.ident, linked, "not measured yet", NOTHING, NOTHING]
    return [
        workload.ident,
        linked,
        headline(workload, row),
        musts(workload, row),
        way(workload, row),
    ]


def heading(workload: Workload) -> str:
    return f"## {workload.ident}: {workload.title}"


def anchor(workload: Workload) -> str:
    """Of the heading, as web pages make it."""
    words = re.sub(r"[^\w -]", "", heading(workload).removeprefix("## ").lower())
    return words.replace(" ", "-")


def headline(workload: Workload, row: Row) -> str:
    """The first thing that is asked of it."""
    first = workload.bounds[0]
    return told(first, first.measured(row))


def musts(workload: Workload, row: Row) -> str:
    asked = [(bound, bound.must) for bound in workload.bounds if bound.must is not None]
    missed = [
        f"{told(bound, value)} ({limited(bound, must)})"
        for bound, must in asked
        if not must_met(bound, value := bound.measured(row))
    ]
    if missed:
        return f"**missed**: {'; '.join(missed)}"
    return f"met ({len(asked)} of {len(asked)})" if asked else NOTHING


def way(workload: Workload, row: Row) -> str:
    """How many moonshots are reached, and how far the furthest is."""
    hoped = [bound for bound in workload.bounds if bound.moonshot is not None]
    ways = {bound.words: way_to_moonshot(bound, bound.measured(row)) or 0 for bound in hoped}
    if not ways:
        return NOTHING
    reached = sum(share >= 1 for share in ways.values())
    told = f"{reached} of {len(ways)} reached"
    furthest, share = min(ways.items(), key=lambda item: item[1])
    return told if share >= 1 else f"{told}; furthest: {share:.0%} ({furthest})"


if __name__ == "__main__":
    write_page()
