"""Lines against message size, and against the number of workers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.ticker import Formatter

from plots import highlight, style, units
from plots.figures import lines
from plots.figures.common import (
    MEDIAN_NOTE,
    PEERS,
    Drawn,
    context_note,
    missing,
    noisy_note,
    spread_note,
    values_of,
)
from plots.figures.lines import COLUMNS, HEIGHT, WIDTH, Panel
from plots.labels import Labels
from plots.pools import PLACE, busy, work_of, works_of
from results.load import MERIT, Case, Run

POOL_WORKS = ("sieve", "1us", "fsync", "wait_5ms")  # of the others pool_lines shows the best
MARGIN = 1.18  # around the horizontal axis, a factor
HEADROOM = 1.06  # over the highest point of an axis that starts at 0, a factor


@dataclass(frozen=True)
class Axes:
    """What a line chart shows: along a field of the name, a counter."""

    field: str
    label: str
    tick: Callable[[int], str]
    counter: str
    value_label: str
    formatter: Formatter
    from_zero: bool = False


def _by_peers(
    cases: Sequence[Case], kinds: Sequence[str], kind: Callable[[Case], str]
) -> list[Panel]:
    """A panel per kind, threads beside processes; only the peers that there are."""
    found = [p for p in PEERS if any(case.name.get("peers") == p for case in cases)]
    return [
        Panel(f"{p}, {k}", [c for c in cases if (kind(c), c.name.get("peers")) == (k, p)])
        for k in kinds
        for p in found
    ]


def _draw(run: Run, folder: Path, stem: str, panels: list[Panel], axes: Axes) -> str:
    """Writes the figure; what its caption says of it."""
    every = [case for panel in panels for case in panel.cases]
    sign = 1 if axes.counter == MERIT else -1
    key = lines.key_of(
        run,
        panels,
        lambda c: c.name.number(axes.field),
        lambda c: (c.median(axes.counter) or 0.0) ** sign if c.median(axes.counter) else 0.0,
    )
    columns = min(COLUMNS, len(panels))
    figure, grid = style.panels(-(-len(panels) // columns), columns, WIDTH, HEIGHT, sharey="row")
    labels = Labels(figure)
    for target in grid.flat[len(panels) :]:
        target.set_axis_off()
    for index, (target, panel) in enumerate(zip(grid.flat, panels)):
        if not axes.from_zero:
            target.set_yscale("log")
        target.set_xscale("log", base=2)
        lines.panel(target, labels, key, panel, lambda c: c.name.number(axes.field), axes.counter)
        ticks = values_of(panel.cases, axes.field)
        target.set_xticks(ticks, [axes.tick(value) for value in ticks])
        target.minorticks_off()
        if ticks:
            target.set_xlim(ticks[0] / MARGIN, ticks[-1] * MARGIN)
        target.tick_params(labelleft=index % columns == 0)
        if index >= len(panels) - columns:
            target.set_xlabel(axes.label)
    for row in grid:
        row[0].set_ylabel(axes.value_label)
        if axes.from_zero:
            row[0].set_ylim(0, HEADROOM * row[0].get_ylim()[1])
            row[0].yaxis.set_major_formatter(axes.formatter)
        else:
            style.log_ticks(row[0].yaxis, axes.formatter)
    waiting = [key.waiting[name] for name in key.named]
    style.legend(figure, waiting, lines.context(panels, key))
    style.save(figure, folder, stem, labels.settle)
    note = highlight.note(every) + context_note(lines.OTHERS_NOTE, every, key.named)
    note += MEDIAN_NOTE if axes.counter == MERIT else ""
    return note + spread_note(every) + noisy_note(every)


def _pipes(run: Run, folder: Path, stem: str, title: str, scenario: str, axes: Axes) -> Drawn:
    cases = run.good("pipe", scenario)
    if not cases:
        return missing(stem, title, run, "pipe", f"pipe/{scenario}")
    where = style.places(case.name.get("place") for case in cases)
    panels = _by_peers(cases, where, lambda case: case.name.get("place"))
    return Drawn(stem, title, _draw(run, folder, stem, panels, axes))


def round_trip(run: Run, folder: Path) -> Drawn:
    """Pipes: round trip against message size."""
    title = "Pipes: round trip against message size"
    axes = Axes("size", "message size", units.size, MERIT, "round trip", units.time_axis())
    return _pipes(run, folder, "pipe_round_trip", title, "ping_pong", axes)


def throughput(run: Run, folder: Path) -> Drawn:
    """Pipes: throughput against message size."""
    title = "Pipes: throughput against message size"
    what = "throughput, bytes per second"
    axes = Axes("size", "message size", units.size, "bytes_per_s", what, units.rate_axis("B/s"))
    return _pipes(run, folder, "pipe_throughput", title, "stream", axes)


def _implementations(cases: Sequence[Case], peers: str) -> set[str]:
    return {case.name.implementation for case in cases if case.name.get("peers") == peers}


def slices(run: Run, folder: Path) -> Drawn:
    """Values: what a lock around a copy leaves of the bandwidth, against size."""
    stem, title = "value_size", "Values: bytes per second under the lock against size"
    names = {"slice_copy": "slices copied", "wide_value": "one wide value changed"}
    cases = [case for scenario in names for case in run.good("value", scenario)]
    if not cases:
        return missing(stem, title, run, "value", "value/slice_copy or value/wide_value")
    kinds = [text for scenario, text in names.items() if run.good("value", scenario)]

    def kind(case: Case) -> str:
        return names[case.name.scenario]

    threads, processes = (_implementations(cases, peers) for peers in ("threads", "processes"))
    note = ""
    if threads & processes:
        panels = [panel for panel in _by_peers(cases, kinds, kind) if panel.cases]
    else:  # each between one kind of peers only
        panels = [Panel(text, [case for case in cases if kind(case) == text]) for text in kinds]
        note = f"Between threads: {', '.join(sorted(threads))}. " if threads and processes else ""
    what = "bytes of all workers per second"
    axes = Axes(
        "size", "bytes under the lock", units.size, "bytes_per_s", what, units.rate_axis("B/s")
    )
    return Drawn(stem, title, note + _draw(run, folder, stem, panels, axes))


def pools(run: Run, folder: Path) -> Drawn:
    """Pools: tasks per second against the number of workers, a panel per kind of work."""
    stem, title = "pool_workers", "Pools: tasks per second against the number of workers"
    found = [case for kind in ("cpu_bound", "io_bound") for case in run.good("pool", kind)]
    every = [c for c in found if c.name.get("work") in POOL_WORKS and c.name.get("place") == PLACE]
    cases = [case for case in every if busy(case)]
    if not cases:
        return missing(stem, title, run, "pool", "pool/cpu_bound or pool/io_bound")
    kinds = [work.text for work in works_of(cases)]
    panels = _by_peers(cases, kinds, lambda case: work_of(case.name).text)
    what = "tasks per second"
    axes = Axes("workers", "workers", str, "msgs_per_s", what, units.rate_axis(), from_zero=True)
    text = _draw(run, folder, stem, panels, axes)
    left_out = len(every) - len(cases)
    if left_out:
        text = f"Left out: {left_out} cases whose slice held fewer tasks than workers. {text}"
    return Drawn(stem, title, text)
