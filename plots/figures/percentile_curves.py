"""Percentiles of round trips, on a scale of nines."""

import math
from pathlib import Path

from matplotlib.axes import Axes

from plots import highlight, style, units
from plots.figures import lines
from plots.figures.common import PEERS, Drawn, context_note, missing, shown_size
from plots.figures.lines import Key, Panel
from plots.labels import Labels, Name, name_of
from results.load import Case, Run

SHARES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999]
TICKS = {0.5: "50 %", 0.9: "90 %", 0.99: "99 %", 0.999: "99.9 %", 0.9999: "99.99 %"}
TAIL = 0.9  # by which names are chosen: every curve reaches it
FEWEST_POINTS = 3  # of a curve
FEWEST_ABOVE = 5  # a percentile with fewer samples above it says little


def nines(share: float) -> float:
    """0.9 is 1, 0.99 is 2, and so on."""
    return -math.log10(1 - share)


def _curve(axes: Axes, key: Key, case: Case) -> Name | None:
    """Draws a curve; the name to write beside it."""
    total = case.histogram.total
    shares = [s for s in SHARES if total * (1 - s) >= FEWEST_ABOVE]
    if len(shares) < FEWEST_POINTS:
        return None
    values = case.histogram.percentiles(shares)
    name, peers = case.name.implementation, case.name.get("peers")
    gid, xs = f"{style.TITLED}{name}, {peers}", [nines(s) for s in shares]
    if name not in key.named:
        axes.plot(xs, values, gid=gid, **lines.CONTEXT_LOOK)
        return None
    waiting = key.waiting[name]
    look = style.look(waiting) | {"markersize": 3, "linestyle": key.stroke(name)}
    axes.plot(xs, values, gid=gid, **look)
    return name_of(name, xs[-1], values[-1], waiting)


def draw(run: Run, folder: Path, family: str) -> Drawn:
    """A curve per implementation, a panel per placement and kind of peers."""
    stem, title = f"{family}_percentiles", f"{family.capitalize()}s: percentiles of the round trip"
    cases = [case for case in run.good(family, "ping_pong") if case.histogram.total]
    if not cases:
        return missing(stem, title, run, family, f"{family}/ping_pong with a histogram")
    size = shown_size(cases)
    cases = [case for case in cases if case.name.number("size") == size]
    where = style.places(case.name.get("place") for case in cases)
    panels = [
        Panel(
            f"{peers}, {place}",
            [c for c in cases if (c.name.get("place"), c.name.get("peers")) == (place, peers)],
        )
        for place in where
        for peers in PEERS
    ]
    contests = [Panel(p.title, [c for c in p.cases if c.percentile(TAIL)]) for p in panels]
    key = lines.key_of(run, contests, lambda c: TAIL, lambda c: c.percentile(TAIL) or 0.0)
    figure, axes = style.panels(len(where), 2, lines.WIDTH, 3.1, sharex=True, sharey="row")
    labels = Labels(figure)
    for index, (target, panel) in enumerate(zip(axes.flat, panels)):
        target.set_title(panel.title)
        target.set_yscale("log")
        target.set_xticks([nines(s) for s in TICKS], list(TICKS.values()))
        target.tick_params(labelleft=index % 2 == 0)
        found = [_curve(target, key, case) for case in panel.cases]
        labels.beside(target, [name for name in found if name])
    for row in axes:
        style.log_ticks(row[0].yaxis, units.time_axis())
        row[0].set_ylabel(f"round trip of {units.size(size)}")
    for bottom in axes[-1]:
        bottom.set_xlabel("percentile of all samples")
    style.legend(figure, [key.waiting[n] for n in key.named], lines.context(panels, key))
    style.save(figure, folder, stem, labels.settle)
    counts = sorted(case.histogram.total for case in cases)
    launches = max(len(case.values()) for case in cases)
    text = (
        f"{highlight.note(cases)} (p{TAIL * 100:g}){context_note(lines.OTHERS_NOTE, cases, key.named)}"
        f"Samples of {launches} launches at most, added up; {counts[0]:,} to {counts[-1]:,} samples per"
        f" case; a curve ends where fewer than {FEWEST_ABOVE} samples lie above it, and has"
        f" {FEWEST_POINTS} points at least or is not drawn."
    )
    return Drawn(stem, title, text)
