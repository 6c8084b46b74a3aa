"""Which cases stay when the budget cannot hold all of them. Pure functions; RULE states the rule."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

RULE = """what is left out when the budget is too small:
  Where not even three rounds of the shortest slices fit the budget, each series of cases that
  differ by the size of their messages keeps its smallest and its middle size; where that does not
  fit either, its smallest alone. What was left out is said here and on the page. Cases chosen by
  --filter are never left out."""

SIZE = re.compile(r"/size:(\d+)(?:/capacity:\d+)?")

Cases = dict[str, list[str]]  # by family


@dataclass(frozen=True)
class Step:
    """A way to have fewer cases: what it keeps, in words and of a series' ascending sizes."""

    words: str
    keeps: Callable[[list[int]], set[int]]


STEPS = [
    Step(
        "the smallest and the middle size of each series",
        lambda sizes: {sizes[0], sizes[len(sizes) // 2]},
    ),
    Step("the smallest size of each series", lambda sizes: {sizes[0]}),
]


def size_of(name: str) -> int | None:
    """The message size in a case's name."""
    found = SIZE.search(name)
    return int(found.group(1)) if found else None


def series_of(name: str) -> str:
    """What the cases of a series have in common: the name without the size."""
    return SIZE.sub("", name)


def thinned(names: Iterable[str], step: Step) -> list[str]:
    """The cases that a step keeps, in their order; those without a size all stay."""
    names = list(names)
    sizes: dict[str, set[int]] = {}
    for name in names:
        if (size := size_of(name)) is not None:
            sizes.setdefault(series_of(name), set()).add(size)
    kept = {series: step.keeps(sorted(found)) for series, found in sizes.items()}
    return [
        name for name in names if (size := size_of(name)) is None or size in kept[series_of(name)]
    ]


def count(cases: Cases) -> int:
    """Of all families."""
    return sum(len(names) for names in cases.values())


def thin_until(cases: Cases, fits: Callable[[Cases], bool]) -> tuple[Cases, str]:
    """As many of the cases as fit, and what was left out in words, empty if nothing was."""
    if fits(cases):
        return cases, ""
    for step in STEPS:
        fewer = {family: thinned(names, step) for family, names in cases.items()}
        words = f"{count(cases) - count(fewer)} of {count(cases)} cases, all but {step.words}"
        if fits(fewer):
            break
    return (fewer, words) if count(fewer) < count(cases) else (cases, "")
