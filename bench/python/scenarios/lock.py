"""multiprocessing.Lock between processes, threading.Lock between threads."""

import threading
import time
from typing import Any

from bench.python.crew import (
    FORK,
    Body,
    Report,
    measure_counted,
    measure_timed,
    repeat_for,
    round_trips,
)
from bench.python.request import Outcome, Request
from bench.python.shared import Turns, shared_number

HOLD_NS = {"": 0, "hold_0": 0, "hold_100ns": 100, "hold_1us": 1000}


def make_lock(request: Request) -> Any:
    return FORK.Lock() if request.between_processes() else threading.Lock()


def contended(request: Request) -> Outcome:
    """All workers take the same lock for the length of the phase. A single one has it for itself."""
    lock, count = make_lock(request), shared_number(request)  # which no other lock guards
    taken: Any = FORK.Value("Q", 0)  # by all workers in all phases
    hold_ns = HOLD_NS[request.name.get("work")]

    def enter(times: int) -> None:
        for _ in range(times):
            with lock:
                count.value += 1
                if hold_ns:
                    end = time.perf_counter_ns() + hold_ns
                    while time.perf_counter_ns() < end:
                        pass

    def join(_: int) -> Body:
        def body(length_ns: int) -> Report:
            report = repeat_for(length_ns, enter)
            with taken.get_lock():
                taken.value += report.operations
            return report

        return body

    outcome = measure_timed(request, join)
    if count.value != taken.value:
        raise ValueError(f"{taken.value} times within the lock counted {count.value}")
    return outcome


def ping_pong(request: Request) -> Outcome:
    """Three locks in a ring, round which two workers walk: each holds one, takes the next and lets
    go of the one before. A round trip is a step of both."""
    ring, turns = [make_lock(request) for _ in range(3)], Turns(request)

    def join(worker: int) -> Body:
        at, due = 1 - worker, worker
        ring[at].acquire()

        def step(_: int) -> None:
            nonlocal at, due
            following = (at + 1) % len(ring)
            ring[following].acquire()
            turns.take(due)
            due += 2
            ring[at].release()
            at = following

        def walk(count: int) -> Report:
            for n in range(count):
                step(n)
            return Report()

        return (lambda count: round_trips(count, step)) if worker == 0 else walk

    return measure_counted(request, join)


def measure(request: Request) -> Outcome:
    return ping_pong(request) if request.scenario == "ping_pong" else contended(request)
