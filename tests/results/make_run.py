"""Writes a small synthetic run folder: `python3 -m tests.results.make_run FOLDER [--full]`.

The figures are invented but shaped like real ones; the same arguments give the same files.
"""

import argparse
import json
import math
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results.histogram import bucket_index
from results.names import CaseName, build

POLICIES = {
    "spin": "spins",
    "yield": "spins, then yields",
    "park": "blocks",
    "spin_park": "spins, then blocks",
}
BOTH, THREADS, PROCESSES = "threads, processes", "threads", "processes"
CROSS, SAME = "same_l3", "same_cpu"
BYTES_PER_NS = 8.0
SAMPLES = 400


@dataclass(frozen=True)
class Row:
    """An implementation of the synthetic run: round trips in ns across CPUs and on one."""

    family: str
    name: str
    reach: str
    waiting: str
    cross_ns: float
    same_ns: float
    stream_ns: float
    one_to_one: bool = False
    largest: int = 1 << 30


def ring(family: str, name: str, cross_ns: float, one_to_one: bool) -> list[Row]:
    """The four rows of a ring, one per waiting policy."""
    times = {
        "spin": (1, 8e6),
        "yield": (1.1, 2700),
        "park": (350, 5200),
        "spin_park": (1.3, 5400),
    }
    return [
        Row(
            family,
            f"{name}+{p}",
            BOTH,
            waiting,
            cross_ns * times[p][0],
            times[p][1],
            cross_ns / 14,
            one_to_one,
        )
        for p, waiting in POLICIES.items()
    ]


ROWS = [
    Row("pipe", "pipe_pair", BOTH, "blocks", 51e3, 5400, 430),
    Row("pipe", "socketpair_stream", BOTH, "blocks", 54e3, 9200, 1300),
    Row("pipe", "socketpair_seqpacket", BOTH, "blocks", 53e3, 9100, 1250, largest=65536),
    *ring("pipe", "shared_ring", 150, True),
    Row("queue", "mutex_condition", THREADS, "blocks", 51e3, 4600, 105),
    Row("queue", "shared_mutex_condition", BOTH, "blocks", 52e3, 4800, 120),
    *ring("queue", "mpmc_ring", 190, False),
    *ring("queue", "spsc_ring", 180, True),
    *ring("queue", "slot_ring", 95, True),
    Row("queue", "boost_spsc_queue", BOTH, "spins", 185, 8e6, 8.2, True),
    Row("queue", "optimist_atomic_queue", BOTH, "spins", 134, 8e6, 4.3),
    Row("queue", "moodycamel_concurrent_queue", THREADS, "spins", 300, 8e6, 26),
    Row("queue", "moodycamel_blocking_concurrent_queue", THREADS, "blocks", 48e3, 5000, 60),
    Row("queue", "boost_message_queue", BOTH, "blocks", 50e3, 5900, 106),
    Row("queue", "posix_message_queue", BOTH, "blocks", 52e3, 7000, 950, largest=8192),
    Row("value", "atomic", BOTH, "never waits", 12, 5, 12),
    Row("value", "shared_mutex", BOTH, "blocks", 90, 25, 90),
    Row("value", "boost_managed_shared_memory", BOTH, "blocks", 95, 27, 95),
    Row("value", "flock_file", BOTH, "blocks", 2200, 1500, 2200),
    Row("pool", "mutex_condition_threads", THREADS, "blocks", 8000, 8000, 240),
    Row("pool", "moodycamel_threads", THREADS, "blocks", 7000, 7000, 180),
    Row("pool", "std_async", THREADS, "blocks", 36e3, 36e3, 17e3),
    Row("pool", "prefork_socketpair", PROCESSES, "blocks", 12e3, 12e3, 2700),
    Row("pool", "prefork_shared_ring", PROCESSES, "blocks", 10e3, 10e3, 800),
]
FLOOR = Row("floor", "floor", "", "", 87, 5000, 87)


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
            else:
                name = build(
                    "value", row.name, "add", peers=peers, place="compact", workers=2, size=8
                )
                found.append(Planned(name, row, row.stream_ns))
    return found


def failed(case: Planned) -> dict[str, Any]:
    limit = f"{case.row.name}: message of {case.name.get('size')} B is over {case.row.largest} B"
    name = f"{case.name}/manual_time"
    return {
        "name": name,
        "run_name": name,
        "run_type": "iteration",
        "error_occurred": True,
        "error_message": limit,
    }


def counters(case: Planned, chance: random.Random) -> dict[str, float]:
    """The counters of one launch of a case."""
    noise = chance.lognormvariate(0, 0.05)
    if case.name.get("place") == CROSS and chance.random() < 0.1:
        noise *= 2.2
    ns = case.ns * noise
    blocks = case.row.waiting == "blocks"
    found = {
        "real_time": ns,
        "cpu_time": ns,
        "msgs_per_s": 1e9 / ns,
        "cpu_ns_per_msg": ns * (0.7 if blocks else 2.0) * chance.lognormvariate(0, 0.05),
        "ctx_switches_per_msg": 2.0 if blocks and case.name.scenario == "ping_pong" else 0.01,
        "invol_ctx_switches_per_msg": 0.001,
        "noisy": float(noise > 2),
        "probe_moved": float(noise > 2.1),
        "repeated": float(noise > 2),
        "seconds": 0.05,
        "steal_ms": 0.0,
        "migrations": 0.0,
    }
    if case.name.get("size"):
        found["bytes_per_s"] = case.name.number("size") * 1e9 / ns
    if case.name.get("place") in (CROSS, "compact"):
        mode = 87.0 if noise < 2 else 250.0
        found["probe_before_ns"] = mode * chance.lognormvariate(0, 0.03)
        found["probe_after_ns"] = mode * chance.lognormvariate(0, 0.03)
    return found


