"""multiprocessing.Condition between processes, threading.Condition between threads."""

import threading
import time
from typing import Any

from bench.python.crew import FORK, Body, Report, measure_counted, round_trips
from bench.python.request import Outcome, Request
from bench.python.shared import shared_number


def make_condition(request: Request) -> Any:
    return FORK.Condition() if request.between_processes() else threading.Condition()


def ping_pong(request: Request) -> Outcome:
    """Two workers take turns under one condition; a round trip is a turn of each."""
    condition, turns = make_condition(request), shared_number(request)

    def await_turn(due: int) -> None:
        condition.wait_for(lambda: turns.value >= due)
        if turns.value != due:
            raise ValueError("a worker took a turn that was not its own")

    def take(due: int) -> None:
        turns.value = due + 1
        condition.notify()

    def join(worker: int) -> Body:
        due = worker

        def ask(_: int) -> None:
            nonlocal due
            take(due)
            due += 2
            await_turn(due)

        def ask_many(count: int) -> Report:
            with condition:
                return round_trips(count, ask)

        def answer(count: int) -> Report:
            nonlocal due
            with condition:
                for _ in range(count):
                    await_turn(due)
                    take(due)
                    due += 2
            return Report()

        return ask_many if worker == 0 else answer

    return measure_counted(request, join)


class Gathering:
    """Tells worker 0 that all others have come once more, the same for every contender."""

    def __init__(self, request: Request) -> None:
        module: Any = FORK if request.between_processes() else threading
        self.waiters = len(request.cpus) - 1
        self.all_have = module.Semaphore(0)
        self.came = shared_number(request)

    def come(self) -> None:
        """Under the condition's lock, which a waiter keeps until it waits."""
        self.came.value += 1
        if self.came.value % self.waiters == 0:
            self.all_have.release()

    def wait(self) -> None:
        self.all_have.acquire()


def notify_all(request: Request) -> Outcome:
    """Worker 0 notifies all the others, who have gathered under one condition. A sample is from
    there until the last of them is awake and has had the lock."""
    condition, gathering = make_condition(request), Gathering(request)
    # All under the lock.
    current, woken, notified_ns = (shared_number(request) for _ in range(3))

    def notify(count: int) -> Report:
        for _ in range(count):
            gathering.wait()
            with condition:
                current.value += 1
                notified_ns.value = time.perf_counter_ns()
                condition.notify_all()
        gathering.wait()
        return Report()

    def join(worker: int) -> Body:
        number = 0

        def be_woken(count: int) -> Report:
            nonlocal number
            samples = []
            with condition:
                for _ in range(count):
                    gathering.come()
                    number += 1
                    condition.wait_for(lambda: current.value >= number)
                    if current.value != number:
                        raise ValueError("a waiter missed its round")
                    woken.value += 1
                    if woken.value % gathering.waiters == 0:
                        samples.append(time.perf_counter_ns() - notified_ns.value)
                gathering.come()
            return Report(samples_ns=samples)

        return notify if worker == 0 else be_woken

    return measure_counted(request, join, of_samples=True)


def measure(request: Request) -> Outcome:
    return {"ping_pong": ping_pong, "notify_all": notify_all}[request.scenario](request)
