#!/usr/bin/python3
"""Do CPython's rows agree with a bare script that has nothing of this project?

A pair is a launch of the row's own measuring code and one of bare_python.py, in random order; a
round has a pair of each case, in random order too. Compared is what the row reports: the median of what it samples,
else the mean. Exits with 1 when the interval of a case's median ratio lies beyond 10 %.

Messages are of 8 B: what copies of long ones cost depends on where CPython's heap has put them, on
some processors (bench/message.hpp), and the heaps of two programs differ.
"""

import argparse
import math
import os
import random
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from results import stats  # noqa: E402

PYTHON = ["/usr/bin/python3", "-E", "-s", "-B"]
LIMIT = 0.10
TIMEOUT_S = 120
MULTIPROCESSING = "cpython_multiprocessing"
THREADING = "cpython_threading"


@dataclass
class Case:
    """A row's case with the bare script's name of it, and ns per operation of each pair."""

    bare_name: str
    name: str
    cpus: tuple[int, ...]
    rows: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def ratio(self) -> tuple[float, float, float]:
        """Row over bare: the median of all pairs, with its interval."""
        found = stats.summarize([row / bare for row, bare in zip(self.rows, self.bare)])
        return found.median, found.low, found.high

    def agrees(self) -> bool:
        return abs(self.ratio()[0] - 1) <= LIMIT

    def differs(self) -> bool:
        """Whether even the interval has nothing within the limit."""
        _, low, high = self.ratio()
        return low > 1 + LIMIT or high < 1 - LIMIT

    def text(self) -> str:
        row, bare = statistics.median(self.rows), statistics.median(self.bare)
        middle, low, high = self.ratio()
        numbers = f"{row:14,.0f}{bare:14,.0f}   {middle:.3f} [{low:.3f}, {high:.3f}]"
        return f"{self.name:92}{numbers} n={len(self.rows)}"


def cases_of_this_machine() -> list[Case]:
    cpus = sorted(os.sched_getaffinity(0))
    same, two = (cpus[0], cpus[0]), (cpus[0], cpus[-1])
    processes, threads = "peers:processes/place", "peers:threads/place"
    ends = "producers:1/consumers:1/size:8/capacity:1024"

    def case(bare_name: str, text: str, on: tuple[int, ...] = same) -> Case:
        return Case(bare_name, text, on)

    cases = [
        case("pipe", f"pipe/{MULTIPROCESSING}/ping_pong/{processes}:same_cpu/size:8"),
        case("queue", f"queue/{MULTIPROCESSING}/ping_pong/{processes}:same_cpu/{ends}"),
        case("event", f"event/{MULTIPROCESSING}/ping_pong/{processes}:same_cpu"),
        case("semaphore", f"semaphore/{MULTIPROCESSING}/ping_pong/{processes}:same_cpu"),
        case("lock", f"lock/{MULTIPROCESSING}/uncontended/{processes}:compact/workers:1", same[:1]),
        case(
            "value", f"value/{MULTIPROCESSING}/add/{processes}:compact/workers:1/size:8", same[:1]
        ),
        case(
            "serial_sieve",
            f"floor/cpython_serial/cpu_bound/{threads}:same_cpu/work:sieve",
            same[:1],
        ),
    ]
    for implementation, peers in ((MULTIPROCESSING, "processes"), (THREADING, "threads")):
        for bare_name, scenario, workers, rest in (
            ("apply", "apply", 1, ""),
            ("tiny_1", "tiny_tasks", 1, "/chunk:1"),
            ("tiny_1000", "tiny_tasks", 1, "/chunk:1000"),
            ("sieve", "cpu_bound", 1, "/work:sieve"),
            ("wait_5ms", "io_bound", 2, "/work:wait_5ms"),
        ):
            where = f"peers:{peers}/place:compact/workers:{workers}{rest}"
            text = f"pool/{implementation}/{scenario}/{where}"
            cases.append(case(f"{bare_name}_{peers}", text, two[:workers]))
    return cases


def printed(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def measure_row(case: Case, length_ns: int) -> float:
    """As the benchmark binary does."""
    cpus = ",".join(map(str, case.cpus))
    words = [*PYTHON, str(ROOT / "bench/python/run.py"), case.name, cpus, str(length_ns)]
    found = dict(line.partition(" ")[::2] for line in printed(words).splitlines())
    samples = [int(sample) for sample in found["samples"].split()]
    return statistics.median(samples) if samples else float(found["ns_per_operation"])


def measure_bare(case: Case, length_ns: int) -> float:
    cpus = ",".join(map(str, case.cpus))
    script = str(HERE / "bare_python.py")
    return float(printed([*PYTHON, script, case.bare_name, cpus, str(length_ns)]))


def add_pair(case: Case, length_ns: int, chance: random.Random) -> None:
    kinds = [(measure_row, case.rows), (measure_bare, case.bare)]
    chance.shuffle(kinds)
    for measure, found in kinds:
        found.append(measure(case, length_ns))


def add_pairs(cases: list[Case], pairs: int, length_ns: int, chance: random.Random) -> None:
    """So many of each, a pair of every case in each round."""
    for _ in range(pairs):
        for case in chance.sample(cases, len(cases)):
            add_pair(case, length_ns, chance)


def verdict(case: Case) -> str:
    return "differs" if case.differs() else "agrees" if case.agrees() else "inconclusive"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20, help="of each case")
    parser.add_argument("--length-ms", type=float, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="cases whose names hold this")
    options = parser.parse_args()
    cases = [case for case in cases_of_this_machine() if options.only in case.name]
    add_pairs(cases, options.pairs, round(options.length_ms * 1e6), random.Random(options.seed))
    print(f"{options.pairs} pairs of {options.length_ms:g} ms, seed {options.seed}; medians in ns;")
    print("row / bare: median of the pairs' ratios with its 95 % confidence interval")
    for case in cases:
        print(f"{case.text()}  {verdict(case)}")
    return int(any(map(Case.differs, cases)))


if __name__ == "__main__":
    sys.exit(main())
