"""multiprocessing.Semaphore between processes, threading.Semaphore between threads."""

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
from bench.python.shared import Turns, shared_numbers

WORK_NS = 1000


def make_semaphore(request: Request, permits: int) -> Any:
    module: Any = FORK if request.between_processes() else threading
    return module.Semaphore(permits)


def ping_pong(request: Request) -> Outcome:
    """Two semaphores: each worker gives a permit of the one and waits for one of the other."""
    there, back = make_semaphore(request, 0), make_semaphore(request, 0)
    turns = Turns(request)

    def join(worker: int) -> Body:
        due = worker

        def ask(_: int) -> None:
            nonlocal due
            turns.take(due)
            there.release()
            back.acquire()
            due += 2

        def answer(count: int) -> Report:
            nonlocal due
            for _ in range(count):
                there.acquire()
                turns.take(due)
                back.release()
                due += 2
            return Report()

        return (lambda count: round_trips(count, ask)) if worker == 0 else answer

    return measure_counted(request, join)


class Inside:
    """Who is inside: each worker counts up when it comes, to an odd number, and when it goes."""

    def __init__(self, request: Request) -> None:
        self.passages = shared_numbers(request, len(request.cpus))
        self.permits = request.number("capacity")

    def step(self, worker: int) -> None:
        """In, or out again."""
        self.passages[worker] += 1

    def check(self) -> None:
        """Raises where more are inside than there are permits. The numbers only grow, so that two
        looks that see the same saw all of them at one time."""
        seen, again = None, self.passages[:]
        while again != seen:
            seen, again = again, self.passages[:]
        if sum(number % 2 for number in again) > self.permits:
            raise ValueError("more workers were let in than there are permits")


def permits(request: Request) -> Outcome:
    """More workers than permits: each takes one, works for a while and gives it back."""
    semaphore = make_semaphore(request, request.number("capacity"))
    inside = Inside(request)

    def join(worker: int) -> Body:
        def enter(times: int) -> None:
            for _ in range(times):
                with semaphore:
                    end = time.perf_counter_ns() + WORK_NS
                    inside.step(worker)
                    inside.check()
                    while time.perf_counter_ns() < end:
                        pass
                    inside.step(worker)

        return lambda length_ns: repeat_for(length_ns, enter)

    return measure_timed(request, join)


def measure(request: Request) -> Outcome:
    return {"ping_pong": ping_pong, "permits": permits}[request.scenario](request)
