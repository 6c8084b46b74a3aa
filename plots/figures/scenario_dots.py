"""Dot charts of the families whose cases differ by scenario: a figure each, a panel per scenario,
workers, work and placement."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from plots import style, units
from plots.figures.common import MEDIAN_NOTE, Drawn, missing
from plots.figures.dot_charts import Measure, draw_panels, panels_of, rate, workers
from results.load import MERIT, Case, Run

RATE = rate("operations of all workers per second")
TIME = Measure(MERIT, "time", False, units.time_axis)

WORDS = {
    "ping_pong": "round trip",
    "uncontended": "taken and given back, nobody else",
    "contended": "contended",
}
WORK = {
    "hold_0": "held for nothing",
    "hold_100ns": "held for 100 ns",
    "hold_1us": "held for 1 µs",
}


@dataclass(frozen=True)
class Sheet:
    """A figure: its cases in the order of their scenarios, and what it shows of them."""

    stem: str
    title: str
    family: str
    scenarios: tuple[str, ...]
    measure: Measure
    keeps: Callable[[Case], bool] = lambda case: True

    def cases(self, run: Run) -> list[Case]:
        found = [case for s in self.scenarios for case in run.good(self.family, s)]
        return [case for case in found if self.keeps(case)]


SHEETS = (
    Sheet(
        "lock_contended",
        "Locks: how often contending workers get them",
        "lock",
        ("contended",),
        RATE,
        lambda case: case.name.get("work") != "hold_100ns",
    ),
    Sheet(
        "lock_hand_over",
        "Locks: alone, and handed over and back",
        "lock",
        ("uncontended", "ping_pong"),
        TIME,
    ),
)


def _title(case: Case) -> str:
    name = case.name
    parts = [WORDS.get(name.scenario, name.scenario)]
    if name.get("workers"):
        parts.append(workers(name.number("workers")))
    if name.get("work"):
        parts.append(WORK.get(name.get("work"), name.get("work")))
    return ", ".join([*parts, name.get("place")])


def draw(run: Run, folder: Path, sheet: Sheet) -> Drawn:
    """One figure."""
    cases = sheet.cases(run)
    if not cases:
        what = " or ".join(f"{sheet.family}/{scenario}" for scenario in sheet.scenarios)
        return missing(sheet.stem, sheet.title, run, sheet.family, what)
    order = style.places(case.name.get("place") for case in cases)

    def kind(case: Case) -> tuple[tuple[int, ...], str]:
        name = case.name
        works = list(WORK)
        work = works.index(name.get("work")) if name.get("work") in works else len(works)
        place = order.index(name.get("place"))
        first = sheet.scenarios.index(name.scenario)
        return (first, work, place, name.number("workers")), _title(case)

    figure, text = draw_panels(run, panels_of(cases, kind), sheet.measure)
    style.save(figure, folder, sheet.stem)
    timed = sheet.measure is TIME and any(case.histogram.total for case in cases)
    return Drawn(sheet.stem, sheet.title, text + (" " + MEDIAN_NOTE.strip() if timed else ""))


FIGURES = tuple(partial(draw, sheet=sheet) for sheet in SHEETS)
