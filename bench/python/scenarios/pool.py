"""multiprocessing.Pool, its ThreadPool, and the executors of concurrent.futures. This process is
the submitter; the workers are pinned, it is not."""

import multiprocessing
import os
import queue
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import Pool, ThreadPool
from typing import Any

from bench.python import cost
from bench.python.crew import (
    FORK,
    Body,
    Report,
    die_with_parent,
    here,
    pin,
    round_trips,
    samples_of,
    sized_phase,
)
from bench.python.cost import Cost
from bench.python.pool_phases import check, fewest_of, prepared
from bench.python.pool_tasks import start_time, tiny_task
from bench.python.request import Outcome, Request

IDLE_S = 0.0005  # by when workers that have nothing to do sleep


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
        self.servers = request.servers()

    def apply(self, function: Callable[[int], int], task: int) -> int:
        if isinstance(self.pool, Executor):
            return self.pool.submit(function, task).result()
        return self.pool.apply(function, (task,))

    def map(self, function: Callable[[Any], Any], tasks: Any, chunk: int) -> Iterable[Any]:
        if isinstance(self.pool, Executor):
            return self.pool.map(function, tasks, chunksize=chunk)
        return self.pool.map(function, tasks, chunk)

    def others(self) -> list[int]:
        """The processes that work beside this one: workers and servers."""
        workers = [child.pid for child in multiprocessing.active_children() if child.pid]
        return workers + self.servers

    def cost(self) -> Cost:
        """Of all."""
        return sum(map(cost.of_process, self.others()), cost.of_this_process())

    def end(self) -> None:
        """Here, since what the libraries do at the interpreter's exit may fail in its threads."""
        if isinstance(self.pool, Executor):
            self.pool.shutdown()
        else:
            self.pool.terminate()
            self.pool.join()

    def resident_mib(self) -> float:
        """Of all."""
        return cost.resident_mib([os.getpid(), *self.others()])


def apply_phase(contender: Contender) -> Body:
    def trip(task: int) -> None:
        check(task, contender.apply(tiny_task, task), tiny_task(task))

    return lambda count: round_trips(count, trip)


def start_phase(contender: Contender) -> Body:
    """Tasks submitted one by one while all workers sleep; a sample is until the task began."""

    def one(task: int) -> int:
        time.sleep(IDLE_S)
        submitted = time.perf_counter_ns()
        began = contender.apply(start_time, task)
        if not submitted <= began <= time.perf_counter_ns():
            raise ValueError(f"task {task} began before it was submitted or after it had ended")
        return began - submitted

    return lambda count: Report(samples_ns=[one(task) for task in range(count)])


ONE_BY_ONE = {"apply": apply_phase, "submit_to_start": start_phase}


def measure(request: Request) -> Outcome:
    make_phase: Callable[[Contender], Body] = ONE_BY_ONE.get(request.scenario) or prepared(request)
    contender = Contender(request)
    run = here(make_phase(contender), contender.cost)
    fewest = fewest_of(request, request.number("workers"))
    result, count = sized_phase(run, request.slice_ns, fewest)
    samples, mean_ns = samples_of(result), result.elapsed_ns / count
    if request.scenario == "submit_to_start":
        mean_ns = sum(samples) / len(samples)
    further = {"resident_mib": contender.resident_mib()}
    contender.end()
    return Outcome(count, result.elapsed_ns * 1e-9, mean_ns, result.cost, samples, further)
