"""Pools: work against the number of workers."""

from pathlib import Path
from typing import Any

from plots import style, units
from plots.figures.common import (
    HOLLOW_NOTE,
    NOISY_NOTE,
    Drawn,
    curve,
    implementations,
    missing,
    spread_note,
    values_of,
)
from results.load import Run

STEM, TITLE = "pool_workers", "Pools: tasks per second against the number of workers"
KINDS = {"cpu_bound": "CPU-bound", "io_bound": "IO-bound"}


def draw(run: Run, folder: Path) -> Drawn:
    """A line per pool, a panel per kind of work."""
    cases = run.good("pool", "cpu_bound") + run.good("pool", "io_bound")
    if not cases:
        return missing(STEM, TITLE, run, "pool", "pool/cpu_bound or pool/io_bound")
    kinds = sorted({(c.name.scenario, c.name.get("work"), c.name.get("place")) for c in cases})
    figure, axes = style.panels(1, len(kinds), 3.3, 3.2)
    handles: dict[str, Any] = {}
    for panel, (scenario, work, place) in zip(axes[0], kinds):
        here = [c for c in cases if (c.name.scenario, c.name.get("work")) == (scenario, work)]
        here = [c for c in here if c.name.get("place") == place]
        for name in implementations(here):
            points = [(c.name.number("workers"), c) for c in here if c.name.implementation == name]
            handle = curve(panel, points, "msgs_per_s")
            if handle is not None:
                peers = points[0][1].name.get("peers")
                handles.setdefault(f"{name} ({peers})", handle)
        workers = values_of(here, "workers")
        panel.set_xscale("log", base=2)
        panel.set_xticks(workers, [str(n) for n in workers])
        panel.set_ylim(bottom=0)
        panel.yaxis.set_major_formatter(units.rate_axis())
        panel.set_title(f"{KINDS[scenario]}: {work}, {place}")
        panel.set_xlabel("workers")
    axes[0][0].set_ylabel("tasks per second")
    style.legend(figure, handles)
    style.save(figure, folder, STEM)
    return Drawn(STEM, TITLE, spread_note(cases) + HOLLOW_NOTE + NOISY_NOTE)
