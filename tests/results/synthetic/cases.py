"""The cases of the synthetic run, with the time that each shows."""

import math
from dataclasses import dataclass
from typing import Any

from results.names import CaseName, build
from tests.results.synthetic.rows import FLOOR, PROCESSES, ROWS, THREADS, Row

CROSS, SAME = "same_l3", "same_cpu"
BYTES_PER_NS = 8.0


@dataclass(frozen=True)
class Planned:
    """A case with the time per message that it shows."""

    name: CaseName
    row: Row
    ns: float


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


def pool_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    where: dict[str, Any] = {"peers": peers, "place": "compact"}
    found = [Planned(build("pool", row.name, "apply", **where, workers=2), row, row.cross_ns)]
    for chunk in (1, 1000):
        name = build("pool", row.name, "tiny_tasks", **where, workers=2, chunk=chunk)
        found.append(Planned(name, row, row.stream_ns / math.sqrt(chunk)))
    for n in workers:
        for scenario, work, ns in (
            ("cpu_bound", "sieve", 1e6 / min(n, 2)),
            ("io_bound", "fsync", 9e5 / min(n, 4)),
            ("io_bound", "wait_5ms", 5e6 / n),
        ):
            name = build("pool", row.name, scenario, **where, workers=n, work=work)
            found.append(Planned(name, row, ns + row.stream_ns))
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


def lock_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    alone: dict[str, Any] = {"peers": peers, "place": "compact", "workers": 1}
    found = [Planned(build("lock", row.name, "uncontended", **alone), row, row.stream_ns)]
    for place, round_trip in ((SAME, row.same_ns), (CROSS, row.cross_ns)):
        name = build("lock", row.name, "ping_pong", peers=peers, place=place)
        found.append(Planned(name, row, round_trip))
    for n in workers:
        where: dict[str, Any] = {"place": "compact" if n > 2 else CROSS, "workers": n}
        for work, ns in (("hold_0", 0), ("hold_100ns", 100), ("hold_1us", 1000)):
            name = build("lock", row.name, "contended", peers=peers, **where, work=work)
            found.append(Planned(name, row, row.stream_ns * n + ns))
    return found


def planned(full: bool) -> list[Planned]:
    """Every case of the run."""
    sizes = [8, 64, 512, 4096, 65536, 1 << 20] if full else [64, 65536]
    shapes = [(1, 1), (1, 4), (4, 1), (4, 4)] if full else [(1, 1), (2, 2)]
    found = floors()
    for row in ROWS:
        for peers in row.reach.split(", "):
            if row.family == "pipe":
                found += pipe_cases(row, peers, sizes)
            elif row.family == "queue":
                found += queue_cases(row, peers, shapes)
            elif row.family == "pool":
                found += pool_cases(row, peers, [1, 2, 4, 8] if full else [1, 2])
            elif row.family == "lock":
                found += lock_cases(row, peers, [2, 4] if full else [2])
            elif row.family == "file":
                found += file_cases(row, peers, [1, 2, 4] if full else [2])
            else:
                found += value_cases(row, peers, [1, 2, 4] if full else [2])
    return found
