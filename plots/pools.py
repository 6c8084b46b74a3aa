"""Pools by what runs in them: works, languages, threads against processes, the serial baseline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from plots import highlight
from plots.comparing import summary
from results import stats
from results.load import MERIT, Case, Run
from results.names import CaseName
from results.stats import Summary

CPP, CPYTHON = "C++", "CPython"
LANGUAGES = (CPP, CPYTHON)
PEERS = ("threads", "processes")
SERIAL = {CPP: "serial", CPYTHON: "cpython_serial"}
PLACE = "compact"
MEASURE = "./handoff report --filter '^(pool|floor/(cpython_)?serial)/'"

# Kinds of work in their order, and how they are called.
KINDS = {
    "cpu_bound": "CPU-bound",
    "memory_bound": "memory-bound",
    "mixed": "mixed",
    "io_bound": "IO-bound",
    "table": "table",
    "nested": "nested",
}
ONLY_THREADS = ("nested",)  # no process may submit to the pool whose task it runs
WORKS = {
    "1us": "1 µs",
    "10us": "10 µs",
    "100us": "100 µs",
    "1ms": "1 ms",
    "sieve": "sieve",
    "sum_64mib": "sums of 1 MiB",
    "short_90_long_10": "90 % 10 µs, 10 % 1 ms",
    "fsync": "4 KiB and fsync",
    "wait_1ms": "wait of 1 ms",
    "wait_5ms": "wait of 5 ms",
    "http": "page over HTTP",
    "http_5ms": "page after 5 ms",
    "inherited": "inherited",
    "shared": "shared in place",
    "copied": "copied",
    "mapped": "mapped from a file",
    "empty": "empty",
}


def language(name: CaseName) -> str:
    return CPYTHON if name.implementation.startswith("cpython_") else CPP


@dataclass(frozen=True)
class Work:
    """What the tasks of a case do."""

    scenario: str
    work: str

    @property
    def order(self) -> tuple[int, int, str]:
        works = list(WORKS)
        place = works.index(self.work) if self.work in works else len(works)
        return list(KINDS).index(self.scenario), place, self.work

    @property
    def text(self) -> str:
        return f"{KINDS[self.scenario]}: {WORKS.get(self.work, self.work)}"


def work_of(name: CaseName) -> Work:
    return Work(name.scenario, name.get("work"))


def busy(case: Case) -> bool:
    """Whether the slice held a task for each worker: fewer say nothing of that many workers. The
    tasks of a table are its parts."""
    tasks = case.median("operations") or 0
    return case.name.scenario == "table" or tasks >= case.name.number("workers")


def cases_of(run: Run, place: str = PLACE) -> list[Case]:
    """The cases of pools that have a work and did not fail."""
    found = [case for kind in KINDS for case in run.good("pool", kind, place=place)]
    return [case for case in found if case.values() and busy(case)]


def works_of(cases: Iterable[Case]) -> list[Work]:
    return sorted({work_of(case.name) for case in cases}, key=lambda work: work.order)


def ratio(over: Case, under: Case, counter: str = MERIT) -> Summary | None:
    """The one's time over the other's, launch by launch: each launch of a report runs every case
    once. None where no launch has both."""
    below = {s.launch: s.values[counter] for s in under.samples if s.values.get(counter)}
    found = [
        s.values[counter] / below[s.launch]
        for s in over.samples
        if counter in s.values and s.launch in below
    ]
    return stats.summarize(found) if found else None


def serial_of(run: Run, language_: str, work: Work) -> Case | None:
    """The same tasks one after the other, without a pool."""
    fields = {"peers": "threads", "place": "same_cpu", "work": work.work}
    name = CaseName("floor", SERIAL[language_], work.scenario, fields)
    case = run.by_text.get(str(name))
    return case if case and not case.error and case.values() else None


@dataclass(frozen=True)
class Line:
    """The best implementation of a language and a kind of peers for a work: its cases by their
    number of workers, and what its speed-up is over: the serial case, else its own with one worker.
    """

    language: str
    peers: str
    cases: Sequence[Case]
    serial: Case | None

    @property
    def side(self) -> str:
        return f"{self.language} {self.peers}"

    @property
    def implementation(self) -> str:
        return self.cases[0].name.implementation

    @cached_property
    def base(self) -> Case | None:
        alone = (case for case in self.cases if case.name.number("workers") == 1)
        return self.serial or next(alone, None)

    def speed_up(self, case: Case) -> Summary | None:
        return ratio(self.base, case) if self.base else None


def best_implementation(cases: Sequence[Case]) -> str:
    """Who is fastest or near it at most numbers of workers."""
    contests: dict[int, dict[str, float]] = {}
    for case in cases:
        contest = contests.setdefault(case.name.number("workers"), {})
        contest[case.name.implementation] = summary(case).median
    names = sorted({case.name.implementation for case in cases})
    return highlight.ranking(list(contests.values()), names)[0]


def line_of(run: Run, cases: Sequence[Case], language_: str, peers: str, work: Work) -> Line | None:
    """Of the cases of one work."""
    mine = [c for c in cases if (language(c.name), c.name.get("peers")) == (language_, peers)]
    if not mine:
        return None
    name = best_implementation(mine)
    chosen = [case for case in mine if case.name.implementation == name]
    chosen.sort(key=lambda case: case.name.number("workers"))
    return Line(language_, peers, chosen, serial_of(run, language_, work))


def lines_of(run: Run, work: Work) -> list[Line]:
    """The best threads and processes of C++ and of CPython, as far as this run holds them."""
    cases = [case for case in cases_of(run) if work_of(case.name) == work]
    sides = [(language_, peers) for language_ in LANGUAGES for peers in PEERS]
    found = [line_of(run, cases, *side, work) for side in sides]
    return [line for line in found if line]
