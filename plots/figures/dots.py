"""Dot charts: a row for each implementation that matters, one for all others."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from plots import highlight, style
from plots.figures.common import OFFSET, waitings
from results.load import Case, Run
from results.stats import Summary

OTHERS_NOTE = "in one row below, without their spread"


@dataclass(frozen=True)
class Dot:
    """A case with what is drawn of it."""

    case: Case
    median: float
    low: float
    high: float

    @property
    def name(self) -> str:
        return self.case.name.implementation

    @property
    def peers(self) -> str:
        return self.case.name.get("peers")


def dot(case: Case, found: Summary) -> Dot:
    """The dot of a case."""
    return Dot(case, found.median, found.low, found.high)


def dots_of(cases: Sequence[Case], counter: str) -> list[Dot]:
    """The dots of the cases that have the counter."""
    return [dot(case, found) for case in cases if (found := case.summary(counter))]


def rows(run: Run, dots: Sequence[Dot], more_is_better: bool) -> list[str]:
    """The implementations with a row of their own, the best at the top."""
    sign = -1 if more_is_better else 1
    contests = [
        {d.name: d.median**sign for d in dots if d.peers == peers and d.median > 0}
        for peers in sorted({d.peers for d in dots})
    ]
    families = sorted({d.case.name.family for d in dots})
    waiting = waitings(run, (d.case for d in dots))
    first = [name for family in families for name in highlight.REFERENCES.get(family, ())]
    named = highlight.chosen(contests, waiting, first, highlight.ROWS)
    best = {name: min(contest[name] for contest in contests if name in contest) for name in named}
    return sorted(named, key=lambda name: (best[name], name))


def others(run: Run, dots: Sequence[Dot], more_is_better: bool) -> set[str]:
    """The implementations that share the last row."""
    return {d.name for d in dots} - set(rows(run, dots, more_is_better))


def panel(axes: Axes, run: Run, dots: Sequence[Dot], more_is_better: bool) -> None:
    """Draws one panel; its rows are its own."""
    named = rows(run, dots, more_is_better)
    rest = others(run, dots, more_is_better)
    texts = [*named, *([f"{len(rest)} other{'s' * (len(rest) > 1)}"] if rest else [])]
    axes.set_yticks(range(len(texts)), texts)
    axes.set_ylim(len(texts) - 0.4, -0.6)
    axes.set_xscale("log")
    if rest:
        axes.axhspan(len(named) - 0.5, len(named) + 0.5, color=style.GREY, alpha=0.15, linewidth=0)
    for d in dots:
        row = named.index(d.name) if d.name in named else len(named)
        y = row + OFFSET.get(d.peers, 0)
        look = style.look(run.waiting(d.case.name), d.peers)
        gid = f"{style.TITLED}{d.name}, {d.peers}"
        if d.name in rest:
            small = look | {"markersize": 3, "markeredgewidth": 0.7, "alpha": 0.8}
            axes.plot([d.median], [y], linestyle="none", gid=gid, **small)
            continue
        spread = [[max(d.median - d.low, 0)], [max(d.high - d.median, 0)]]
        drawn = axes.errorbar(d.median, y, xerr=spread, linestyle="none", elinewidth=1, **look)
        drawn.lines[0].set_gid(gid)
        if d.case.noisy:
            style.noisy_mark(axes, d.median, y)


def height(run: Run, dots: Sequence[Dot], more_is_better: bool) -> float:
    """Of a panel, in inches."""
    named = rows(run, dots, more_is_better)
    return 0.85 + 0.19 * (len(named) + bool(others(run, dots, more_is_better)))


def note(cases: Sequence[Case]) -> str:
    """The rule of the rows, for a caption."""
    return highlight.note(cases).replace("Named", "Rows", 1)
