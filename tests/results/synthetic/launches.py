"""One launch of the synthetic run: counters, histograms, environment."""

import json
import math
import random
from typing import Any

from results.histogram import bucket_index
from tests.results.synthetic.plan import CROSS, Planned

SAMPLES = 400


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
        "operations": 1000.0,
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
    if case.name.family == "pool":
        found["resident_mib"] = 4 + 1.5 * case.name.number("workers")
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
