"""What starting a worker costs against the memory that its parent has touched."""

from pathlib import Path

from plots import highlight, style, units
from plots.figures import lines
from plots.figures.common import (
    MEDIAN_NOTE,
    Drawn,
    context_note,
    missing,
    noisy_note,
    spread_note,
)
from plots.figures.lines import HEIGHT, WIDTH, Panel
from plots.labels import Labels
from results.load import MERIT, Case, Run

STEM, TITLE = "process_start", "Workers: starting one against its parent's memory"
MEMORY = {
    "resident_0": "little",
    "resident_256mib": "256 MiB",
    "resident_1gib": "1 GiB",
    "resident_1gib_huge": "1 GiB, huge pages",
}
SCENARIOS = {"start": "to its first instruction", "start_join": "started and joined"}


def _place(case: Case) -> float:
    return float(list(MEMORY).index(case.name.get("work")))


def draw(run: Run, folder: Path) -> Drawn:
    """A panel per scenario."""
    cases = [c for s in SCENARIOS for c in run.good("process", s) if c.name.get("work") in MEMORY]
    if not cases:
        return missing(STEM, TITLE, run, "process", "process/start or process/start_join")
    panels = [
        Panel(text, [c for c in cases if c.name.scenario == s]) for s, text in SCENARIOS.items()
    ]
    panels = [panel for panel in panels if panel.cases]
    key = lines.key_of(run, panels, _place, lambda case: case.median(MERIT) or 0.0)
    figure, grid = style.panels(1, len(panels), WIDTH, 1.3 * HEIGHT, sharey="row")
    labels = Labels(figure)
    for target, panel in zip(grid.flat, panels):
        target.set_yscale("log")
        lines.panel(target, labels, key, panel, _place, MERIT)
        target.set_xticks(range(len(MEMORY)), list(MEMORY.values()))
        target.set_xlabel("memory that the parent has touched")
    grid[0][0].set_ylabel("time")
    style.log_ticks(grid[0][0].yaxis, units.time_axis())
    style.legend(figure, [key.waiting[name] for name in key.named], lines.context(panels, key))
    style.save(figure, folder, STEM, labels.settle)
    note = highlight.note(cases) + context_note(lines.OTHERS_NOTE, cases, key.named)
    return Drawn(STEM, TITLE, note + MEDIAN_NOTE + spread_note(cases) + noisy_note(cases))
