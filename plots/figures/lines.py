"""Lines of few implementations, named beside them, before all others in grey."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes

from plots import highlight, style
from plots.figures.common import waitings
from plots.labels import Labels, name_of
from results.load import Case, Run

WIDTH, HEIGHT = 5.2, 2.7  # of a panel in inches, names included
COLUMNS = 2
CONTEXT = "others"
OTHERS_NOTE = "grey"
CONTEXT_LOOK = {"color": style.GREY, "linewidth": 0.7, "alpha": 0.55, "zorder": 1}


@dataclass(frozen=True)
class Panel:
    """A panel: its heading, and the points of each implementation along its axis."""

    title: str
    cases: Sequence[Case]


@dataclass(frozen=True)
class Key:
    """Which implementations have names, and how their lines look."""

    named: list[str]
    waiting: Mapping[str, str]
    strokes: Mapping[str, str] = field(default_factory=dict)

    def stroke(self, name: str) -> str:
        """Where a figure gives none, lines that wait alike differ in their stroke."""
        if name in self.strokes:
            return self.strokes[name]
        alike = [n for n in self.named if self.waiting.get(n) == self.waiting.get(name)]
        return style.STROKES[alike.index(name) % len(style.STROKES)]


Point = Callable[[Case], float]


def key_of(
    run: Run, panels: Sequence[Panel], x: Point, value: Point, seats: int = highlight.LINES
) -> Key:
    """By the rule of the highlights; every place of the axis in every panel is a contest."""
    contests = []
    for panel in panels:
        for place in sorted({x(case) for case in panel.cases}):
            here = [case for case in panel.cases if x(case) == place]
            contests.append({c.name.implementation: value(c) for c in here if value(c) > 0})
    every = [case for panel in panels for case in panel.cases]
    first = highlight.REFERENCES.get(every[0].name.family, ())
    waiting = waitings(run, every)
    return Key(highlight.chosen(contests, waiting, first, seats), waiting)


def _summaries(cases: Sequence[Case], x: Point, counter: str) -> list[tuple[float, Case, Any]]:
    found = [(x(case), case, case.summary(counter)) for case in cases]
    return sorted(((at, c, s) for at, c, s in found if s), key=lambda point: point[0])


def line(
    axes: Axes, key: Key, cases: Sequence[Case], x: Point, counter: str
) -> tuple[float, float] | None:
    """The line of one implementation through its medians; the end that a name stands beside."""
    points = _summaries(cases, x, counter)
    if not points:
        return None
    case = points[0][1]
    name, peers = case.name.implementation, case.name.get("peers")
    gid = f"{style.TITLED}{name}, {peers}"
    xs, medians = [at for at, _, _ in points], [s.median for _, _, s in points]
    if name not in key.named:
        axes.plot(xs, medians, gid=gid, **CONTEXT_LOOK)
        return None
    spread = [
        [max(s.median - s.low, 0) for _, _, s in points],
        [max(s.high - s.median, 0) for _, _, s in points],
    ]
    look = style.look(key.waiting.get(name, ""))
    stroke = key.stroke(name)
    drawn = axes.errorbar(xs, medians, yerr=spread, linestyle=stroke, elinewidth=0.9, **look)
    drawn.lines[0].set_gid(gid)
    for at, case, found in points:
        if case.noisy:
            style.noisy_mark(axes, at, found.median)
    return xs[-1], medians[-1]


def panel(axes: Axes, labels: Labels, key: Key, here: Panel, x: Point, counter: str) -> None:
    """Draws one panel, names included."""
    names = []
    for name in sorted({case.name.implementation for case in here.cases}):
        mine = [case for case in here.cases if case.name.implementation == name]
        end = line(axes, key, mine, x, counter)
        if end:
            names.append(name_of(name, *end, key.waiting.get(name, "")))
    labels.beside(axes, names)
    axes.set_title(here.title)
    if not here.cases:
        axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center")


def context(panels: Sequence[Panel], key: Key) -> str:
    """What the legend says of grey lines; nothing where there are none."""
    names = {case.name.implementation for panel in panels for case in panel.cases}
    return CONTEXT if names - set(key.named) else ""
