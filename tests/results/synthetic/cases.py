"""The cases of the synthetic run, with the time that each shows."""

import math
from collections.abc import Callable
from typing import Any

from results.names import build
from tests.results.synthetic.manager_cases import manager_cases
from tests.results.synthetic.plan import CROSS, SAME, Planned
from tests.results.synthetic.pool_cases import pool_cases, serial_cases
from tests.results.synthetic.process_cases import HUGE, PAGES, process_cases
from tests.results.synthetic.rows import FLOOR, PROCESSES, ROWS, THREADS, Row
from tests.results.synthetic.signal_cases import signal_cases
from tests.results.synthetic.sync_cases import (
    barrier_cases,
    condition_cases,
    event_cases,
    lock_cases,
    semaphore_cases,
)

BYTES_PER_NS = 8.0


def floors() -> list[Planned]:
    """The limits of the synthetic machine."""
    found = [Planned(build("floor", "cache_line", "round_trip", place=CROSS), FLOOR, 87.0)]
    for place, ns in ((SAME, 5000.0), (CROSS, 47e3)):
        for peers in (THREADS, PROCESSES):
            name = build("floor", "futex", "round_trip", peers=peers, place=place)
            found.append(Planned(name, FLOOR, ns))
    for size in (64, 4096, 65536):
        name = build("floor", "memory", "copy", place=SAME, size=size)
        found.append(Planned(name, FLOOR, 2 + size / 16))
    found.append(Planned(build("floor", "system_call", "call", place=SAME), FLOOR, 70.0))
    return found + [Planned(build("floor", "clock", "read", place=SAME), FLOOR, 24.0)]


def pipe_cases(row: Row, peers: str, sizes: list[int]) -> list[Planned]:
    found = []
    for place, round_trip in ((SAME, row.same_ns), (CROSS, row.cross_ns)):
        for size in sizes:
            name = build("pipe", row.name, "ping_pong", peers=peers, place=place, size=size)
            found.append(Planned(name, row, round_trip + 2 * size / BYTES_PER_NS))
            name = build("pipe", row.name, "stream", peers=peers, place=place, size=size)
            found.append(Planned(name, row, row.stream_ns + size / BYTES_PER_NS))
    return found


def queue_cases(row: Row, peers: str, shapes: list[tuple[int, int]]) -> list[Planned]:
    found = []
    rest: dict[str, Any] = {"peers": peers, "size": 8, "capacity": 4096}
    for place, round_trip in ((SAME, row.same_ns), (CROSS, row.cross_ns)):
        one: dict[str, Any] = {"place": place, "producers": 1, "consumers": 1}
        found.append(Planned(build("queue", row.name, "ping_pong", **one, **rest), row, round_trip))
        for producers, consumers in shapes:
            if row.one_to_one and (producers, consumers) != (1, 1):
                continue
            where = SAME if place == SAME else CROSS if producers * consumers == 1 else "compact"
            ends: dict[str, Any] = {"place": where, "producers": producers, "consumers": consumers}
            ns = row.stream_ns * (1 + 0.4 * math.log2(producers * consumers))
            found.append(Planned(build("queue", row.name, "stream", **ends, **rest), row, ns))
    return found


def value_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    where: dict[str, Any] = {"peers": peers, "place": "compact"}
    found = []
    for n in workers:
        name = build("value", row.name, "add", **where, workers=n, size=8)
        found.append(Planned(name, row, row.stream_ns * n))
    for work, share in (("reads_95", 0.2), ("reads_99_9", 0.1)):
        name = build("value", row.name, "read_mostly", **where, workers=2, size=8, work=work)
        found.append(Planned(name, row, row.stream_ns * share))
    name = build("value", row.name, "element_write", **where, workers=2, size=8)
    found.append(Planned(name, row, row.stream_ns / 2))
    for scenario, sizes in (("wide_value", (64, 4096)), ("slice_copy", (64, 65536, 1 << 20))):
        for size in sizes:
            name = build("value", row.name, scenario, **where, workers=2, size=size)
            found.append(Planned(name, row, row.stream_ns + size / BYTES_PER_NS))
    return found


def file_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    found = []
    for n in workers:
        name = build("file", row.name, "append", peers=peers, place="compact", workers=n, size=64)
        found.append(Planned(name, row, row.stream_ns * math.sqrt(n)))
    name = build("file", row.name, "append", peers=peers, place=SAME, workers=2, size=64)
    return found + [Planned(name, row, row.same_ns)]


CASES: dict[str, tuple[Callable[[Row, str, Any], list[Planned]], Any, Any]] = {
    "pipe": (pipe_cases, [64, 65536], [8, 64, 512, 4096, 65536, 1 << 20]),
    "queue": (queue_cases, [(1, 1), (2, 2)], [(1, 1), (1, 4), (4, 1), (4, 4)]),
    "pool": (pool_cases, [1, 2], [1, 2, 4, 8]),
    "value": (value_cases, [2], [1, 2, 4]),
    "file": (file_cases, [2], [1, 2, 4]),
    "lock": (lock_cases, [2], [2, 4]),
    "semaphore": (semaphore_cases, [(2, 1)], [(2, 1), (4, 2), (8, 2)]),
    "event": (event_cases, [2, 5], [2, 5, 9]),
    "condition": (condition_cases, [9], [9]),
    "barrier": (barrier_cases, [4], [4, 8]),
    "process": (process_cases, ["resident_0", "resident_1gib"], [*PAGES, *HUGE]),
    "signal": (signal_cases, ["ahead_5ms"], ["ahead_100us", "ahead_5ms"]),
    "manager": (manager_cases, [1], [1, 4]),
}


def planned(full: bool) -> list[Planned]:
    """Every case of the run; `full`: in all sizes, shapes and numbers of workers."""
    found = floors() + serial_cases(full)
    for row in ROWS:
        cases, few, all_ = CASES[row.family]
        for peers in row.reach.split(", "):
            found += cases(row, peers, all_ if full else few)
    return found
