"""Queues: throughput against producers x consumers."""

from pathlib import Path

from plots import style, units
from plots.figures.common import (
    HOLLOW_NOTE,
    NOISY_NOTE,
    OFFSET,
    Drawn,
    dot,
    implementations,
    missing,
    rows_of,
    spread_note,
)
from results.load import Case, Run

STEM, TITLE = "queue_throughput", "Queues: throughput against producers × consumers"
COUNTER = "msgs_per_s"


def _shape(case: Case) -> tuple[str, int, int]:
    return case.name.get("place"), case.name.number("producers"), case.name.number("consumers")


def draw(run: Run, folder: Path) -> Drawn:
    """A row per implementation, a panel per placement and shape, smallest message size."""
    cases = run.good("queue", "stream")
    if not cases:
        return missing(STEM, TITLE, run, "queue", "queue/stream")
    size = min(case.name.number("size") for case in cases)
    cases = [case for case in cases if case.name.number("size") == size]
    order = style.places(case.name.get("place") for case in cases)
    shapes = sorted({_shape(c) for c in cases}, key=lambda s: (order.index(s[0]), s[1] * s[2], s))
    columns = min(3, len(shapes))
    rows = -(-len(shapes) // columns)
    names = implementations(cases)
    height = 0.6 + 0.2 * len(names)
    figure, axes = style.panels(rows, columns, 3.4, height, sharex=True, sharey=True)
    for index, panel in enumerate(axes.flat):
        if index >= len(shapes):
            panel.set_axis_off()
            continue
        place, producers, consumers = shapes[index]
        panel.set_title(f"{producers} × {consumers}, {place}")
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter(units.rate_axis())
        panel.tick_params(labelbottom=True)
        at = rows_of(panel, names)
        for case in cases:
            if _shape(case) == shapes[index]:
                offset = OFFSET.get(case.name.get("peers"), 0)
                dot(panel, case, at[case.name.implementation] + offset, COUNTER)
    figure.supxlabel(f"messages of {units.size(size)} per second", fontsize=9)
    style.save(figure, folder, STEM)
    text = "No dot: the implementation does not allow that many ends, or was not measured there. "
    return Drawn(STEM, TITLE, text + spread_note(cases) + HOLLOW_NOTE + NOISY_NOTE)
