"""Starting workers: multiprocessing.Process by each of its three methods, threading.Thread. This
process is the starter: it, and it alone, has touched the memory that the case names."""

import multiprocessing
import threading
import time
from multiprocessing import forkserver
from typing import Any

from bench.python import cost, worker
from bench.python.cost import Cost
from bench.python.crew import Report, measure_here, pin
from bench.python.memory import MIB, touched
from bench.python.request import Outcome, Request

# Bytes, and whether they are in huge pages.
MEMORY = {
    "": (0, False),
    "resident_0": (0, False),
    "resident_256mib": (256 * MIB, False),
    "resident_1gib": (1024 * MIB, False),
    "resident_1gib_huge": (1024 * MIB, True),
}


class Thread(threading.Thread):
    """A thread that has an exit code."""

    exitcode: object = None

    def run(self) -> None:
        try:
            super().run()
        except SystemExit as end:
            self.exitcode = end.code


class Starter:
    """Starts workers, one after the other, and looks at the exit code of each."""

    def __init__(self, request: Request) -> None:
        self.ours, self.theirs = multiprocessing.Pipe()
        self.make: Any = Thread
        self.servers: list[int] = []
        if request.between_processes():
            context: Any = multiprocessing.get_context(request.name.policy)
            self.make = context.Process
        if request.name.policy == "forkserver":
            multiprocessing.set_forkserver_preload(["__main__", worker.__name__])
            self.start_join(1)  # which starts the server
            self.servers.append(getattr(forkserver, "_forkserver")._forkserver_pid)

    def start(self, count: int) -> Report:
        """From the start to the worker's first instruction."""

        def one(number: int) -> int:
            begin = time.perf_counter_ns()
            started = self.make(target=worker.greet, args=(number, self.theirs))
            started.start()
            greeting = self.ours.recv_bytes()
            self.end(started, number)
            greeter, began_ns = (
                int.from_bytes(word, "little")
                for word in (greeting[: worker.WORD], greeting[worker.WORD :])
            )
            if greeter != number:
                raise ValueError("another worker's greeting")
            return began_ns - begin

        return Report(samples_ns=[one(number) for number in range(count)])

    def start_join(self, count: int) -> Report:
        """From the start until it has been joined."""

        def one(number: int) -> int:
            begin = time.perf_counter_ns()
            started = self.make(target=worker.end_at_once, args=(number,))
            started.start()
            started.join()
            joined = time.perf_counter_ns()
            self.end(started, number)
            return joined - begin

        return Report(samples_ns=[one(number) for number in range(count)])

    def end(self, started: Any, number: int) -> None:
        started.join()
        if started.exitcode != worker.code_of(number):
            raise ValueError(f"worker {number} ended with another code: {started.exitcode}")

    def cost(self) -> Cost:
        """Of this process, of those that it has joined, of a server and those that it has."""
        total = cost.of_this_process() + cost.of_joined_children()
        for pid in self.servers:
            total += cost.of_process(pid) + cost.of_joined_children_of(pid)
        return total


def measure(request: Request) -> Outcome:
    (cpu,) = request.cpus
    pin(cpu)
    memory = touched(*MEMORY[request.name.get("work")])
    starter = Starter(request)
    phase = {"start": starter.start, "start_join": starter.start_join}[request.scenario]
    outcome = measure_here(request, phase, starter.cost)
    del memory
    return outcome
