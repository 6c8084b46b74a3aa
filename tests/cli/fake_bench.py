#!/usr/bin/python3
"""Stands in for a benchmark binary: same flags, same console lines, same files, no measuring.

Called as bench_<family>. HANDOFF_FAKE_CRASH=<text> makes it die in cases that hold the text;
HANDOFF_FAKE_SLEEP=<seconds> is what each case takes.
"""

import json
import os
import random
import re
import signal
import sys
import time
from pathlib import Path

FAMILY = Path(sys.argv[0]).name.removeprefix("bench_")
NAMES = {
    "floor": ["floor/cache_line/round_trip/place:same_l3"],
    "pipe": [
        f"pipe/{name}/ping_pong/peers:{peers}/place:same_l3/size:{size}"
        for name in ("pipe_pair", "shared_ring+park")
        for peers in ("threads", "processes")
        for size in (64, 65536)
    ],
    "queue": [
        f"queue/mpmc_ring+{policy}/stream/peers:threads/place:same_l3/producers:1/consumers:1"
        f"/size:{size}/capacity:4096"
        for policy in ("spin", "spin_park")
        for size in (8, 64)
    ],
    "value": ["value/atomic/add/peers:threads/place:compact/workers:2/size:8"],
    "file": ["file/flock/append/peers:threads/place:compact/workers:2/size:128"],
    "pool": ["pool/std_async/apply/peers:threads/place:compact/workers:2"],
    "lock": ["lock/std_mutex/uncontended/peers:threads/place:compact/workers:1"],
    "semaphore": ["semaphore/sysv/ping_pong/peers:threads/place:same_cpu"],
    "event": ["event/pipe/ping_pong/peers:threads/place:same_cpu"],
    "manager": ["manager/sqlite_wal/get/peers:processes/place:compact/workers:1/size:16"],
    "process": ["process/fork/start_join/peers:processes/place:unpinned/work:resident_0"],
    "condition": ["condition/pthread_condition/ping_pong/peers:threads/place:same_cpu"],
    "barrier": ["barrier/std_barrier/rounds/peers:threads/place:compact/workers:2"],
    "signal": ["signal/tgkill/ping_pong/peers:threads/place:same_cpu"],
}


def row(name: str) -> dict[str, object]:
    return {
        "family": FAMILY,
        "name": name,
        "mechanism": "none",
        "source": "own",
        "reach": "threads and processes",
        "waiting": "spins",
        "producers": "many",
        "consumers": "one",
        "bounded": True,
        "copies_per_message": 2,
        "syscalls_per_message": 0,
        "on_peer_death": "hangs",
        "largest_message": 8192,
        "largest_capacity": None,
        "built": True,
        "available": True,
        "reason": "",
    }


def flags() -> dict[str, str]:
    pairs = [word.removeprefix("--").partition("=") for word in sys.argv[1:]]
    return {key: value for key, _, value in pairs}


def entry(name: str, seed: random.Random) -> dict[str, object]:
    return {
        "name": name + "/manual_time",
        "run_name": name + "/manual_time",
        "run_type": "iteration",
        "iterations": 1000,
        "real_time": 100.0 * (1 + 0.001 * seed.random()),
        "cpu_time": 0.0,
        "time_unit": "ns",
    }


def main() -> int:
    given = flags()
    if "handoff_list" in given:
        held = dict.fromkeys(name.split("/")[1] for name in NAMES[FAMILY])
        print(json.dumps([row(name) for name in held]))
        return 0
    wanted = set(NAMES[FAMILY])
    if "handoff_cases" in given:
        wanted = set(Path(given["handoff_cases"]).read_text().split())
    seed = random.Random(int(given.get("handoff_seed", "1")))
    chosen = [n for n in NAMES[FAMILY] if n in wanted]
    names = [n for n in chosen if re.search(given.get("benchmark_filter", ""), n)]
    seed.shuffle(names)
    if "handoff_names" in given:
        print("\n".join(names))
        return 0
    entries = []
    crash = os.environ.get("HANDOFF_FAKE_CRASH")
    for name in names:
        if crash and crash in name:
            os.kill(os.getpid(), signal.SIGSEGV)
        time.sleep(float(os.environ.get("HANDOFF_FAKE_SLEEP", "0.001")))
        entries.append(entry(name, seed))
        print(f"{name}/manual_time   100 ns   0.0 ns   1000 p50_ns=100", flush=True)
    if "benchmark_out" in given:
        context = {"machine_id": "fake-machine", "absent_placements": "same_core: no SMT siblings"}
        if absent := os.environ.get("HANDOFF_FAKE_ABSENT"):
            context["absent_cases"] = absent
        Path(given["benchmark_out"]).write_text(
            json.dumps({"context": context, "benchmarks": entries})
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
