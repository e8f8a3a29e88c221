"""What was measured, as tables of a page: plain functions from a row to Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from bench.results import OURS, Row, Series, Spread
from bench.workload import Bound, Workload

NOTHING = "-"


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def number(value: float) -> str:
    """Three digits that count, or all of those before the point."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value else "0"


def spread(found: Spread) -> str:
    """The median, and from the least to the most."""
    return f"{number(found.median)} ({number(found.least)} to {number(found.most)})"


def named(metric: str) -> str:
    """As people say it: `cpu_ms_per_event` is "CPU ms per event"."""
    return metric.replace("_", " ").replace("cpu", "CPU")


def small_is_good(metric: str) -> bool:
    """Waiting and spending; everything else is work done."""
    return metric.endswith("_ms") or metric.startswith(("cpu_", "bytes_", "seconds", "MB_of"))


def figures(row: Row, metrics: Sequence[str]) -> str:
    """Medians of all contestants: one table where there is one point, else one a metric."""
    known = [metric for metric in metrics if has(row, metric)]
    if len(row.points()) == 1:
        (point,) = row.points()
        cells = figure_cells(row, [(point, metric) for metric in known])
        return table([point, *map(named, known)], cells)
    return "\n\n".join(by_point(row, metric) for metric in known)


def by_point(row: Row, metric: str) -> str:
    points = [point for point in row.points() if has(row, metric, point)]
    cells = figure_cells(row, [(point, metric) for point in points])
    return table([f"**{named(metric)}**", *points], cells)


def has(row: Row, metric: str, point: str | None = None) -> bool:
    """A void series is shown where it would have stood."""
    return any(
        metric in one.metrics() and point in (None, one.point) for one in row.series if not one.void
    )


def drawn(workload: Workload, row: Row) -> Sequence[str]:
    """The metrics that have a picture: not those that are void for everybody."""
    return [metric for metric in workload.drawn if has(row, metric)]


def figure_cells(row: Row, columns: Sequence[tuple[str, str]]) -> Iterator[Sequence[str]]:
    """A line for each contestant that has anything to show; `columns` are point and metric."""
    for contestant in row.contestants():
        cells = [cell(row.find(contestant, point), metric) for point, metric in columns]
        if any(text != NOTHING for text in cells):
            yield [strong(contestant), *cells]


def cell(series: Series | None, metric: str) -> str:
    if series is None:
        return NOTHING
    if series.void is not None:
        return "void"
    return spread(series.of(metric)) if metric in series.metrics() else NOTHING


def strong(contestant: str) -> str:
    return f"**{contestant}**" if contestant == OURS else contestant


def ratios(row: Row, metric: str) -> str:
    """Ours over theirs; empty where there is nothing to compare."""
    points = [point for point in row.points() if row.median(OURS, point, metric) is not None]
    lines = []
    for peer in row.contestants():
        cells = [quotient(row, peer, point, metric) for point in points]
        if peer != OURS and any(text != NOTHING for text in cells):
            lines.append([peer, *cells])
    how = "less is better" if small_is_good(metric) else "more is better"
    return table([f"{OURS} / peer, {named(metric)} ({how})", *points], lines) if lines else ""


def quotient(row: Row, peer: str, point: str, metric: str) -> str:
    ours, theirs = row.median(OURS, point, metric), row.median(peer, point, metric)
    return NOTHING if ours is None or not theirs else number(ours / theirs)


def bounds(workload: Workload, row: Row) -> str:
    """Every must and every moonshot, met or missed."""
    lines = [bound_cells(bound, bound.measured(row)) for bound in workload.bounds]
    head = ["measured", "", "must", "", "moonshot", ""]
    return table(head, lines) if lines else ""


def bound_cells(bound: Bound, value: float | None) -> Sequence[str]:
    shown = "not measured" if value is None else f"**{number(value)}**"
    must = wanted(bound, bound.must, must_verdict(bound, value))
    return [shown, bound.words, *must, *wanted(bound, bound.moonshot, on_its_way(bound, value))]


def wanted(bound: Bound, limit: float | None, verdict: str) -> Sequence[str]:
    return [NOTHING, ""] if limit is None else [limited(bound, limit), verdict]


def limited(bound: Bound, limit: float) -> str:
    return f"{'at most' if bound.at_most else 'at least'} {number(limit)}"


def told(bound: Bound, value: float | None) -> str:
    return f"not measured: {bound.words}" if value is None else f"{number(value)} {bound.words}"


def must_met(bound: Bound, value: float | None) -> bool:
    """What was not measured is not met."""
    return bound.must is None or (value is not None and bound.reached(value, bound.must))


def must_verdict(bound: Bound, value: float | None) -> str:
    return "met" if must_met(bound, value) else "**missed**"


def way_to_moonshot(bound: Bound, value: float | None) -> float | None:
    """1 when it is reached, 0.5 half way; None: there is none, or it was not measured."""
    if bound.moonshot is None or value is None:
        return None
    if bound.at_most:
        return bound.moonshot / value if value else 1.0
    return value / bound.moonshot if bound.moonshot else 1.0


def on_its_way(bound: Bound, value: float | None) -> str:
    way = way_to_moonshot(bound, value)
    if way is None:
        return NOTHING
    return "reached" if way >= 1 else f"{way:.0%} of the way"


def voids(row: Row) -> str:
    """Figures that count for nothing, and why."""
    points: dict[tuple[str, str], list[str]] = {}
    for one in row.series:
        if one.void is not None:
            points.setdefault((one.contestant, one.void), []).append(one.point)
    return "\n".join(
        f"- **{contestant}** ({'; '.join(where)}) is void: {why.rstrip('.')}."
        for (contestant, why), where in points.items()
    )


def facts(row: Row) -> str:
    """How it was measured, folded away."""
    settings = ", ".join(f"`{name}` {value}" for name, value in row.settings.items())
    lines = [
        f"- {row.wanted} rounds in {row.seconds / 60:.0f} minutes, {row.measured_on}.",
        *([f"- PostgreSQL: {settings}."] if settings else []),
        *(f"- {name}: {value}" for name, value in row.notes.items()),
    ]
    listed = "\n".join(lines)
    return f"<details><summary>How it was measured</summary>\n\n{listed}\n\n</details>"
