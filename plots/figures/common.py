"""What figures share."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from plots import units
from results.load import Case, Run
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
    n = f"n = {units.span([s.n for s in found])}"
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


def values_of(cases: Iterable[Case], key: str) -> list[int]:
    """The values of a numeric field, ascending."""
    return sorted({case.name.number(key) for case in cases})


PEERS = ("threads", "processes")
OFFSET = {"threads": -0.16, "processes": 0.16}
HOLLOW_NOTE = " Filled: between threads; hollow: between processes."


def waitings(run: Run, cases: Iterable[Case]) -> dict[str, str]:
    """How each implementation waits, by name."""
    return {case.name.implementation: run.waiting(case.name) for case in cases}


def context_note(others: str, cases: Iterable[Case], named: Collection[str] = ()) -> str:
    """How many implementations a figure shows, and how those without a name.

    Those with one are given where all panels name the same.
    """
    every = {case.name.implementation for case in cases}
    if named and not every - set(named):
        return ". "
    rest = f"the other {len(every - set(named))}" if named else "the others"
    return (
        f"; {rest} of {len(every)} are {others}: pointing at one names it, and the table of all cases"
        " holds them. "
    )


def missing(stem: str, title: str, run: Run, family: str, what: str) -> Drawn:
    """The sentence in place of a figure."""
    failed = [case for case in run.cases if case.name.family == family and case.error]
    why = f"this run holds no {what}"
    if failed:
        why += f" that succeeded; {len(failed)} cases of {family} failed, such as {failed[0].text}"
    return Drawn(stem, title, "", f"Not drawn: {why}.")
