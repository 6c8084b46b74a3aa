"""Queues: throughput against producers x consumers."""

from pathlib import Path
from typing import Any

from plots import style, units
from plots.figures.common import (
    HOLLOW_NOTE,
    OFFSET,
    Drawn,
    dot,
    implementations,
    missing,
    noisy_note,
    rows_of,
    spread_note,
)
from results.load import Case, Run

STEM, TITLE = "queue_throughput", "Queues: throughput against producers × consumers"
COUNTER = "msgs_per_s"
COLUMNS = 2
Shape = tuple[str, int, int]


def _shape(case: Case) -> Shape:
    return case.name.get("place"), case.name.number("producers"), case.name.number("consumers")


def _lines(shapes: list[Shape]) -> list[list[Shape]]:
    """The shapes by lines of panels; one to one apart, since more implementations allow it."""
    kinds = [[s for s in shapes if s[1:] == (1, 1)], [s for s in shapes if s[1:] != (1, 1)]]
    return [kind[at : at + COLUMNS] for kind in kinds for at in range(0, len(kind), COLUMNS)]


def _panel(panel: Any, shape: Shape, cases: list[Case], names: list[str], size: int) -> None:
    place, producers, consumers = shape
    panel.set_title(f"{producers} × {consumers}, {place}")
    panel.set_xscale("log")
    at = rows_of(panel, names)
    for case in cases:
        if _shape(case) == shape:
            y = at[case.name.implementation] + OFFSET.get(case.name.get("peers"), 0)
            dot(panel, case, y, COUNTER)
    panel.set_xlabel(f"messages of {units.size(size)} per second")


def draw(run: Run, folder: Path) -> Drawn:
    """A row per implementation, a panel per placement and shape, smallest message size."""
    cases = run.good("queue", "stream")
    if not cases:
        return missing(STEM, TITLE, run, "queue", "queue/stream")
    size = min(case.name.number("size") for case in cases)
    cases = [case for case in cases if case.name.number("size") == size]
    order = style.places(case.name.get("place") for case in cases)
    shapes = {_shape(c) for c in cases}
    lines = _lines(sorted(shapes, key=lambda s: (order.index(s[0]), s[1] * s[2], s)))
    names = [implementations(c for c in cases if _shape(c) in line) for line in lines]
    heights = [0.8 + 0.2 * len(line) for line in names]
    figure, axes = style.panels(
        len(lines), COLUMNS, 4.2, sum(heights) / len(lines), heights=heights, sharex=True
    )
    for row, line in enumerate(lines):
        for column, panel in enumerate(axes[row]):
            if column >= len(line):
                panel.set_axis_off()
                continue
            _panel(panel, line[column], cases, names[row], size)
            panel.tick_params(labelbottom=True, labelleft=column == 0)
    style.log_ticks(axes[0][0].xaxis, units.rate_axis())
    style.save(figure, folder, STEM)
    text = "No dot: the implementation does not allow that many ends, or was not measured there. "
    return Drawn(STEM, TITLE, text + spread_note(cases) + HOLLOW_NOTE + noisy_note(cases))
