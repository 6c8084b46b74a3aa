"""multiprocessing.Pool, its ThreadPool, and the executors of concurrent.futures. This process is
the submitter; the workers are pinned, it is not."""

import multiprocessing
import os
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from multiprocessing.pool import Pool, ThreadPool
from typing import Any

from bench.python import cost
from bench.python.crew import (
    FORK,
    PhaseResult,
    Report,
    die_with_parent,
    pin,
    round_trips,
    samples_of,
    sized_phase,
)
from bench.python.request import Outcome, Request

MOST_AT_ONCE = 1 << 14
ALL_BITS = 0xFFFFFFFF
SIEVE_LIMIT = 32768
SIEVE_VARIANTS = 8
WORDS_PER_BLOCK = 1024
BLOCKS = 16  # overwritten in turn, so that the file stays small
WAIT_S = 0.005
TURNS_PER_WORKER = 10  # so many tasks that those who have none left hardly show


def tiny_task(task: int) -> int:
    """An empty task still gets an argument and gives an answer, so that it can be verified."""
    return task ^ ALL_BITS


def sieve_end(task: int) -> int:
    return SIEVE_LIMIT - 64 * (task % SIEVE_VARIANTS)


def count_primes(task: int) -> int:
    """The number of primes below sieve_end(task), by Eratosthenes' sieve."""
    end = sieve_end(task)
    is_composite = bytearray(end)
    primes = 0
    for n in range(2, end):
        if is_composite[n]:
            continue
        primes += 1
        is_composite[n * n :: n] = b"\x01" * len(range(n * n, end, n))
    return primes


@cache
def due_primes(variant: int) -> int:
    """The same number by trial division."""
    return sum(
        all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(2, sieve_end(variant))
    )


def due_of_sieve(task: int) -> int:
    return due_primes(task % SIEVE_VARIANTS)


def wait_5ms(task: int) -> int:
    time.sleep(WAIT_S)
    return tiny_task(task)


class Scratch(threading.local):
    """A nameless file of the thread that uses it."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()


SCRATCH = Scratch()


def write_durably(task: int) -> int:
    """A block of 4 KiB made durable."""
    block = task.to_bytes(4, "little") * WORDS_PER_BLOCK
    file = SCRATCH.file.fileno()
    os.pwrite(file, block, task % BLOCKS * len(block))
    os.fsync(file)
    return tiny_task(task)


def settle_in(cpus: Any, is_process: bool) -> None:
    """A worker's initializer."""
    if is_process:
        die_with_parent()
    pin(cpus.get())


def make_pool(request: Request) -> Pool | Executor:
    """Of the kind that the implementation's name says."""
    workers = request.number("workers")
    is_process = request.between_processes()
    cpus: Any = FORK.SimpleQueue() if is_process else queue.SimpleQueue()
    for cpu in request.cpus:
        cpus.put(cpu)
    arguments = (cpus, is_process)
    if request.name.implementation == "cpython_multiprocessing":
        return FORK.Pool(workers, settle_in, arguments)
    if request.name.implementation == "cpython_threading":
        return ThreadPool(workers, settle_in, arguments)
    if is_process:
        return ProcessPoolExecutor(workers, FORK, settle_in, arguments)
    return ThreadPoolExecutor(workers, initializer=settle_in, initargs=arguments)


class Contender:
    """The two operations that the scenarios need, of a pool or of an executor."""

    def __init__(self, request: Request) -> None:
        self.pool = make_pool(request)

    def apply(self, function: Callable[[int], int], task: int) -> int:
        if isinstance(self.pool, Executor):
            return self.pool.submit(function, task).result()
        return self.pool.apply(function, (task,))

    def map(self, function: Callable[[int], int], tasks: range, chunk: int) -> Iterable[int]:
        if isinstance(self.pool, Executor):
            return self.pool.map(function, tasks, chunksize=chunk)
        return self.pool.map(function, tasks, chunk)

    def measured(self, phase: Callable[[], Report]) -> PhaseResult:
        """The phase with the cost of this process and of the workers."""
        workers = [child.pid for child in multiprocessing.active_children() if child.pid]
        before = {pid: cost.of_process(pid) for pid in workers}
        own_before = cost.of_this_process()
        begin = time.perf_counter_ns()
        report = phase()
        elapsed_ns = time.perf_counter_ns() - begin
        total = cost.of_this_process() - own_before
        for pid in workers:
            total += cost.of_process(pid) - before[pid]
        return PhaseResult(elapsed_ns, total, [report])


def check(task: int, got: int, due: int) -> None:
    if got != due:
        raise ValueError(f"wrong answer to task {task}: {got} where {due} was due")


SCENARIOS: dict[tuple[str, str], tuple[Callable[[int], int], Callable[[int], int]]] = {
    ("tiny_tasks", ""): (tiny_task, tiny_task),
    ("cpu_bound", "sieve"): (count_primes, due_of_sieve),
    ("io_bound", "fsync"): (write_durably, tiny_task),
    ("io_bound", "wait_5ms"): (wait_5ms, tiny_task),
}


def map_phase(request: Request, contender: Contender) -> Callable[[int], Report]:
    function, due = SCENARIOS[request.scenario, request.name.get("work")]
    chunk = request.name.number("chunk") or 1
    due(0)

    def phase(count: int) -> Report:
        for first in range(0, count, MOST_AT_ONCE):
            tasks = range(first, min(first + MOST_AT_ONCE, count))
            for task, got in zip(tasks, contender.map(function, tasks, chunk), strict=True):
                check(task, got, due(task))
        return Report()

    return phase


def apply_phase(contender: Contender) -> Callable[[int], Report]:
    def trip(task: int) -> None:
        check(task, contender.apply(tiny_task, task), tiny_task(task))

    return lambda count: round_trips(count, trip)


def measure(request: Request) -> Outcome:
    contender = Contender(request)
    one_by_one = request.scenario == "apply"
    phase = apply_phase(contender) if one_by_one else map_phase(request, contender)
    result, count = sized_phase(
        lambda amount: contender.measured(lambda: phase(amount)),
        request.slice_ns,
        TURNS_PER_WORKER * request.number("workers"),
    )
    per_operation = result.elapsed_ns / count
    return Outcome(count, result.elapsed_ns * 1e-9, per_operation, result.cost, samples_of(result))
