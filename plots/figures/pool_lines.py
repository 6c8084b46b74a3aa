"""Threads and processes, C++ and CPython, against the number of workers: what the interpreter's lock
does, and speed-up, efficiency, processor time and memory by work."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import Formatter, FuncFormatter, LogLocator, NullFormatter

from plots import style, units
from plots.figures.common import Drawn, bars, missing, noisy_note
from plots.labels import Labels, Name
from plots.pools import CPP, CPYTHON, LANGUAGES, PEERS, Line, Work, cases_of, lines_of, works_of
from results.load import Case, Run
from results.stats import Summary

COLOURS = {CPP: style.INK, CPYTHON: "#8a63d2"}
STROKES = {"threads": "-", "processes": "--"}
MARKERS = {"threads": "o", "processes": "s"}
LOCK_WORKS = (Work("cpu_bound", "sieve"), Work("io_bound", "wait_5ms"))
MARGIN = 1.18  # around the horizontal axis, a factor
COLUMNS = 4
WIDE = (5.4, 3.3)  # of a panel in inches, with names beside
SMALL = (2.75, 2.2)


@dataclass(frozen=True)
class Measure:
    """What is shown of a case of a line, and what its axis is called."""

    label: str
    value: Callable[[Line, Case], Summary | None]
    formatter: Callable[[], Formatter]
    ideal: Callable[[int], float] | None = None
    is_shared: bool = True  # the vertical axis of all panels


def factor_axis() -> Formatter:
    return FuncFormatter(lambda value, _: f"{value:g}" if value >= 1 else f"1/{1 / value:g}")


def _speed_up(line: Line, case: Case) -> Summary | None:
    return line.speed_up(case)


def _efficiency(line: Line, case: Case) -> Summary | None:
    found = line.speed_up(case)
    if found is None:
        return None
    return found.scaled(1 / case.name.number("workers"))


def _processor_time(_: Line, case: Case) -> Summary | None:
    return case.summary("cpu_ns_per_msg")


def _memory(_: Line, case: Case) -> Summary | None:
    return case.summary("resident_mib")


SPEED_UP = Measure("speed-up over serial", _speed_up, factor_axis, float)
EFFICIENCY = Measure("speed-up per worker", _efficiency, factor_axis, lambda _: 1.0)
PROCESSOR_TIME = Measure(
    "processor time per task", _processor_time, units.time_axis, is_shared=False
)
MEMORY = Measure("resident memory", _memory, units.mebibyte_axis, is_shared=False)


def look(line: Line) -> dict[str, Any]:
    """Colour by language; filled and drawn through: threads; hollow and dashed: processes."""
    shade = COLOURS[line.language]
    return {
        "color": shade,
        "linestyle": STROKES[line.peers],
        "marker": MARKERS[line.peers],
        "markerfacecolor": shade if line.peers == "threads" else style.PAPER,
        "markeredgecolor": shade,
    }


def draw_line(axes: Axes, line: Line, measure: Measure) -> tuple[float, float] | None:
    """A line through its medians; its right end."""
    points = [(c, found) for c in line.cases if (found := measure.value(line, c))]
    if not points:
        return None
    xs = [case.name.number("workers") for case, _ in points]
    medians = [found.median for _, found in points]
    spread = [[bars(found)[end][0] for _, found in points] for end in (0, 1)]
    drawn = axes.errorbar(xs, medians, yerr=spread, elinewidth=0.9, **look(line))
    drawn.lines[0].set_gid(f"{style.TITLED}{line.implementation}, {line.peers}")
    for case, found in points:
        if case.noisy:
            style.noisy_mark(axes, case.name.number("workers"), found.median)
    return xs[-1], medians[-1]


def draw_panel(axes: Axes, lines: Sequence[Line], measure: Measure) -> list[Name]:
    """The lines of a work and the ideal; what their ends are called."""
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2 if measure.ideal else 10)
    ticks = sorted({case.name.number("workers") for line in lines for case in line.cases})
    if measure.ideal:
        ideal = [measure.ideal(n) for n in ticks]
        axes.plot(ticks, ideal, color=style.GREY, linewidth=0.9, linestyle=":", zorder=1)
    names = []
    for line in lines:
        if end := draw_line(axes, line, measure):
            text = f"{line.side}\n{line.implementation}"
            names.append(Name(text, *end, COLOURS[line.language]))
    axes.set_xticks(ticks, [str(n) for n in ticks])
    axes.minorticks_off()
    axes.set_xlim(ticks[0] / MARGIN, ticks[-1] * MARGIN)
    return names


def _ticks(axes: Axes, measure: Measure) -> None:
    if measure.ideal is None:
        style.log_ticks(axes.yaxis, measure.formatter())
        return
    axes.yaxis.set_major_locator(LogLocator(base=2, numticks=10))
    axes.yaxis.set_major_formatter(measure.formatter())
    axes.yaxis.set_minor_formatter(NullFormatter())


def legend(figure: Figure, lines: Sequence[Line], has_ideal: bool) -> None:
    found = {line.side: line for line in lines}
    sides = [f"{language} {peers}" for language in LANGUAGES for peers in PEERS]
    handles = [(Line2D([], [], **look(found[side])), side) for side in sides if side in found]
    if has_ideal:
        handles.append((Line2D([], [], color=style.GREY, linewidth=0.9, linestyle=":"), "ideal"))
    figure.legend(
        [handle for handle, _ in handles],
        [text for _, text in handles],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncol=len(handles),
        handlelength=2.6,
    )


def _base_note(lines: Sequence[Line]) -> str:
    """What speed-ups are over, where it is not the serial case of the language."""
    alone = sorted({line.side for line in lines if not line.serial and line.base})
    nothing = sorted({line.side for line in lines if not line.base})
    note = (
        "Speed-up: over the same tasks one after the other, in the same language and without a pool"
    )
    if alone:
        note += f"; this run holds no such case for {', '.join(alone)}: over one worker of its own"
    if nothing:
        note += f"; left out, with neither: {', '.join(nothing)}"
    return note + ". "


def _spread_note(found: Sequence[Summary]) -> str:
    n = units.span([s.n for s in found])
    interval = "95 % confidence interval" if all(s.is_interval for s in found) else ""
    return (
        f"Median over launches (n = {n}); bar: {interval or 'min..max where n < 6, else 95 % CI'}."
    )


def _caption(lines: Sequence[Line], measure: Measure) -> str:
    found = [s for line in lines for case in line.cases if (s := measure.value(line, case))]
    note = "Of each language and kind of peers the implementation that is fastest most often. "
    if measure in (SPEED_UP, EFFICIENCY):
        note += _base_note(lines)
    cases = [case for line in lines for case in line.cases]
    if any(case.name.scenario == "table" for case in cases):
        note += "A task of the table is a whole one. "
    if any(case.name.scenario == "nested" for case in cases):
        note += "A task of nested ones is a leaf. "
    return note + _spread_note(found) + noisy_note(cases)


LOCK_STEM, LOCK_TITLE = "pool_interpreter_lock", "Pools: what the interpreter's lock allows"


def interpreter_lock(run: Run, folder: Path) -> Drawn:
    """CPU-bound beside IO-bound work."""
    found = [(work, lines_of(run, work)) for work in LOCK_WORKS]
    found = [(work, [line for line in lines if line.base]) for work, lines in found]
    every = [line for _, lines in found for line in lines]
    if not every:
        what = "pool/cpu_bound/work:sieve or pool/io_bound/work:wait_5ms with a serial case"
        return missing(LOCK_STEM, LOCK_TITLE, run, "pool", what)
    figure, grid = style.panels(1, len(found), *WIDE, sharey="row")
    labels = Labels(figure)
    for axes, (work, lines) in zip(grid.flat, found):
        axes.set_title(work.text)
        axes.set_xlabel("workers")
        if lines:
            labels.beside(axes, draw_panel(axes, lines, SPEED_UP))
        else:
            axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center")
    grid[0][0].set_ylabel(SPEED_UP.label)
    _ticks(grid[0][0], SPEED_UP)
    legend(figure, every, has_ideal=True)
    style.save(figure, folder, LOCK_STEM, labels.settle)
    text = "Only one thread of an interpreter runs Python's code at a time. "
    text += f"This machine has {run.context.get('num_cpus', '?')} CPUs. "
    return Drawn(LOCK_STEM, LOCK_TITLE, text + _caption(every, SPEED_UP))


def by_work(run: Run, folder: Path, stem: str, title: str, measure: Measure) -> Drawn:
    """A panel per work."""
    found = [(work, lines_of(run, work)) for work in works_of(cases_of(run))]
    found = [
        (work, drawn)
        for work, lines in found
        if (drawn := [n for n in lines if any(measure.value(n, case) for case in n.cases)])
    ]
    if not found:
        return missing(
            stem, title, run, "pool", "pool case with a work, and what it is held against"
        )
    columns = min(COLUMNS, len(found))
    share: Any = "all" if measure.is_shared else False
    figure, grid = style.panels(-(-len(found) // columns), columns, *SMALL, sharey=share)
    for index, (axes, (work, lines)) in enumerate(zip(grid.flat, found)):
        axes.set_title(work.text, fontsize=8.5)
        draw_panel(axes, lines, measure)
        _ticks(axes, measure)
        if index >= len(found) - columns:
            axes.set_xlabel("workers")
    for axes in grid.flat[len(found) :]:
        axes.set_axis_off()
    for row in grid:
        row[0].set_ylabel(measure.label)
    every = [line for _, lines in found for line in lines]
    legend(figure, every, has_ideal=measure.ideal is not None)
    style.save(figure, folder, stem)
    return Drawn(stem, title, _caption(every, measure))


FIGURES: tuple[Callable[[Run, Path], Drawn], ...] = (
    interpreter_lock,
    partial(
        by_work,
        stem="pool_speed_up",
        title="Pools: speed-up against the number of workers, by work",
        measure=SPEED_UP,
    ),
    partial(
        by_work,
        stem="pool_efficiency",
        title="Pools: efficiency against the number of workers, by work",
        measure=EFFICIENCY,
    ),
    partial(
        by_work,
        stem="pool_processor_time",
        title="Pools: processor time per task against the number of workers, by work",
        measure=PROCESSOR_TIME,
    ),
    partial(
        by_work,
        stem="pool_memory",
        title="Pools: resident memory of submitter, workers and servers, by work",
        measure=MEMORY,
    ),
)
