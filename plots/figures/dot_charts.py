"""Throughput of queues, values and files, the best at the top."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter

from plots import style, units
from plots.figures import dots
from plots.figures.common import (
    HOLLOW_NOTE,
    Drawn,
    context_note,
    missing,
    noisy_note,
    spread_note,
    waitings,
)
from results.load import Case, Run

COLUMNS = 2
WORKS = {"reads_95": "95 % reads", "reads_99_9": "99.9 % reads", "": "own elements written"}


@dataclass(frozen=True)
class Measure:
    """What a chart shows: a counter, what its axis is called, which end is good, its ticks."""

    counter: str
    label: str
    more_is_better: bool
    axis: Callable[[], Formatter]


def rate(label: str) -> Measure:
    return Measure("msgs_per_s", label, True, units.rate_axis)


@dataclass(frozen=True)
class Panel:
    """A panel: what it is sorted by among panels, its heading, its cases."""

    order: tuple[int, ...]
    title: str
    cases: list[Case]


# Of a panel: those of which it is the same share their scale.
Scale = Callable[[Panel], object]


def panels_of(
    cases: Sequence[Case], kind: Callable[[Case], tuple[tuple[int, ...], str]]
) -> list[Panel]:
    """The cases by panel."""
    kinds = sorted({kind(case) for case in cases})
    return [Panel(*k, [case for case in cases if kind(case) == k]) for k in kinds]


def draw_panels(
    run: Run, panels: list[Panel], measure: Measure, scale: Scale = lambda _: None
) -> tuple[Figure, str]:
    """The figure, a panel each, two in a line; and what its caption says of it."""
    every = [case for panel in panels for case in panel.cases]
    better = measure.more_is_better
    found = [dots.dots_of(panel.cases, measure.counter) for panel in panels]
    starts = range(0, len(panels), COLUMNS)
    heights = [max(dots.height(run, d, better) for d in found[at : at + COLUMNS]) for at in starts]
    figure, axes = style.panels(
        len(heights), COLUMNS, 5.1, sum(heights) / len(heights), heights=heights
    )
    firsts: dict[object, Axes] = {}
    for panel, seen, here in zip(axes.flat, found, panels):
        first = firsts.setdefault(scale(here), panel)
        if panel is not first:
            panel.sharex(first)
        dots.panel(panel, run, seen, better)
        panel.set_title(here.title)
        panel.set_xlabel(measure.label)
    for panel in axes.flat[len(panels) :]:
        panel.set_axis_off()
    for first in firsts.values():
        style.log_ticks(first.xaxis, measure.axis())
    style.legend(figure, waitings(run, every).values(), peers=True)
    text = "Every implementation has a row. "
    if any(dots.others(run, seen, better) for seen in found):
        text = dots.note(every) + context_note(dots.OTHERS_NOTE, every)
    return figure, text + spread_note(every) + HOLLOW_NOTE + noisy_note(every)


def workers(number: int) -> str:
    return f"{number} worker{'s' if number > 1 else ''}"


def queues(run: Run, folder: Path) -> Drawn:
    """A panel per placement and shape, smallest message size."""
    stem, title = "queue_throughput", "Queues: throughput against producers × consumers"
    cases = run.good("queue", "stream")
    if not cases:
        return missing(stem, title, run, "queue", "queue/stream")
    size = min(case.name.number("size") for case in cases)
    cases = [case for case in cases if case.name.number("size") == size]
    order = style.places(case.name.get("place") for case in cases)

    def kind(case: Case) -> tuple[tuple[int, ...], str]:
        place = case.name.get("place")
        ends = case.name.number("producers"), case.name.number("consumers")
        return (order.index(place), ends[0] * ends[1], *ends), f"{ends[0]} × {ends[1]}, {place}"

    label = f"messages of {units.size(size)} per second"
    figure, text = draw_panels(run, panels_of(cases, kind), rate(label))
    style.save(figure, folder, stem)
    return Drawn(stem, title, text)


def adds(run: Run, folder: Path) -> Drawn:
    """A panel per placement and number of workers that add to one value."""
    stem, title = "value_add", "Values: additions per second against the number of workers"
    cases = run.good("value", "add")
    if not cases:
        return missing(stem, title, run, "value", "value/add")
    order = style.places(case.name.get("place") for case in cases)

    def kind(case: Case) -> tuple[tuple[int, ...], str]:
        place, number = case.name.get("place"), case.name.number("workers")
        return (order.index(place), number), f"{workers(number)}, {place}"

    figure, text = draw_panels(
        run, panels_of(cases, kind), rate("additions of all workers per second")
    )
    style.save(figure, folder, stem)
    return Drawn(stem, title, text)


def shared(run: Run, folder: Path) -> Drawn:
    """A panel per mix of reads and writes, and one for neighbours in an array."""
    stem, title = "value_access", "Values: mostly read, and neighbours of one array written"
    cases = run.good("value", "read_mostly") + run.good("value", "element_write")
    if not cases:
        return missing(stem, title, run, "value", "value/read_mostly or value/element_write")

    def kind(case: Case) -> tuple[tuple[int, ...], str]:
        work, number = case.name.get("work"), case.name.number("workers")
        order = list(WORKS).index(work) if work in WORKS else len(WORKS)
        return (order, number), f"{WORKS.get(work, work)}, {workers(number)}"

    figure, text = draw_panels(
        run, panels_of(cases, kind), rate("accesses of all workers per second")
    )
    style.save(figure, folder, stem)
    return Drawn(stem, title, text)


def appends(run: Run, folder: Path) -> Drawn:
    """A panel per placement, number of workers and record size."""
    stem, title = "file_append", "Files: records appended per second"
    cases = run.good("file", "append")
    if not cases:
        return missing(stem, title, run, "file", "file/append")
    order = style.places(case.name.get("place") for case in cases)

    def kind(case: Case) -> tuple[tuple[int, ...], str]:
        place, number = case.name.get("place"), case.name.number("workers")
        size = case.name.number("size")
        title = f"{workers(number)}, {units.size(size)}, {place}"
        return (order.index(place), size, number), title

    figure, text = draw_panels(
        run, panels_of(cases, kind), rate("records of all workers per second")
    )
    style.save(figure, folder, stem)
    return Drawn(stem, title, text + " Into the page cache: nothing is flushed to the disk.")
