"""Workers, threads or processes, that run phase after phase."""

import ctypes
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from bench.python import cost
from bench.python.cost import Cost
from bench.python.request import Outcome, Request

FORK = multiprocessing.get_context("fork")
PR_SET_PDEATHSIG = 1
STOP = -1


@dataclass
class Report:
    """What a worker says of a phase. `operations`: where the worker decides how many."""

    operations: int = 0
    samples_ns: list[int] = field(default_factory=list)


# What a worker sends after a phase: its report, or what it threw; begin, end, and what it cost.
Answer = tuple[Any, int, int, Cost]
# One phase of a worker: a count of operations, or a length in ns, as the scenario has it.
Body = Callable[[int], Report]
# In each worker, once: takes its end of what is measured.
Join = Callable[[int], Body]


@dataclass
class PhaseResult:
    """From the first worker's start to the last one's end, and the cost of all."""

    elapsed_ns: int
    cost: Cost
    reports: list[Report]


def pin(cpu: int) -> None:
    """The calling thread; -1 leaves it where it is."""
    if cpu >= 0:
        os.sched_setaffinity(0, [cpu])


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Crew:
    """Forked processes or threads; each has a pipe to the one who starts the phases."""

    def __init__(self, request: Request, join: Join) -> None:
        self.request = request
        self.join = join
        self.desks: list[Connection] = []
        self.workers: list[threading.Thread | multiprocessing.context.ForkProcess] = []
        for worker, cpu in enumerate(request.cpus):
            ours, theirs = multiprocessing.Pipe()
            self.desks.append(ours)
            arguments = (worker, cpu, theirs)
            if request.between_processes():
                process = FORK.Process(target=self.work, args=arguments, daemon=True)
                process.start()
                self.workers.append(process)
            else:
                thread = threading.Thread(target=self.work, args=arguments, daemon=True)
                thread.start()
                self.workers.append(thread)
        for desk in self.desks:
            desk.recv()

    def work(self, worker: int, cpu: int, desk: Connection) -> None:
        """The life of a worker."""
        own_cost = cost.of_this_thread
        if self.request.between_processes():
            die_with_parent()
            own_cost = cost.of_this_process
        pin(cpu)
        body = self.join(worker)
        desk.send(None)
        while (amount := desk.recv()) != STOP:
            before = own_cost()
            begin = time.perf_counter_ns()
            try:
                report: Report | Exception = body(amount)
            except Exception as error:
                report = error
            end = time.perf_counter_ns()
            desk.send((report, begin, end, own_cost() - before))

    def run(self, amount: int) -> PhaseResult:
        """All workers run their body; raises what one of them threw."""
        for desk in self.desks:
            desk.send(amount)
        # Whoever has failed leaves the others waiting, so it is looked for in all at once.
        answers: dict[Connection, Answer] = {}
        while len(answers) < len(self.desks):
            ready = wait([desk for desk in self.desks if desk not in answers])
            for desk in (desk for desk in self.desks if desk in ready):
                answers[desk] = desk.recv()
                if isinstance(answers[desk][0], Exception):
                    raise answers[desk][0]
        total = sum((answer[3] for answer in answers.values()), Cost())
        begin = min(answer[1] for answer in answers.values())
        end = max(answer[2] for answer in answers.values())
        reports = [answer[0] for answer in answers.values()]
        return PhaseResult(end - begin, total, reports)

    def end(self) -> None:
        for desk in self.desks:
            desk.send(STOP)
        for worker in self.workers:
            worker.join()


TELLING_SHARE = 0.2  # a phase of so much of the slice tells the rate
SHORTEST_SHARE = 0.4  # a measured phase that took less is sized anew
LARGEST_GROWTH = 16.0
FEWEST_OPERATIONS = 10


def grown(count: int, factor: float) -> int:
    return max(1, int(count * min(factor, LARGEST_GROWTH)))


def sized_phase(
    run: Callable[[int], PhaseResult], slice_ns: int, fewest: int = FEWEST_OPERATIONS
) -> tuple[PhaseResult, int]:
    """Phases of growing counts until the rate is known, and then one of the slice's length."""
    count = 1
    result = run(count)
    while (share := result.elapsed_ns / slice_ns) < TELLING_SHARE:
        count = grown(count, max(TELLING_SHARE / share, 2.0))
        result = run(count)
    while True:
        count = max(grown(count, 1 / share), fewest)
        result = run(count)
        share = result.elapsed_ns / slice_ns
        if share >= SHORTEST_SHARE:
            return result, count


def samples_of(result: PhaseResult) -> list[int]:
    return [sample for report in result.reports for sample in report.samples_ns]


def measure_counted(request: Request, join: Join, operations_per_count: int = 1) -> Outcome:
    """Bodies take a count of operations."""
    crew = Crew(request, join)
    result, count = sized_phase(crew.run, request.slice_ns)
    crew.end()
    operations = count * operations_per_count
    per_operation = result.elapsed_ns / operations
    return Outcome(
        operations, result.elapsed_ns * 1e-9, per_operation, result.cost, samples_of(result)
    )


def measure_timed(request: Request, join: Join) -> Outcome:
    """Bodies go on for a length in ns and report how many operations that were."""
    crew = Crew(request, join)
    crew.run(int(TELLING_SHARE * request.slice_ns))
    result = crew.run(request.slice_ns)
    crew.end()
    operations = sum(report.operations for report in result.reports)
    per_operation = result.elapsed_ns / operations
    return Outcome(
        operations, result.elapsed_ns * 1e-9, per_operation, result.cost, samples_of(result)
    )


def round_trips(count: int, trip: Callable[[int], None]) -> Report:
    """Calls trip(n) `count` times; each is a sample."""
    now = time.perf_counter_ns
    samples = [0] * count
    for n in range(count):
        sent = now()
        trip(n)
        samples[n] = now() - sent
    return Report(samples_ns=samples)


OPERATIONS_PER_LOOK = 16


def repeat_for(length_ns: int, operation: Callable[[], None]) -> Report:
    """Repeats until the length has passed, looking at the clock once in a while."""
    end = time.perf_counter_ns() + length_ns
    operations = 0
    while time.perf_counter_ns() < end:
        for _ in range(OPERATIONS_PER_LOOK):
            operation()
        operations += OPERATIONS_PER_LOOK
    return Report(operations)
