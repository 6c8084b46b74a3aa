"""Workers, threads or processes, that run phase after phase."""

import ctypes
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from bench.python import cost
from bench.python.cost import Cost
from bench.python.request import Outcome, Request

FORK = multiprocessing.get_context("fork")
PATIENCE_S = 30  # with a worker that has no more to do but end
PR_SET_PDEATHSIG = 1
STOP = -1


def nothing() -> None:
    pass


@dataclass
class Report:
    """What a worker says of a phase. `operations`: where the worker decides how many. `afterwards`:
    checks, outside of what is measured, what cannot be checked on the way; it may raise."""

    operations: int = 0
    samples_ns: list[int] = field(default_factory=list)
    afterwards: Callable[[], None] = nothing


# What a worker has to say of a phase: its report, begin, end, and what it cost.
Answer = tuple[Report, int, int, Cost]
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
    """Of a process that multiprocessing has forked."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent and os.getppid() != parent.pid:  # dead already
        os._exit(1)


class Crew:
    """Forked processes or threads; each has a pipe to the one who starts the phases. `servers`:
    processes that work for all of them."""

    def __init__(self, request: Request, join: Join, servers: Sequence[int] = ()) -> None:
        self.request = request
        self.join = join
        self.servers = servers
        self.desks: list[Connection] = []
        self.workers: list[threading.Thread | multiprocessing.context.ForkProcess] = []
        for worker, cpu in enumerate(request.cpus):
            self.start(worker, cpu)
        self.answers()

    def start(self, worker: int, cpu: int) -> None:
        """Nobody but the worker keeps its end of the pipe, which ends with it."""
        ours, theirs = multiprocessing.Pipe()
        arguments = (worker, cpu, theirs)
        member: threading.Thread | multiprocessing.context.ForkProcess
        if self.request.between_processes():
            member = FORK.Process(target=self.work, args=arguments, daemon=True)
        else:
            member = threading.Thread(target=self.work, args=arguments, daemon=True)
        member.start()
        self.desks.append(ours)
        self.workers.append(member)

    def work(self, worker: int, cpu: int, desk: Connection) -> None:
        """The life of a worker."""
        if self.request.between_processes():
            die_with_parent()
        pin(cpu)
        try:
            body = self.join(worker)
        except Exception as error:
            desk.send(error)
            return
        desk.send(None)
        while (amount := desk.recv()) != STOP:
            desk.send(self.phase(worker, body, amount))

    def phase(self, worker: int, body: Body, amount: int) -> Answer | Exception:
        before, begin = self.cost_of(worker), time.perf_counter_ns()
        try:
            report = body(amount)
            end = time.perf_counter_ns()
            spent = self.cost_of(worker) - before
            report.afterwards()
        except Exception as error:
            return error
        return Report(report.operations, report.samples_ns), begin, end, spent

    def cost_of(self, worker: int) -> Cost:
        """Of the calling worker; the first is charged with the servers too."""
        between_processes = self.request.between_processes()
        own = cost.of_this_process() if between_processes else cost.of_this_thread()
        servers = self.servers if worker == 0 else ()
        return sum((cost.of_process(pid) for pid in servers), own)

    def run(self, amount: int) -> PhaseResult:
        """All workers run their body; raises what one of them threw."""
        for desk in self.desks:
            desk.send(amount)
        answers = self.answers()
        total = sum((answer[3] for answer in answers), Cost())
        begin = min(answer[1] for answer in answers)
        end = max(answer[2] for answer in answers)
        return PhaseResult(end - begin, total, [answer[0] for answer in answers])

    def answers(self) -> list[Any]:
        """One from each worker; raises what one of them threw, or that one ended without any. Both
        leave the others waiting, so they are looked for in all at once."""
        answers: dict[Connection, Any] = {}
        while len(answers) < len(self.desks):
            ready = wait([desk for desk in self.desks if desk not in answers])
            for worker, desk in zip(self.workers, self.desks):
                if desk not in ready:
                    continue
                try:
                    answers[desk] = desk.recv()
                except EOFError:
                    raise ChildProcessError(
                        f"{worker.name} ended before its work was done"
                    ) from None
                if isinstance(answers[desk], Exception):
                    raise answers[desk]
        return [answers[desk] for desk in self.desks]

    def end(self) -> None:
        for desk in self.desks:
            desk.send(STOP)
        for worker in self.workers:
            worker.join(PATIENCE_S)
            if worker.is_alive():
                raise TimeoutError(f"{worker.name} goes on {PATIENCE_S} s after its last phase")


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


def measure_counted(
    request: Request,
    join: Join,
    operations_per_count: int = 1,
    of_samples: bool = False,
    servers: Sequence[int] = (),
) -> Outcome:
    """Bodies take a count of operations. `of_samples`: the samples are what is measured, and not
    all that a phase does."""
    crew = Crew(request, join, servers)
    result, count = sized_phase(crew.run, request.slice_ns)
    crew.end()
    operations, samples = count * operations_per_count, samples_of(result)
    mean_ns = sum(samples) / len(samples) if of_samples else result.elapsed_ns / operations
    return Outcome(operations, result.elapsed_ns * 1e-9, mean_ns, result.cost, samples)


def here(phase: Body, cost_now: Callable[[], Cost]) -> Callable[[int], PhaseResult]:
    """A phase without a crew, by this thread; `cost_now`: of all that work for it."""

    def run(count: int) -> PhaseResult:
        before, begin = cost_now(), time.perf_counter_ns()
        report = phase(count)
        elapsed_ns = time.perf_counter_ns() - begin
        return PhaseResult(elapsed_ns, cost_now() - before, [report])

    return run


def measure_here(request: Request, phase: Body, cost_now: Callable[[], Cost]) -> Outcome:
    """By this thread; the samples are what is measured."""
    result, count = sized_phase(here(phase, cost_now), request.slice_ns)
    samples = samples_of(result)
    mean_ns = sum(samples) / len(samples)
    return Outcome(count, result.elapsed_ns * 1e-9, mean_ns, result.cost, samples)


def measure_timed(request: Request, join: Join, servers: Sequence[int] = ()) -> Outcome:
    """Bodies go on for a length in ns and report how many operations that were."""
    crew = Crew(request, join, servers)
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


GLANCE_NS = 100_000  # a batch costs 1 % of it or less, beside its operations


def repeat_for(length_ns: int, repeat: Callable[[int], None]) -> Report:
    """Goes on until the length has passed, looking at the clock about every GLANCE_NS, and after
    each operation that takes longer. `repeat` does so many operations in a loop of its own: a call
    of each would show beside operations as short as an addition."""
    last = time.perf_counter_ns()
    end = last + length_ns
    operations, batch = 0, 1
    while last < end:
        repeat(batch)
        operations += batch
        now = time.perf_counter_ns()
        batch = 2 * batch if now - last < GLANCE_NS else max(batch // 4, 1)
        last = now
    return Report(operations)
