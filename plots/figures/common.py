"""What figures share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from plots import style
from results.load import MERIT, Case, Run
from results.stats import Summary


@dataclass(frozen=True)
class Drawn:
    """A figure, or the sentence that says why there is none."""

    stem: str
    title: str
    text: str
    missing: str = ""


def spread_note(cases: Iterable[Case]) -> str:
    """What the bars around the values are, and how many launches stand behind them."""
    found = [s for case in cases if (s := case.summary())]
    if not found:
        return ""
    counts = sorted({s.n for s in found})
    n = f"n = {counts[0]}" if len(counts) == 1 else f"n = {counts[0]} to {counts[-1]}"
    kinds = {s.is_interval for s in found}
    what = {
        frozenset({True}): "95 % confidence interval of the median",
        frozenset({False}): "min..max, too few launches for an interval",
    }.get(frozenset(kinds), "95 % confidence interval of the median, min..max below 6 launches")
    return f"Value: median over launches ({n}); bar: {what}."


MEDIAN_NOTE = "A round trip is the median of its launch. "


def noisy_note(cases: Sequence[Case]) -> str:
    """What the grey rings are, where there are any."""
    count = sum(case.noisy for case in cases)
    if not count:
        return ""
    return f" Grey ring: noisy in half of the launches or more ({count} of {len(cases)} cases)."


def shown_size(cases: Sequence[Case], wanted: int = 64) -> int:
    """The message size that most placements have, of several the one nearest to the wanted."""
    where: dict[int, set[str]] = {}
    for case in cases:
        where.setdefault(case.name.number("size"), set()).add(case.name.get("place"))
    return min(where, key=lambda size: (-len(where[size]), abs(size - wanted)))


def bars(found: Summary) -> list[list[float]]:
    """The spread as matplotlib wants it."""
    return [[max(found.median - found.low, 0)], [max(found.high - found.median, 0)]]


def dot(axes: Axes, case: Case, y: float, counter: str = MERIT) -> Any:
    """A horizontal dot with its spread."""
    found = case.summary(counter)
    if found is None:
        return None
    handle = axes.errorbar(
        found.median, y, xerr=bars(found), linestyle="none", elinewidth=1, **style.look(case.name)
    )
    if case.noisy:
        style.noisy_mark(axes, found.median, y)
    return handle


def curve(axes: Axes, points: Sequence[tuple[float, Case]], counter: str) -> Any:
    """A line through the medians of cases, with their spread."""
    kept = [
        (x, case, s)
        for x, case in sorted(points, key=lambda p: p[0])
        if (s := case.summary(counter))
    ]
    if not kept:
        return None
    name = kept[0][1].name
    spreads = [bars(s) for _, _, s in kept]
    handle = axes.errorbar(
        [x for x, _, _ in kept],
        [s.median for _, _, s in kept],
        yerr=[[b[0][0] for b in spreads], [b[1][0] for b in spreads]],
        linestyle=style.line(name.implementation),
        elinewidth=0.9,
        **style.look(name),
    )
    for x, case, found in kept:
        if case.noisy:
            style.noisy_mark(axes, x, found.median)
    return handle


def implementations(cases: Iterable[Case]) -> list[str]:
    return sorted({case.name.implementation for case in cases})


def values_of(cases: Iterable[Case], key: str) -> list[int]:
    """The values of a numeric field, ascending."""
    return sorted({case.name.number(key) for case in cases})


def rows_of(axes: Axes, names: list[str]) -> dict[str, int]:
    """Implementations as rows of a panel, the first at the top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    return {name: row for row, name in enumerate(names)}


PEERS = ("threads", "processes")
OFFSET = {"threads": -0.16, "processes": 0.16}
HOLLOW_NOTE = " Filled: between threads; hollow: between processes."


def missing(stem: str, title: str, run: Run, family: str, what: str) -> Drawn:
    """The sentence in place of a figure."""
    failed = [case for case in run.cases if case.name.family == family and case.error]
    why = f"this run holds no {what}"
    if failed:
        why += f" that succeeded; {len(failed)} cases of {family} failed, such as {failed[0].text}"
    return Drawn(stem, title, "", f"Not drawn: {why}.")
