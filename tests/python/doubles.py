"""Measures CPython's scenarios with doubles in place of what they are for."""

import multiprocessing
import threading
from collections.abc import Callable
from typing import Any

import pytest

from bench.python.crew import FORK
from bench.python.request import Outcome, Request, WebServer

SLICE_NS = 10_000_000
ATTEMPTS = 3  # a busy machine may stop a worker for one of them, and nothing shows a double then
NAMES = {"threads": "cpython_threading", "processes": "cpython_multiprocessing"}

both_kinds = pytest.mark.parametrize("peers", ["threads", "processes"])


def end_processes() -> None:
    """All that this process has started."""
    for child in multiprocessing.active_children():
        child.kill()
        child.join()


def measure(
    scenarios: Callable[[Request], Outcome],
    family: str,
    scenario: str,
    peers: str,
    rest: str,
    server: WebServer | None = None,
) -> Outcome:
    """One case, its workers unpinned: two, where its name does not say how many. Those that a
    double has left waiting are ended."""
    case = f"{family}/{NAMES[peers]}/{scenario}/peers:{peers}/place:unpinned{rest}"
    request = Request.parse(case, [], SLICE_NS)
    workers = request.name.number("workers") or 2
    try:
        return scenarios(Request(request.name, [-1] * workers, SLICE_NS, server))
    finally:
        end_processes()


def measure_again(
    scenarios: Callable[[Request], Outcome], family: str, scenario: str, peers: str, rest: str
) -> None:
    """A case that is rejected only if workers run at the same time."""
    for _ in range(ATTEMPTS):
        measure(scenarios, family, scenario, peers, rest)


def kind(peers: str) -> Any:
    """The module that has the primitives."""
    return threading if peers == "threads" else FORK
