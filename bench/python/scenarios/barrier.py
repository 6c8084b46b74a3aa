"""multiprocessing.Barrier between processes, threading.Barrier between threads."""

import threading
from typing import Any

from bench.python.crew import FORK, Body, Report, measure_counted
from bench.python.request import Outcome, Request
from bench.python.shared import shared_number, shared_numbers


def make_barrier(request: Request, parties: int) -> Any:
    module: Any = FORK if request.between_processes() else threading
    return module.Barrier(parties)


def measure(request: Request) -> Outcome:
    """All parties go round after round. Before it comes, each writes the number of the round where
    its neighbour reads it once it has passed: that is what a barrier is for. No samples: who comes
    last passes at once, and is the first to wait in the next round."""
    parties = request.number("workers")
    barrier, rounds = make_barrier(request, parties), shared_numbers(request, parties)
    firsts: Any = FORK.Value("Q", 0)  # parties that were told to be number 0, in all rounds

    def join(worker: int) -> Body:
        number = first = 0

        def go() -> None:
            nonlocal number, first
            number += 1
            rounds[worker] = number
            first += barrier.wait() == 0
            # It may have come to the next round, and not to the one after.
            if not number <= rounds[(worker + 1) % parties] <= number + 1:
                raise ValueError("a party passed before its neighbour had come")

        def body(count: int) -> Report:
            nonlocal first
            for _ in range(count):
                go()
            with firsts.get_lock():
                firsts.value += first
            first = 0
            return Report()

        return body

    assert request.scenario == "rounds"
    outcome = measure_counted(request, join)
    if firsts.value != rounds[0]:
        raise ValueError(f"{firsts.value} parties were number 0 in {rounds[0]} rounds")
    return outcome
