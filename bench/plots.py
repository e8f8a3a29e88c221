"""The pictures of the page: one for each metric of a row that is worth seeing. The same figures
give the same file."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.results import OURS, Row, Series
from bench.tables import drawn, named, number
from bench.workload import Workload

OUR_COLOUR, PEER_COLOUR, INK = "#0072b2", "#b8b8b8", "#222222"
"""Told apart by lightness alone, too; on white, which stays white where pages are dark."""

WIDE, LINE_HIGH, HEAD_HIGH = 7.2, 0.27, 0.5
"""Inches."""

MANY_TIMES = 30
"""Beyond this, the axis is logarithmic, and dots stand instead of bars."""

STYLE = {
    "svg.hashsalt": "vcms",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
}
matplotlib.rcParams.update(STYLE)


def draw(workload: Workload, row: Row, folder: Path) -> None:
    """Writes `KEY-METRIC.svg` for each metric that is drawn."""
    folder.mkdir(exist_ok=True)
    for metric in drawn(workload, row):
        made = picture(workload, row, metric)
        path = folder / f"{row.key}-{metric}.svg"
        made.savefig(path, metadata={"Date": None, "Creator": None}, bbox_inches="tight")
        # Matplotlib leaves spaces at the ends of lines.
        lines = path.read_text().splitlines()
        path.write_text("\n".join(line.rstrip() for line in lines) + "\n")


def picture(workload: Workload, row: Row, metric: str) -> Figure:
    """One panel for each point, one line for each contestant."""
    panels = {point: found for point in row.points() if (found := shown(row, metric, point))}
    heights = [len(panel) + HEAD_HIGH / LINE_HIGH for panel in panels.values()]
    made = Figure(figsize=(WIDE, sum(heights) * LINE_HIGH + HEAD_HIGH), layout="constrained")
    made.set_facecolor("white")
    axes = made.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    everything = [one for panel in panels.values() for one in panel]
    above_zero = all(one.of(metric).least > 0 for one in everything)
    wide = above_zero and any(is_wide(panel, metric) for panel in panels.values())
    for axis, (point, panel) in zip(axes, panels.items(), strict=True):
        fill(axis, point, panel, metric, logarithmic=wide)
    scale(axes[-1], everything, metric, logarithmic=wide)
    made.suptitle(f"{workload.title}: {named(metric)}", x=0.01, ha="left", weight="bold")
    return made


def shown(row: Row, metric: str, point: str) -> Sequence[Series]:
    """From the top: ours, then the others as they were measured."""
    found = [one for one in row.series if one.point == point and one.void is None]
    having = [one for one in found if metric in one.metrics()]
    return sorted(having, key=lambda one: one.contestant != OURS)


def is_wide(panel: Sequence[Series], metric: str) -> bool:
    middles = [one.of(metric).median for one in panel]
    return max(middles) > MANY_TIMES * min(middles)


def fill(
    axis: Axes, point: str, panel: Sequence[Series], metric: str, *, logarithmic: bool
) -> None:
    for place, one in enumerate(panel):
        found = one.of(metric)
        colour = OUR_COLOUR if one.contestant == OURS else PEER_COLOUR
        reach = [[found.median - found.least], [found.most - found.median]]
        if logarithmic:
            axis.plot(found.median, place, "o", color=colour, markeredgecolor=INK, markersize=6)
        else:
            axis.barh(place, found.median, 0.7, color=colour)
        axis.errorbar(found.median, place, xerr=reach, color=INK, capsize=2.5, linewidth=0.9)
        axis.annotate(
            number(found.median),
            (found.most, place),
            (5, 0),
            textcoords="offset points",
            va="center",
        )
    axis.set_title(point, loc="left", fontsize=9)
    axis.set_yticks(range(len(panel)), [one.contestant for one in panel])
    for label in axis.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == OURS else "normal")
    axis.set_ylim(len(panel) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.spines[["top", "right", "left"]].set_visible(False)


def scale(axis: Axes, panel: Sequence[Series], metric: str, *, logarithmic: bool) -> None:
    """Room for the figures at the right; where the axis is logarithmic, the label says so."""
    most = max(one.of(metric).most for one in panel)
    if logarithmic:
        axis.set_xscale("log")
        axis.set_xlim(min(one.of(metric).least for one in panel) / 2, most * 3)
        axis.set_xlabel(f"{named(metric)}, logarithmic; lines: least to most")
    else:
        axis.set_xlim(0, most * 1.15)
        axis.set_xlabel(f"{named(metric)}; lines: least to most")
