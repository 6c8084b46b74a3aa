"""Latency against processor time per message."""

from pathlib import Path
from typing import Any

from plots import style, units
from plots.comparing import summary
from plots.figures.common import (
    MEDIAN_NOTE,
    PEERS,
    Drawn,
    bars,
    missing,
    noisy_note,
    shown_size,
    spread_note,
)
from results.load import Case, Run

CPU = "cpu_ns_per_msg"
ON_FRONT = {"markersize": 7, "markeredgecolor": style.INK, "markeredgewidth": 1.5, "zorder": 9}


def front(points: list[tuple[float, float]]) -> list[int]:
    """The indices of the points that none other beats in both, by the first coordinate."""
    best: list[int] = []
    for index in sorted(range(len(points)), key=lambda i: points[i]):
        if not best or points[index][1] < points[best[-1]][1]:
            best.append(index)
    return best


def _panel(axes: Any, cases: list[Case], handles: dict[str, Any]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    points = [(summary(case, CPU).median, summary(case).median) for case in cases]
    best = front(points)
    for index, case in enumerate(cases):
        cpu, latency = summary(case, CPU), summary(case)
        handles[case.name.implementation] = axes.errorbar(
            cpu.median,
            latency.median,
            xerr=bars(cpu),
            yerr=bars(latency),
            linestyle="none",
            elinewidth=0.8,
            **{**style.look(case.name), "markerfacecolor": style.colour(case.name.implementation)},
        )
        if index in best:
            shade = style.colour(case.name.implementation)
            look = style.look(case.name) | {"markerfacecolor": shade} | ON_FRONT
            axes.plot(*points[index], **look)
        if case.noisy:
            style.noisy_mark(axes, *points[index])
    line = [points[index] for index in best]
    axes.plot([x for x, _ in line], [y for _, y in line], color=style.INK, linewidth=0.9, zorder=0)


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
    figure, axes = style.panels(len(where), 2, 3.9, 3.1, sharex="row", sharey="row")
    handles: dict[str, Any] = {}
    for row, place in enumerate(where):
        for column, peers in enumerate(PEERS):
            here = [
                c for c in cases if (c.name.get("place"), c.name.get("peers")) == (place, peers)
            ]
            axes[row][column].set_title(f"{peers}, {place}")
            axes[row][column].tick_params(labelleft=column == 0)
            _panel(axes[row][column], here, handles)
        style.log_ticks(axes[row][0].xaxis, units.time_axis())
        style.log_ticks(axes[row][0].yaxis, units.time_axis())
        axes[row][0].set_ylabel(f"round trip of {units.size(size)}")
    for bottom in axes[-1]:
        bottom.set_xlabel("processor time of both ends per round trip")
    style.legend(figure, handles)
    style.save(figure, folder, stem)
    text = "Lower left is better. Edged and joined: no other implementation is better in both. "
    return Drawn(stem, title, text + MEDIAN_NOTE + spread_note(cases) + noisy_note(cases))
