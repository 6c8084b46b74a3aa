"""Which cases stay when the budget cannot hold all of them. Pure functions; RULE states the rule."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

RULE = """what is left out when the budget is too small:
  Where not even three rounds of the shortest slices fit the budget, each series of cases that
  differ by the size of their messages keeps its smallest, its middle and its largest size; where
  that does not fit either, the smallest and the middle one, then the smallest alone; then, of
  series that differ by how many work in them, those with the fewest and with the most; then, of
  what is no round trip, the nearest pair of CPUs alone; then, of workers spread over the machine,
  processes alone where there are both; then, of producers and consumers so spread, the most
  alone. What was left out is said here and on the page. Cases chosen by --filter are never left out."""

# By nearness; last what is left out first.
PLACES = ["same_core", "same_l3", "same_node", "cross_node", "compact", "scatter", "unpinned"]
ROUND_TRIPS = ("ping_pong", "round_trip")
NUMBER = re.compile(r"\d+")

Cases = dict[str, list[str]]  # by family


@dataclass(frozen=True)
class Step:
    """A way to have fewer cases: what it keeps, in words; the part of a name in which the cases of
    a series differ, what that part is ranked by, and the ranks, ascending, that it keeps."""

    words: str
    part: re.Pattern[str]
    rank: Callable[[str], int]
    keeps: Callable[[list[int]], set[int]]
    spares: tuple[str, ...] = ()  # scenarios
    refines: bool = True  # what the steps before it keep; else it says more than they do


def _first_number(part: str) -> int:
    return int(NUMBER.findall(part)[0])


def _sum(part: str) -> int:
    return sum(int(number) for number in NUMBER.findall(part))


def _distance(part: str) -> int:
    place = part.partition(":")[2]
    return PLACES.index(place) if place in PLACES else len(PLACES)


SIZE = re.compile(r"/size:\d+(?:/capacity:\d+)?")
WORKERS = re.compile(r"/(?:producers:\d+/consumers:\d+|workers:\d+)")
PLACE = re.compile(r"/place:\w+")
SPREAD_ENDS = re.compile(r"(?<=/place:(?:compact|scatter))/producers:\d+/consumers:\d+")
SPREAD_PEERS = re.compile(r"/peers:\w+(?=/place:(?:compact|scatter)/)")
STEPS = [
    Step(
        "the smallest, the middle and the largest size of each series",
        SIZE,
        _first_number,
        lambda sizes: {sizes[0], sizes[len(sizes) // 2], sizes[-1]},
    ),
    Step(
        "the smallest and the middle size of each series",
        SIZE,
        _first_number,
        lambda sizes: set(sizes[:2]),  # of three at most by now
        refines=False,
    ),
    Step(
        "the smallest size of each series",
        SIZE,
        _first_number,
        lambda sizes: {sizes[0]},
        refines=False,
    ),
    Step("the fewest and the most workers", WORKERS, _sum, lambda n: {n[0], n[-1]}),
    Step(
        "the nearest CPUs where there is no round trip",
        PLACE,
        _distance,
        lambda ranks: {ranks[0]},
        ROUND_TRIPS,
    ),
    Step(
        "processes where workers are spread over the machine",
        SPREAD_PEERS,
        lambda part: int(part == "/peers:threads"),
        lambda ranks: {ranks[0]},
    ),
    Step(
        "the most producers and consumers",
        SPREAD_ENDS,
        _sum,
        lambda n: {n[-1]},
    ),
]


def thinned(names: Iterable[str], step: Step) -> list[str]:
    """The cases that a step keeps, in their order; those without its part all stay."""
    names = list(names)
    ranks: dict[str, int] = {}
    series: dict[str, set[int]] = {}
    for name in names:
        part = step.part.search(name)
        if part and name.split("/")[2] not in step.spares:
            ranks[name] = step.rank(part.group())
            series.setdefault(step.part.sub("", name), set()).add(ranks[name])
    kept = {rest: step.keeps(sorted(found)) for rest, found in series.items()}
    return [n for n in names if n not in ranks or ranks[n] in kept[step.part.sub("", n)]]


def count(cases: Cases) -> int:
    """Of all families."""
    return sum(len(names) for names in cases.values())


def thin_until(cases: Cases, fits: Callable[[Cases], bool]) -> tuple[Cases, str]:
    """As many of the cases as fit, and what was left out in words, empty if nothing was."""
    kept = cases
    words: list[str] = []
    for step in STEPS:
        if fits(kept):
            break
        fewer = {family: thinned(names, step) for family, names in kept.items()}
        if count(fewer) < count(kept):
            kept = fewer
            words = [*words, step.words] if step.refines else [step.words]
    left_out = count(cases) - count(kept)
    if left_out == 0:
        return cases, ""
    return kept, f"{left_out} of {count(cases)} cases, all but {' and, of those, '.join(words)}"
