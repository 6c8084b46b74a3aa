"""What starting a worker costs against the memory that its parent has touched."""

from dataclasses import replace
from pathlib import Path

from plots import highlight, style, units
from plots.figures import lines
from plots.figures.common import (
    Drawn,
    context_note,
    missing,
    noisy_note,
    spread_note,
)
from plots.figures.lines import HEIGHT, WIDTH, Panel
from plots.figures.scenario_dots import WORDS
from plots.labels import Labels
from results.load import MERIT, Case, Run

STEM, TITLE = "process_start", "Workers: starting one against its parent's memory"
MEMORY = {
    "resident_0": "little",
    "resident_1gib_huge": "1 GiB in\nhuge pages",
    "resident_256mib": "256 MiB",
    "resident_1gib": "1 GiB",
}  # by the number of pages
SEATS = 12
# What a name says of how a worker comes to be; the first that fits counts.
WAYS = {
    "exec": "a new program",
    "spawn": "a new program",
    "server": "forked by a server",
    "thread": "a thread",
    "async": "a thread",
    "fork": "a copy of its parent",
    "clone": "a copy of its parent",
}
STROKES = {
    "a copy of its parent": "-",
    "a new program": "--",
    "forked by a server": ":",
    "a thread": "-.",
}


def _place(case: Case) -> float:
    return float(list(MEMORY).index(case.name.get("work")))


def _stroke(name: str) -> str:
    return next((STROKES[way] for part, way in WAYS.items() if part in name), "-")


def draw(run: Run, folder: Path) -> Drawn:
    """A panel per scenario."""
    scenarios = ("start", "start_join")
    cases = [c for s in scenarios for c in run.good("process", s) if c.name.get("work") in MEMORY]
    if not cases:
        return missing(STEM, TITLE, run, "process", "process/start or process/start_join")
    panels = [Panel(WORDS[s], [c for c in cases if c.name.scenario == s]) for s in scenarios]
    panels = [panel for panel in panels if panel.cases]
    key = lines.key_of(run, panels, _place, lambda case: case.median(MERIT) or 0.0, SEATS)
    key = replace(key, strokes={name: _stroke(name) for name in key.named})
    figure, grid = style.panels(1, len(panels), WIDTH, 1.6 * HEIGHT, sharey="row")
    labels = Labels(figure)
    for target, panel in zip(grid.flat, panels):
        target.set_yscale("log")
        lines.panel(target, labels, key, panel, _place, MERIT)
        target.set_xticks(range(len(MEMORY)), list(MEMORY.values()))
        target.set_xlabel("memory that the parent has touched")
    grid[0][0].set_ylabel("time")
    style.log_ticks(grid[0][0].yaxis, units.time_axis())
    shown = {text: stroke for text, stroke in STROKES.items() if stroke in key.strokes.values()}
    others = lines.context(panels, key)
    style.legend(figure, [key.waiting[name] for name in key.named], others, strokes=shown)
    style.save(figure, folder, STEM, labels.settle)
    note = highlight.note(cases) + context_note(lines.OTHERS_NOTE, cases, key.named)
    note += "From left to right the parent has more pages. "
    return Drawn(STEM, TITLE, note + spread_note(cases) + noisy_note(cases))
