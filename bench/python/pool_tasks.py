"""What the measured pools run, and the answers that are due. What tasks need beside their argument
is kept in this module before the workers start: threads have it, and forked processes inherit it.
"""

import math
import os
import random
import tempfile
import threading
import time
from array import array
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from pathlib import Path

from bench.python.request import WebServer

ALL_BITS = 0xFFFFFFFF
SIEVE_LIMIT = 16384
SIEVE_VARIANTS = 8
WORDS_PER_BLOCK = 1024
BLOCKS = 16  # overwritten in turn, so that the file stays small


def tiny_task(task: int) -> int:
    """An empty task still gets an argument and gives an answer, so that it can be verified."""
    return task ^ ALL_BITS


def start_time(_: int) -> int:
    """When the task began, by the clock of perf_counter_ns."""
    return time.perf_counter_ns()


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


def wait_1ms(task: int) -> int:
    time.sleep(0.001)
    return tiny_task(task)


def wait_5ms(task: int) -> int:
    time.sleep(0.005)
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


class Pages:
    """What a web server of this machine serves."""

    def __init__(self) -> None:
        self.port = 0
        self.all: list[bytes] = []

    def find(self, server: WebServer) -> None:
        self.port = server.port
        files = [path for path in Path(server.folder).iterdir() if path.name.isdigit()]
        self.all = [path.read_bytes() for path in sorted(files, key=lambda path: int(path.name))]
        with closing(HTTPConnection("127.0.0.1", self.port)) as first:
            first.request("GET", "/0")  # has the library load all it needs, which workers inherit
            first.getresponse().read()


PAGES = Pages()


class Connection(threading.local):
    """Of the thread that uses it, made by its first request and kept for those that follow."""

    http: HTTPConnection | None = None

    def get(self, path: str) -> bytes:
        if self.http is None:
            self.http = HTTPConnection("127.0.0.1", PAGES.port)
        self.http.request("GET", path)
        return self.http.getresponse().read()


CONNECTION = Connection()


def fetch(folder: str, task: int) -> int:
    """A page, compared with what it must be."""
    number = task % len(PAGES.all)
    if CONNECTION.get(f"{folder}{number}") != PAGES.all[number]:
        raise ValueError(f"GET {folder}{number}: another page than was due")
    return tiny_task(task)


def fetch_page(task: int) -> int:
    return fetch("/", task)


def fetch_slow_page(task: int) -> int:
    """The server takes 5 ms."""
    return fetch("/slow/", task)


FACTOR, SUMMAND = 1664525, 1013904223  # of a linear congruential generator modulo 2^32


def after_steps(task: int, steps: int) -> int:
    """The generator's state, from `task` on."""
    state = task & ALL_BITS
    for _ in range(steps):
        state = (FACTOR * state + SUMMAND) & ALL_BITS
    return state


@cache
def jump(steps: int) -> tuple[int, int]:
    """Factor and summand of so many steps at once."""
    power = pow(FACTOR, steps, (ALL_BITS + 1) * (FACTOR - 1))
    return power & ALL_BITS, (power - 1) // (FACTOR - 1) * SUMMAND & ALL_BITS


def due_after_steps(task: int, steps: int) -> int:
    """The same by its closed form."""
    factor, summand = jump(steps)
    return (factor * task + summand) & ALL_BITS


def elapsed_ns(steps: int) -> int:
    """What the steps take."""
    begin = time.perf_counter_ns()
    after_steps(0, steps)
    return time.perf_counter_ns() - begin


class Calibrated:
    """Work of a length, as a number of steps that is found when no other work runs. The number is
    what stays, so that a worker that is held up takes longer."""

    SHORT, LONG = 100, 2100  # steps, whose difference tells what one of them takes
    ATTEMPTS = 20  # of both in turn, so that a slow period does not meet one of them alone

    def __init__(self) -> None:
        self.steps: dict[int, int] = {}  # by the length in ns

    def find(self, *lengths_ns: int) -> None:
        pairs = [(elapsed_ns(self.SHORT), elapsed_ns(self.LONG)) for _ in range(self.ATTEMPTS)]
        short, long = (min(times) for times in zip(*pairs))
        step_ns = (long - short) / (self.LONG - self.SHORT)
        beside_ns = short - self.SHORT * step_ns  # the call, and reading the clock
        for length in lengths_ns:
            self.steps[length] = max(1, round((length - beside_ns) / step_ns))


