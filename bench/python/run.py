"""Measures one case under CPython's own standard library: run.py CASE CPU,CPU,... SLICE_NS
[PORT FOLDER PID], the last three of the web server where the case fetches pages.

The benchmark binary of the case's family starts it, and reads the outcome from what it prints.
"""

import sys


def main() -> None:
    # In here: a worker that is spawned imports this file too, and is not to pay for the rest.
    import importlib
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from bench.python.request import Request, WebServer

    case, cpus, slice_ns, *web = sys.argv[1:]
    server = WebServer(int(web[0]), web[1], int(web[2])) if web else None
    request = Request.parse(case, [int(cpu) for cpu in cpus.split(",")], int(slice_ns), server)
    scenarios = importlib.import_module(f"bench.python.scenarios.{request.name.family}")
    outcome = scenarios.measure(request)
    outcome.print()


if __name__ == "__main__":
    main()