def histogram(case: Planned, ns: float, chance: random.Random) -> tuple[dict[str, float], str]:
    """Percentile counters and the line of the sidecar."""
    values = sorted(int(ns * chance.lognormvariate(-0.02, 0.2)) for _ in range(SAMPLES))
    values[-1] *= 20
    counts: dict[int, int] = {}
    for value in values:
        index = bucket_index(value)
        counts[index] = counts.get(index, 0) + 1
    at = {"p50_ns": 0.5, "p90_ns": 0.9, "p99_ns": 0.99, "p999_ns": 0.999}
    found = {key: float(values[math.ceil(share * SAMPLES) - 1]) for key, share in at.items()}
    found |= {"min_ns": float(values[0]), "max_ns": float(values[-1]), "samples": float(SAMPLES)}
    line = {"name": str(case.name), "subbucket_bits": 7, "counts": sorted(counts.items())}
    return found, json.dumps(line)


def context(launch: int) -> dict[str, Any]:
    return {
        "date": "2026-01-02T03:04:05+00:00",
        "host_name": "synthetic",
        "executable": "bench",
        "num_cpus": 2,
        "machine_id": "synthetic",
        "cpu_model": "Synthetic 2-core",
        "cache_sizes": "L1d 32 KiB, L2 512 KiB, L3 32 MiB",
        "topology": "1 package, 2 cores, 2 CPUs",
        "allowed_cpus": "0-1",
        "kernel": "6.1.0",
        "hypervisor": "none",
        "compiler": "g++ 12.2.0",
        "compile_flags": "-O3",
        "commit": "0123456",
        "dirty": "no",
        "clock_cost_ns": "24",
        "clock_resolution_ns": "1",
        "slice_ms": "50",
        "launch": str(launch),
    }


def run_json(launches: int, cases: list[Planned]) -> dict[str, Any]:
    facts = [
        {
            "family": row.family,
            "name": row.name,
            "mechanism": "synthetic",
            "source": "own",
            "reach": row.reach,
            "waiting": row.waiting,
            "on_peer_death": "told" if row.family == "pipe" and "+" not in row.name else "hangs",
            "built": True,
            "available": True,
            "reason": "",
        }
        for row in ROWS
    ]
    return {
        "schema": 1,
        "machine": "synthetic",
        "started": "2026-01-02T03:04:05+00:00",
        "finished": "2026-01-02T03:07:05+00:00",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "dirty": False,
        "seed": 1,
        "budget_s": 180,
        "slice_ms": 50,
        "launches": launches,
        "filter": "",
        "command": ["./handoff", "report"],
        "not_built": [{"family": "queue", "name": "tbb_queue", "reason": "libtbb-dev is missing"}],
        "absent_placements": [{"place": "same_core", "reason": "no SMT siblings among the CPUs"}],
        "stopped_by": {str(case.name): "budget" for case in cases},
        "implementations": facts,
    }


def write_run(folder: Path, launches: int = 7, full: bool = False, seed: int = 1) -> Path:
    """Writes the run; returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = planned(full)
    (folder / "run.json").write_text(json.dumps(run_json(launches, cases), indent=1))
    for launch in range(launches):
        chance = random.Random(f"{seed} {launch}")
        for family in ("floor", "pipe", "queue", "value", "pool"):
            write_launch(
                folder, family, launch, [c for c in cases if c.name.family == family], chance
            )
    return folder


def write_launch(
    folder: Path, family: str, launch: int, cases: list[Planned], chance: random.Random
) -> None:
    rows, lines = [], []
    for case in cases:
        if case.name.number("size") > case.row.largest:
            rows.append(failed(case))
            continue
        name = f"{case.name}/manual_time"
        row: dict[str, Any] = {"name": name, "run_name": name, "run_type": "iteration"}
        found = counters(case, chance)
        if case.name.scenario in ("ping_pong", "apply"):
            percentiles, line = histogram(case, found["real_time"], chance)
            found |= percentiles
            lines.append(line)
        row |= {"repetitions": 1, "threads": 1, "iterations": 1000, "time_unit": "ns", **found}
        rows.append(row)
    stem = folder / f"{family}-{launch:02d}"
    data = {"context": context(launch), "benchmarks": rows}
    stem.with_suffix(".json").write_text(json.dumps(data, indent=1))
    if lines:
        stem.with_suffix(".histograms.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--launches", type=int, default=7)
    given = parser.parse_args()
    print(write_run(given.folder, given.launches, given.full))
