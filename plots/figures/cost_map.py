"""Latency against processor time per message."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from plots import highlight, style, units
from plots.comparing import summary
from plots.figures.common import (
    MEDIAN_NOTE,
    PEERS,
    Drawn,
    bars,
    context_note,
    missing,
    noisy_note,
    shown_size,
    spread_note,
    waitings,
)
from plots.labels import Labels, name_of
from results.load import Case, Run

CPU = "cpu_ns_per_msg"
ON_FRONT: dict[str, Any] = {
    "markersize": 8,
    "markeredgecolor": style.INK,
    "markeredgewidth": 1.4,
    "zorder": 9,
}
CONTEXT: dict[str, Any] = {"markersize": 4, "markeredgewidth": 0.8, "alpha": 0.8, "zorder": 2}
ROOM = 4  # around the points, a factor, for their names


def front(points: list[tuple[float, float]]) -> list[int]:
    """The indices of the points that none other beats in both, by the first coordinate."""
    best: list[int] = []
    for index in sorted(range(len(points)), key=lambda i: points[i]):
        if not best or points[index][1] < points[best[-1]][1]:
            best.append(index)
    return best


def named(run: Run, cases: Sequence[Case]) -> list[str]:
    """Whose points have names in a panel: the front first, then by the rule."""
    points = [(summary(case, CPU).median, summary(case).median) for case in cases]
    contests = [
        {case.name.implementation: point[axis] for case, point in zip(cases, points)}
        for axis in (0, 1)
    ]
    family = cases[0].name.family if cases else ""
    first = [cases[index].name.implementation for index in front(points)]
    first += highlight.REFERENCES.get(family, ())
    return highlight.chosen(contests, waitings(run, cases), first, highlight.POINTS)


def _point(axes: Axes, run: Run, case: Case, has_name: bool, on_front: bool) -> None:
    cpu, latency = summary(case, CPU), summary(case)
    name, peers = case.name.implementation, case.name.get("peers")
    look = style.look(run.waiting(case.name))
    if has_name:
        x, y = bars(cpu), bars(latency)
        shade = look["color"]
        axes.errorbar(
            cpu.median, latency.median, xerr=x, yerr=y, fmt="none", ecolor=shade, elinewidth=0.8
        )
    extra = ON_FRONT if on_front else {} if has_name else CONTEXT
    gid = f"{style.TITLED}{name}, {peers}"
    axes.plot([cpu.median], [latency.median], linestyle="none", gid=gid, **(look | extra))
    if case.noisy:
        style.noisy_mark(axes, cpu.median, latency.median)


def _panel(axes: Axes, run: Run, cases: list[Case], labels: Labels) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    points = [(summary(case, CPU).median, summary(case).median) for case in cases]
    best, names = front(points), named(run, cases)
    for index, case in enumerate(cases):
        _point(axes, run, case, case.name.implementation in names, index in best)
    line = [points[index] for index in best]
    axes.plot([x for x, _ in line], [y for _, y in line], color=style.INK, linewidth=0.9, zorder=1)
    where = {c.name.implementation: (*p, run.waiting(c.name)) for c, p in zip(cases, points)}
    labels.near(axes, [name_of(name, *where[name]) for name in names], points)


def _limits(cases: Sequence[Case]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Of both axes of a line of panels: the medians, and room for names."""
    xs = [summary(case, CPU).median for case in cases]
    ys = [summary(case).median for case in cases]
    return (min(xs) / ROOM, max(xs) * ROOM), (min(ys) / ROOM, max(ys) * ROOM)


def draw(run: Run, folder: Path, family: str) -> Drawn:
    """A point per implementation, a panel per placement and kind of peers."""
    stem, title = f"{family}_cost_map", f"{family.capitalize()}s: round trip against processor time"
    cases = [case for case in run.good(family, "ping_pong") if case.summary(CPU)]
    cases = [case for case in cases if (case.median(CPU) or 0) > 0]
    if not cases:
        return missing(stem, title, run, family, f"{family}/ping_pong with processor time")
    size = shown_size(cases)
    cases = [case for case in cases if case.name.number("size") == size]
    where = style.places(case.name.get("place") for case in cases)
    figure, axes = style.panels(len(where), 2, 5.0, 3.6, sharex="row", sharey="row")
    labels = Labels(figure)
    for row, place in enumerate(where):
        there = [case for case in cases if case.name.get("place") == place]
        for column, peers in enumerate(PEERS):
            here = [case for case in there if case.name.get("peers") == peers]
            axes[row][column].set_title(f"{peers}, {place}")
            axes[row][column].tick_params(labelleft=column == 0)
            _panel(axes[row][column], run, here, labels)
        x, y = _limits(there)
        axes[row][0].set_xlim(x)
        axes[row][0].set_ylim(y)
        style.log_ticks(axes[row][0].xaxis, units.time_axis())
        style.log_ticks(axes[row][0].yaxis, units.time_axis())
        axes[row][0].set_ylabel(f"round trip of {units.size(size)}")
    for bottom in axes[-1]:
        bottom.set_xlabel("processor time of both ends per round trip")
    style.legend(figure, waitings(run, cases).values())
    style.save(figure, folder, stem, labels.settle)
    text = "Lower left is better. Edged and joined: no other implementation is better in both. "
    text += highlight.note(cases, " the front,")
    text += context_note("small, without their spread", cases)
    text += MEDIAN_NOTE + spread_note(cases) + noisy_note(cases)
    return Drawn(stem, title, text)
