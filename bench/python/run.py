"""Measures one case under CPython's own standard library: run.py CASE CPU,CPU,... SLICE_NS.

The benchmark binary of the case's family starts it, and reads the outcome from what it prints.
"""

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.python.request import Request  # noqa: E402


def main() -> None:
    case, cpus, slice_ns = sys.argv[1:]
    request = Request.parse(case, [int(cpu) for cpu in cpus.split(",")], int(slice_ns))
    scenarios = importlib.import_module(f"bench.python.scenarios.{request.name.family}")
    outcome = scenarios.measure(request)
    outcome.print()


if __name__ == "__main__":
    main()