CALIBRATED = Calibrated()
SHORT_NS, LONG_NS = 10_000, 1_000_000
GROUP = 10  # tasks, of which one is long
GROUPS = 100  # until the order begins again
LONG_PLACES = random.Random(1).choices(range(GROUP), k=GROUPS)


def mixed_ns(task: int) -> int:
    """The length of a task: one of ten is long, which one is drawn for each ten."""
    group, place = divmod(task, GROUP)
    return LONG_NS if place == LONG_PLACES[group % GROUPS] else SHORT_NS


def work_1us(task: int) -> int:
    return after_steps(task, CALIBRATED.steps[1_000])


def work_10us(task: int) -> int:
    return after_steps(task, CALIBRATED.steps[10_000])


def work_100us(task: int) -> int:
    return after_steps(task, CALIBRATED.steps[100_000])


def work_1ms(task: int) -> int:
    return after_steps(task, CALIBRATED.steps[1_000_000])


def work_mixed(task: int) -> int:
    return after_steps(task, CALIBRATED.steps[mixed_ns(task)])


def due_of(length_ns: int) -> Callable[[int], int]:
    return lambda task: due_after_steps(task, CALIBRATED.steps[length_ns])


def due_of_mixed(task: int) -> int:
    return due_after_steps(task, CALIBRATED.steps[mixed_ns(task)])


MIB = 1 << 20
SLICES = 64  # of 1 MiB
WORDS = MIB // 8  # in a slice


class Numbers:
    """64 MiB of integers. The slices differ in their first number, so that the sum of another one
    is seen."""

    def __init__(self) -> None:
        self.all = memoryview(array("q"))

    def make(self) -> None:
        self.all = memoryview(array("q", range(WORDS)) * SLICES)
        for number in range(SLICES):
            self.all[number * WORDS] = number


NUMBERS = Numbers()


def sum_of_slice(task: int) -> int:
    first = task % SLICES * WORDS
    return sum(NUMBERS.all[first : first + WORDS])


def due_sum(task: int) -> int:
    return math.comb(WORDS, 2) + task % SLICES


@dataclass(frozen=True)
class Work:
    """A task's function, the answer that is due, and what is to be done before workers start."""

    function: Callable[[int], int]
    due: Callable[[int], int]
    prepare: Callable[[], object] = lambda: None


def calibrated(function: Callable[[int], int], length_ns: int) -> Work:
    return Work(function, due_of(length_ns), lambda: CALIBRATED.find(length_ns))


WORKS: dict[tuple[str, str], Work] = {
    ("tiny_tasks", ""): Work(tiny_task, tiny_task),
    ("cpu_bound", "sieve"): Work(count_primes, due_of_sieve),
    ("cpu_bound", "1us"): calibrated(work_1us, 1_000),
    ("cpu_bound", "10us"): calibrated(work_10us, 10_000),
    ("cpu_bound", "100us"): calibrated(work_100us, 100_000),
    ("cpu_bound", "1ms"): calibrated(work_1ms, 1_000_000),
    ("memory_bound", "sum_64mib"): Work(sum_of_slice, due_sum, NUMBERS.make),
    ("mixed", "short_90_long_10"): Work(
        work_mixed, due_of_mixed, lambda: CALIBRATED.find(SHORT_NS, LONG_NS)
    ),
    ("io_bound", "fsync"): Work(write_durably, tiny_task),
    ("io_bound", "wait_1ms"): Work(wait_1ms, tiny_task),
    ("io_bound", "wait_5ms"): Work(wait_5ms, tiny_task),
    ("io_bound", "http"): Work(fetch_page, tiny_task),
    ("io_bound", "http_5ms"): Work(fetch_slow_page, tiny_task),
}
