"""Percentiles of round trips, on a scale of nines."""

import math
from pathlib import Path
from typing import Any

from plots import style, units
from plots.figures.common import PEERS, Drawn, implementations, missing, shown_size
from results.load import Case, Run

SHARES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999]
TICKS = {0.5: "50 %", 0.9: "90 %", 0.99: "99 %", 0.999: "99.9 %", 0.9999: "99.99 %"}
FEWEST_POINTS = 3  # of a curve
FEWEST_ABOVE = 5  # a percentile with fewer samples above it says little


def nines(share: float) -> float:
    """0.9 is 1, 0.99 is 2, and so on."""
    return -math.log10(1 - share)


def _curve(axes: Any, case: Case) -> Any:
    total = case.histogram.total
    shares = [s for s in SHARES if total * (1 - s) >= FEWEST_ABOVE]
    if len(shares) < FEWEST_POINTS:
        return None
    values = case.histogram.percentiles(shares)
    name = case.name.implementation
    (handle,) = axes.plot(
        [nines(s) for s in shares],
        values,
        color=style.colour(name),
        linestyle=style.line(name),
        marker=style.marker(name),
        markersize=3,
    )
    return handle


def draw(run: Run, folder: Path, family: str) -> Drawn:
    """A curve per implementation, a panel per placement and kind of peers."""
    stem, title = f"{family}_percentiles", f"{family.capitalize()}s: percentiles of the round trip"
    cases = [case for case in run.good(family, "ping_pong") if case.histogram.total]
    if not cases:
        return missing(stem, title, run, family, f"{family}/ping_pong with a histogram")
    size = shown_size(cases)
    cases = [case for case in cases if case.name.number("size") == size]
    where = style.places(case.name.get("place") for case in cases)
    figure, axes = style.panels(len(where), 2, 3.9, 3.1, sharex=True, sharey="row")
    handles: dict[str, Any] = {}
    for row, place in enumerate(where):
        for column, peers in enumerate(PEERS):
            panel = axes[row][column]
            panel.set_title(f"{peers}, {place}")
            panel.set_yscale("log")
            panel.set_xticks([nines(s) for s in TICKS], list(TICKS.values()))
            here = [
                c for c in cases if (c.name.get("place"), c.name.get("peers")) == (place, peers)
            ]
            for name in implementations(here):
                handle = _curve(panel, next(c for c in here if c.name.implementation == name))
                if handle is not None:
                    handles.setdefault(name, handle)
        style.log_ticks(axes[row][0].yaxis, units.time_axis())
        axes[row][0].set_ylabel(f"round trip of {units.size(size)}")
    for bottom in axes[-1]:
        bottom.set_xlabel("percentile of all samples")
    style.legend(figure, handles)
    style.save(figure, folder, stem)
    counts = sorted(case.histogram.total for case in cases)
    launches = max(len(case.values()) for case in cases)
    text = (
        f"Samples of {launches} launches at most, added up; {counts[0]:,} to {counts[-1]:,} samples per"
        f" case; a curve ends where fewer than {FEWEST_ABOVE} samples lie above it, and has"
        f" {FEWEST_POINTS} points at least or is not drawn."
    )
    return Drawn(stem, title, text)
