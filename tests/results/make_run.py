"""Writes a small synthetic run folder: `python3 -m tests.results.make_run FOLDER [--full]`.

The figures are invented but shaped like real ones; the same arguments give the same files.
"""

import argparse
import json
import random
from pathlib import Path
from typing import Any

from results import names
from tests.results.synthetic.cases import planned
from tests.results.synthetic.launches import context, counters, failed, histogram
from tests.results.synthetic.plan import Planned
from tests.results.synthetic.rows import ROWS

SAMPLED = (
    "ping_pong",
    "apply",
    "submit_to_start",
    "wake_all",
    "notify_all",
    "start",
    "start_join",
    "alarm",
    "child_exit",
)


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
        for family in names.FAMILIES:
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
        if case.name.scenario in SAMPLED:
            percentiles, line = histogram(case, found["real_time"], chance)
            found |= percentiles
            lines.append(line)
        row |= {"repetitions": 1, "threads": 1, "iterations": 1, "time_unit": "ns", **found}
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
