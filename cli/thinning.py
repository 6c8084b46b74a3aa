"""Which cases stay when the budget cannot hold all of them. Pure functions; RULE states the rule."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

RULE = """what is left out when the budget is too small:
  Where not even three rounds of the shortest slices fit the budget, each series of cases that
  differ by the size of their messages keeps its smallest, its middle and its largest size; where
  that does not fit either, the smallest and the middle one, then the smallest alone; then, of
  starts of workers, those by the two parents with the least memory; then, of pools, workers near
  each other alone, and two works of each kind (the sieve and 10 us, a wait of 5 ms and a page, the
  table inherited and shared); then, of series that differ by how many work in them, those with the
  fewest and with the most; then, of what is no round trip, the nearest pair of CPUs alone; then, of
  workers spread over the machine, processes alone where there are both; then, of producers and
  consumers so spread, the most alone; then, of locks the shortest hold, of what reads and writes
  the most writes, of alarms the nearest, of pools the first work of each kind; then, of CPython,
  the nearest pair of CPUs alone; then, of starts of workers, those by the smallest parent; then, of
  pools that map tasks, the most workers alone, where their tasks are neither CPU-bound nor
  IO-bound, and of those that get one task at a time the fewest; then, of what is no round trip, and
  of all on one CPU, processes alone where there are both; then, of workers spread over the machine,
  the most; then, of pools' works, those that are CPU-bound or IO-bound, and nested tasks; then, of
  these, one worker and two. What was left out is said here and on the page. Cases chosen by
  --filter are never left out."""

# By nearness; last what is left out first.
PLACES = ["same_core", "same_l3", "same_node", "cross_node", "compact", "scatter", "unpinned"]
WORKS = ["hold_0", "hold_100ns", "hold_1us", "sets_50", "sets_5", "reads_95", "reads_99_9"]
WORKS += ["ahead_100us", "ahead_5ms"]  # of each kind, first what stays
POOL_WORKS = ["sieve", "10us", "100us", "1us", "1ms", "empty"]  # of each kind, first what stays
POOL_WORKS += ["wait_5ms", "http", "fsync", "wait_1ms", "http_5ms"]
POOL_WORKS += ["inherited", "shared", "copied", "mapped"]
RESIDENT_MEMORY = ["resident_0", "resident_256mib", "resident_1gib", "resident_1gib_huge"]
ROUND_TRIPS = ("ping_pong", "round_trip")
# Scenarios of pools: those that are drawn against the number of workers, and the others.
CURVES = ("cpu_bound", "io_bound")
MAPPED = ("memory_bound", "mixed", "table", "tiny_tasks")
ONE_BY_ONE = ("apply", "submit_to_start")
NESTED = ("nested",)  # by one worker, and by two, of whom one takes what the other has published
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
    among: str = ""  # what the names of its cases hold
    refines: bool = True  # what the steps before it keep; else it says more than they do


def _first_number(part: str) -> int:
    return int(NUMBER.findall(part)[0])


def _sum(part: str) -> int:
    return sum(int(number) for number in NUMBER.findall(part))


def _distance(part: str) -> int:
    place = part.partition(":")[2]
    return PLACES.index(place) if place in PLACES else len(PLACES)


def _memory(part: str) -> int:
    return RESIDENT_MEMORY.index(part.partition(":")[2])


def _work(part: str) -> int:
    return WORKS.index(part.partition(":")[2])


def _pool_work(part: str) -> int:
    return POOL_WORKS.index(part.partition(":")[2])


def _kind_of_work(part: str) -> int:
    return (CURVES + MAPPED).index(part.split("/")[1])


def _pool_distance(part: str) -> int:
    return _distance(part.partition("/workers:")[0])


def _threads_last(part: str) -> int:
    return int(part == "/peers:threads")


def _lowest(ranks: list[int]) -> set[int]:
    return {ranks[0]}


def _highest(ranks: list[int]) -> set[int]:
    return {ranks[-1]}


POOL_WORK = re.compile(rf"/work:(?:{'|'.join(POOL_WORKS)})(?![^/])")
POOL_PLACE = re.compile(r"/place:\w+/workers:\d+")
WORK = re.compile(rf"/work:(?:{'|'.join(WORKS)})(?![^/])")
RESIDENT = re.compile(r"/work:resident_\w+")
SIZE = re.compile(r"/size:\d+(?:/capacity:\d+)?")
WORKERS = re.compile(r"/(?:producers:\d+/consumers:\d+|workers:\d+)")
PLACE = re.compile(r"/place:\w+")
SPREAD_ENDS = re.compile(r"(?<=/place:(?:compact|scatter))/producers:\d+/consumers:\d+")
SPREAD_WORKERS = re.compile(r"(?<=/place:compact)/workers:\d+")
ALL_PEERS = re.compile(r"/peers:\w+(?=/place:)")
PEERS_ON_ONE_CPU = re.compile(r"/peers:\w+(?=/place:same_cpu(?:/|$))")
WORK_OF_POOLS = re.compile(
    rf"/(?:{'|'.join(CURVES + MAPPED)})/peers:\w+/place:(?!same_cpu).*/work:.*"
)
NESTED_WORKERS = re.compile(r"(?<=/nested/peers:threads/place:compact)/workers:\d+")
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
        _lowest,
        refines=False,
    ),
    Step(
        "the two parents of started workers with the least memory",
        RESIDENT,
        _memory,
        lambda ranks: set(ranks[:2]),
    ),
    Step(
        "the nearest workers of pools",
        POOL_PLACE,
        _pool_distance,
        _lowest,
        among="pool/",
    ),
    Step(
        "two works of each kind for pools",
        POOL_WORK,
        _pool_work,
        lambda ranks: set(ranks[:2]),
    ),
    Step("the fewest and the most workers", WORKERS, _sum, lambda n: {n[0], n[-1]}, NESTED),
    Step(
        "the nearest CPUs where there is no round trip",
        PLACE,
        _distance,
        _lowest,
        ROUND_TRIPS,
    ),
    Step(
        "processes where workers are spread over the machine",
        SPREAD_PEERS,
        _threads_last,
        _lowest,
    ),
    Step(
        "the most producers and consumers",
        SPREAD_ENDS,
        _sum,
        _highest,
    ),
    Step(
        "the shortest hold of locks, the most writes and the nearest alarm",
        WORK,
        _work,
        _lowest,
    ),
    Step(
        "one work of each kind for pools",
        POOL_WORK,
        _pool_work,
        _lowest,
    ),
    Step(
        "the nearest CPUs of CPython",
        PLACE,
        _distance,
        _lowest,
        among="/cpython_",
    ),
    Step(
        "the smallest parent of started workers",
        RESIDENT,
        _memory,
        _lowest,
    ),
    Step(
        "the most workers of pools that map tasks",
        WORKERS,
        _sum,
        _highest,
        (*CURVES, *ONE_BY_ONE, *NESTED),
        among="pool/",
    ),
    Step(
        "the fewest of pools that get one task at a time",
        WORKERS,
        _sum,
        _lowest,
        (*CURVES, *MAPPED, *NESTED),
        among="pool/",
    ),
    Step(
        "processes where there is no round trip",
        ALL_PEERS,
        _threads_last,
        _lowest,
        ROUND_TRIPS,
    ),
    Step(
        "processes on one CPU",
        PEERS_ON_ONE_CPU,
        _threads_last,
        _lowest,
    ),
    Step(
        "the most workers where they are spread",
        SPREAD_WORKERS,
        _sum,
        _highest,
        (*CURVES, *ONE_BY_ONE, *NESTED),
    ),
    Step(
        "CPU-bound and IO-bound work for pools",
        WORK_OF_POOLS,
        _kind_of_work,
        lambda kinds: set(kinds[: len(CURVES)]),
    ),
    Step(
        "one and two workers of nested tasks",
        NESTED_WORKERS,
        _sum,
        lambda counts: set(counts[:2]),
    ),
]


def thinned(names: Iterable[str], step: Step) -> list[str]:
    """The cases that a step keeps, in their order; those without its part all stay."""
    names = list(names)
    ranks: dict[str, int] = {}
    series: dict[str, set[int]] = {}
    for name in names:
        part = step.part.search(name)
        if part and step.among in name and name.split("/")[2] not in step.spares:
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
