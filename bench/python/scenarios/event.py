"""multiprocessing.Event between processes, threading.Event between threads."""

import threading
import time
from typing import Any

from bench.python.crew import FORK, Body, Report, measure_counted, round_trips
from bench.python.request import Outcome, Request
from bench.python.shared import Turns, shared_number


def make_event(request: Request) -> Any:
    return FORK.Event() if request.between_processes() else threading.Event()


def ping_pong(request: Request) -> Outcome:
    """Two events: each worker sets the one, and waits for the other and clears it."""
    there, back = make_event(request), make_event(request)
    turns = Turns(request)

    def join(worker: int) -> Body:
        due = worker

        def ask(_: int) -> None:
            nonlocal due
            turns.take(due)
            there.set()
            back.wait()
            back.clear()
            due += 2

        def answer(count: int) -> Report:
            nonlocal due
            for _ in range(count):
                there.wait()
                there.clear()
                turns.take(due)
                back.set()
                due += 2
            return Report()

        return (lambda count: round_trips(count, ask)) if worker == 0 else answer

    return measure_counted(request, join)


class Reports:
    """How those who have woken report back, the same for every contender."""

    def __init__(self, request: Request) -> None:
        module: Any = FORK if request.between_processes() else threading
        self.waiters = len(request.cpus) - 1
        self.lock = module.Lock()
        self.all_have = module.Semaphore(0)
        self.count, self.last_ns = shared_number(request), shared_number(request)

    def report(self, woken_ns: int) -> None:
        with self.lock:
            self.count.value += 1
            self.last_ns.value = max(self.last_ns.value, woken_ns)
            if self.count.value % self.waiters == 0:
                self.all_have.release()

    def last_of_all(self) -> int:
        """When the last one woke, once all have reported."""
        self.all_have.acquire()
        return int(self.last_ns.value)


def wake_all(request: Request) -> Outcome:
    """Worker 0 sets an event on which all the others wait. A sample is from the set to the last
    one's wake-up. Two events in turn, so that the one can be cleared while all wait on the other.
    """
    events = [make_event(request), make_event(request)]
    reports, current = Reports(request), shared_number(request)

    def join(worker: int) -> Body:
        number = 0

        def wake() -> int:
            nonlocal number
            events[number % 2].clear()
            number += 1
            current.value = number
            begin = time.perf_counter_ns()
            events[number % 2].set()
            return reports.last_of_all() - begin

        def be_woken(count: int) -> Report:
            nonlocal number
            for _ in range(count):
                number += 1
                events[number % 2].wait()
                woken_ns = time.perf_counter_ns()
                if current.value != number:
                    raise ValueError("a worker was let go in another round")
                reports.report(woken_ns)
            return Report()

        if worker == 0:
            return lambda count: Report(samples_ns=[wake() for _ in range(count)])
        return be_woken

    return measure_counted(request, join, of_samples=True)


def measure(request: Request) -> Outcome:
    return {"ping_pong": ping_pong, "wake_all": wake_all}[request.scenario](request)
