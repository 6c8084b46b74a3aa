"""The cases of pools and of their serial baselines, on a machine of two CPUs."""

import math
from typing import Any

from results.names import build
from tests.results.synthetic.plan import SAME, Planned
from tests.results.synthetic.rows import FLOOR, Row

CPUS = 2
INTERPRETED = 20  # times as long as C++ takes CPython for the same steps
WAITING = ("io_bound",)
FEW = [("cpu_bound", "sieve", 1e6), ("io_bound", "fsync", 9e5), ("io_bound", "wait_5ms", 5e6)]
MORE = [
    ("cpu_bound", "1us", 1e3),
    ("cpu_bound", "10us", 1e4),
    ("cpu_bound", "100us", 1e5),
    ("cpu_bound", "1ms", 1e6),
    ("memory_bound", "sum_64mib", 8e4),
    ("mixed", "short_90_long_10", 1.09e5),
    ("io_bound", "wait_1ms", 1e6),
    ("io_bound", "http", 6e4),
    ("io_bound", "http_5ms", 5.1e6),
    ("table", "inherited", 3e6),
    ("table", "shared", 2e6),
    ("table", "copied", 6e6),
    ("table", "mapped", 2.2e6),
    ("nested", "1us", 1e3),
    ("nested", "empty", 4.0),
]
INTERPRETED_WORKS = ("sieve", "sum_64mib", "inherited", "shared", "copied", "mapped")
NOT_FETCHED = ("http", "http_5ms")  # by CPython
NESTED = ("nested",)  # by threads of C++ alone


def is_python(row: Row) -> bool:
    return row.name.startswith("cpython_")


def works(python: bool, full: bool) -> list[tuple[str, str, float]]:
    """Scenario, work, and what a task takes alone."""
    found = FEW + MORE if full else FEW
    if not python:
        return found
    times = {work: INTERPRETED for work in INTERPRETED_WORKS}
    found = [case for case in found if case[0] not in NESTED and case[1] not in NOT_FETCHED]
    return [(s, w, ns * times.get(w, 1)) for s, w, ns in found]


def shared_ns(row: Row, scenario: str, alone_ns: float, workers: int) -> float:
    """Per task, of so many workers: an interpreter's lock lets one compute at a time."""
    at_once = 8 if scenario in WAITING else 1 if row.name == "cpython_threading" else CPUS
    return alone_ns / min(workers, at_once)


def pool_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    where: dict[str, Any] = {"peers": peers, "place": "compact"}
    found = [Planned(build("pool", row.name, "apply", **where, workers=2), row, row.cross_ns)]
    for chunk in (1, 1000):
        name = build("pool", row.name, "tiny_tasks", **where, workers=2, chunk=chunk)
        found.append(Planned(name, row, row.stream_ns / math.sqrt(chunk)))
    full = max(workers) > CPUS
    if full:
        name = build("pool", row.name, "submit_to_start", **where, workers=2)
        found.append(Planned(name, row, row.cross_ns / 2))
    for n in workers:
        for scenario, work, alone_ns in works(is_python(row), full):
            if scenario in NESTED and peers != "threads":
                continue
            name = build("pool", row.name, scenario, **where, workers=n, work=work)
            ns = shared_ns(row, scenario, alone_ns, n) + row.stream_ns
            found.append(Planned(name, row, ns))
    return found


def serial_cases(full: bool) -> list[Planned]:
    """What speed-ups are over."""
    found = []
    for name, python in (("serial", False), ("cpython_serial", True)):
        for scenario, work, ns in works(python, full):
            where: dict[str, Any] = {"peers": "threads", "place": SAME, "work": work}
            found.append(Planned(build("floor", name, scenario, **where), FLOOR, ns))
    return found
