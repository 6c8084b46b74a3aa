"""multiprocessing.Value under its lock between processes, an integer under a lock in threads."""

import threading
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

from bench.python.crew import FORK, Body, Report, measure_timed, repeat_for
from bench.python.request import Outcome, Request


def shared_number(request: Request) -> tuple[Any, AbstractContextManager[Any]]:
    if request.between_processes():
        number: Any = FORK.Value("Q", 0)
        return number, number.get_lock()
    return SimpleNamespace(value=0), threading.Lock()


def measure(request: Request) -> Outcome:
    number, lock = shared_number(request)
    added: Any = FORK.Value("Q", 0)  # by all workers in all phases

    def join(_: int) -> Body:
        def add(times: int) -> None:
            for _ in range(times):
                with lock:
                    number.value += 1

        def body(length_ns: int) -> Report:
            report = repeat_for(length_ns, add)
            with added.get_lock():
                added.value += report.operations
            return report

        return body

    assert request.scenario == "add"
    outcome = measure_timed(request, join)
    if number.value != added.value:
        raise ValueError(f"{added.value} additions made {number.value}")
    return outcome
