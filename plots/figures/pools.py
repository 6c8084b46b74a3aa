"""Pools: work against the number of workers."""

from pathlib import Path
from typing import Any

from plots import style, units
from plots.figures.common import (
    HOLLOW_NOTE,
    Drawn,
    curve,
    implementations,
    missing,
    noisy_note,
    spread_note,
    values_of,
)
from results.load import Case, Run

STEM, TITLE = "pool_workers", "Pools: tasks per second against the number of workers"
KINDS = {"cpu_bound": "CPU-bound", "io_bound": "IO-bound"}
DODGE = 1.03  # neighbours' distance on the axis of workers, so that their bars stay apart
MARGIN = 1.25  # around the axis of workers
Kind = tuple[str, str, str]


def _kind(case: Case) -> Kind:
    return case.name.scenario, case.name.get("work"), case.name.get("place")


def _busy(case: Case) -> bool:
    """Whether the slice held a task for each worker: fewer say nothing of that many workers."""
    return (case.median("iterations") or 0) >= case.name.number("workers")


def _panel(
    panel: Any, kind: Kind, cases: list[Case], workers: list[int], handles: dict[str, Any]
) -> None:
    names = implementations(cases)
    for index, name in enumerate(names):
        mine = [case for case in cases if case.name.implementation == name]
        shift = DODGE ** (index - (len(names) - 1) / 2)
        handle = curve(panel, [(c.name.number("workers") * shift, c) for c in mine], "msgs_per_s")
        if handle is not None:
            handles.setdefault(f"{name} ({mine[0].name.get('peers')})", handle)
    panel.set_xscale("log", base=2)
    panel.set_xlim(workers[0] / MARGIN, workers[-1] * MARGIN)
    panel.set_xticks(workers, [str(n) for n in workers])
    panel.minorticks_off()
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_formatter(units.rate_axis())
    panel.set_title(f"{KINDS[kind[0]]}: {kind[1]}, {kind[2]}")
    panel.set_xlabel("workers")


def draw(run: Run, folder: Path) -> Drawn:
    """A line per pool, a panel per kind of work."""
    every = run.good("pool", "cpu_bound") + run.good("pool", "io_bound")
    cases = [case for case in every if _busy(case)]
    if not cases:
        return missing(STEM, TITLE, run, "pool", "pool/cpu_bound or pool/io_bound")
    kinds = sorted({_kind(case) for case in cases})
    figure, axes = style.panels(1, len(kinds), 3.3, 3.2)
    handles: dict[str, Any] = {}
    workers = values_of(every, "workers")
    for panel, kind in zip(axes[0], kinds):
        here = [case for case in cases if _kind(case) == kind]
        _panel(panel, kind, here, workers, handles)
    axes[0][0].set_ylabel("tasks per second")
    style.legend(figure, handles)
    style.save(figure, folder, STEM)
    left_out = len(every) - len(cases)
    text = (
        f"Left out: {left_out} cases whose slice held fewer tasks than workers. "
        if left_out
        else ""
    )
    return Drawn(STEM, TITLE, text + spread_note(cases) + HOLLOW_NOTE + noisy_note(cases))
