"""Dot charts of the families whose cases differ by scenario: a figure each, a panel per scenario,
workers, work and placement."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from plots import style, units
from plots.figures.common import Drawn, missing
from plots.figures.dot_charts import Measure, Panel, draw_panels, panels_of, rate
from results.load import MERIT, Case, Run
from results.names import CaseName

RATE = rate("operations of all workers per second")
TIME = Measure(MERIT, "time", False, units.time_axis)
SAMPLED_NOTE = "Of a launch it takes the median where each time was sampled, else the mean."

WORDS = {
    "ping_pong": "round trip",
    "uncontended": "taken and given back, nobody else",
    "permits": "",
    "wake_all": "all woken",
    "notify_all": "all notified",
    "rounds": "",
    "submit_to_start": "until it begins",
    "apply": "until its result",
    "stream": "queued, one after the other",
    "coalesce": "not queued, each that arrives",
    "alarm": "lateness of an alarm",
    "child_exit": "a child's end",
    "start": "until it runs",
    "start_join": "until it has been joined",
}
WAITERS = ("wake_all", "notify_all")  # all workers but one
ALONE = ("uncontended", "alarm")
WORK = {
    "hold_0": "held for nothing",
    "hold_100ns": "held for 100 ns",
    "hold_1us": "held for 1 µs",
    "resident_0": "",
    "ahead_100us": "100 µs ahead",
    "ahead_5ms": "5 ms ahead",
    "sets_50": "50 % sets",
    "sets_5": "5 % sets",
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
    note: str = ""
    has_one_scale: bool = False  # else each scenario has one
    is_paired: bool = False  # scenarios stand beside one another, not below

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
    Sheet(
        "semaphore",
        "Semaphores: handed over and back, and fewer permits than workers",
        "semaphore",
        ("ping_pong", "permits"),
        TIME,
        note="Permits: time per permit taken; each is held for 1 µs.",
    ),
    Sheet(
        "event",
        "Events: set in turns, and waking many",
        "event",
        ("ping_pong", "wake_all"),
        TIME,
        note="All woken: from the set to the last waiter that goes on.",
    ),
    Sheet(
        "condition",
        "Conditions: turns under one, and many notified",
        "condition",
        ("ping_pong", "notify_all"),
        TIME,
        note="All notified: until the last waiter has the lock.",
    ),
    Sheet(
        "pool_start",
        "Pools: a task submitted alone, until it begins and until its result is there",
        "pool",
        ("submit_to_start", "apply"),
        TIME,
        note="Until it begins: on a pool whose workers have nothing to do.",
        has_one_scale=True,
        is_paired=True,
    ),
    Sheet("barrier", "Barriers: a round of all workers", "barrier", ("rounds",), TIME),
    Sheet(
        "process_places",
        "Workers: started by a parent with little memory, on its CPU and wherever",
        "process",
        ("start", "start_join"),
        TIME,
        keeps=lambda case: case.name.get("work") in ("", "resident_0"),
        has_one_scale=True,
    ),
    Sheet(
        "signal",
        "Signals, alarms, and the ends of children",
        "signal",
        ("ping_pong", "stream", "coalesce", "alarm", "child_exit"),
        TIME,
        note="Signals that are not queued are lost in others: the table says how many arrive.",
    ),
    Sheet(
        "manager",
        "Managers: operations per second, on values of 1 KiB",
        "manager",
        ("get", "set", "append", "mix"),
        RATE,
        keeps=lambda case: case.name.number("size") == 1024,
        has_one_scale=True,
    ),
)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}" if number else ""


def _workers(name: CaseName) -> str:
    workers = name.number("workers")
    if name.scenario in WAITERS:
        return _count(workers - 1, "waiter")
    return "" if name.scenario in ALONE else _count(workers, "worker")


def _title(case: Case) -> str:
    name = case.name
    parts = [
        WORDS.get(name.scenario, name.scenario),
        _workers(name),
        _count(name.number("capacity"), "permit") if name.family == "semaphore" else "",
        WORK.get(name.get("work"), name.get("work")),
        name.get("place"),
    ]
    return ", ".join(part for part in parts if part)


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
        numbers = name.number("workers"), name.number("capacity")
        others = (work, place, *numbers)
        return (*others, first) if sheet.is_paired else (first, *others), _title(case)

    def scale(panel: Panel) -> int:
        return 0 if sheet.has_one_scale else panel.order[0]

    panels = panels_of(cases, kind)
    figure, text = draw_panels(run, panels, sheet.measure, scale)
    style.save(figure, folder, sheet.stem)
    if sheet.measure is TIME and any(case.of_medians for case in cases):
        text += f" {SAMPLED_NOTE}"
    return Drawn(sheet.stem, sheet.title, f"{text} {sheet.note}".strip())


FIGURES = tuple(partial(draw, sheet=sheet) for sheet in SHEETS)
