#!/usr/bin/python3
"""What CPython's rows measure, by the standard library and plain loops alone:
bare_python.py SCENARIO CPU,CPU,... LENGTH_NS prints nanoseconds per operation: the median where
each one is timed, else the mean. It imports nothing of this project, on purpose.
"""

import multiprocessing
import multiprocessing.pool
import os
import queue
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

Cpus = list[int]
Task = Callable[[int], int]
ALL_BITS = 0xFFFFFFFF
MANY = 16384


def pin(cpu: int) -> None:
    os.sched_setaffinity(0, [cpu])


def timed_each(operation: Callable[[], None], length_ns: int) -> float:
    """The median time, after a warm-up."""
    times: list[int] = []
    for length in (length_ns // 2, length_ns):
        times.clear()
        end = time.perf_counter_ns() + length
        while (begin := time.perf_counter_ns()) < end:
            operation()
            times.append(time.perf_counter_ns() - begin)
    return statistics.median(times)


def timed_all(many: Callable[[int], None], length_ns: int, count: int = 1) -> float:
    """The mean time of so many that they take the length, after a warm-up."""
    many(count)
    while True:
        begin = time.perf_counter_ns()
        many(count)
        elapsed = time.perf_counter_ns() - begin
        if elapsed > 0.6 * length_ns:
            return elapsed / count
        count = max(count + 1, int(count * min(16, length_ns / max(elapsed, 1))))


# This process and another one.


def beside(work: Callable[[], None], cpu: int) -> None:
    """A process that is ended with this one."""

    def body() -> None:
        pin(cpu)
        work()

    multiprocessing.get_context("fork").Process(target=body, daemon=True).start()


def message(sender: int, number: int) -> bytes:
    return (sender << 56 | number).to_bytes(8, "little")


def pipe_ping_pong(cpus: Cpus, length_ns: int) -> float:
    ours, theirs = multiprocessing.Pipe()
    n = 0

    def answer() -> None:
        n = 0
        while True:
            assert theirs.recv_bytes() == message(0, n)
            theirs.send_bytes(message(1, n))
            n += 1

    beside(answer, cpus[1])
    pin(cpus[0])

    def trip() -> None:
        nonlocal n
        ours.send_bytes(message(0, n))
        assert ours.recv_bytes() == message(1, n)
        n += 1

    return timed_each(trip, length_ns)


def queue_ping_pong(cpus: Cpus, length_ns: int) -> float:
    there: Any = multiprocessing.Queue(1024)
    back: Any = multiprocessing.Queue(1024)
    n = 0

    def answer() -> None:
        n = 0
        while True:
            assert there.get() == message(0, n)
            back.put(message(1, n))
            n += 1

    beside(answer, cpus[1])
    pin(cpus[0])

    def trip() -> None:
        nonlocal n
        there.put(message(0, n))
        assert back.get() == message(1, n)
        n += 1

    return timed_each(trip, length_ns)


def event_ping_pong(cpus: Cpus, length_ns: int) -> float:
    there, back = multiprocessing.Event(), multiprocessing.Event()

    def answer() -> None:
        while True:
            there.wait()
            there.clear()
            back.set()

    beside(answer, cpus[1])
    pin(cpus[0])

    def trip() -> None:
        there.set()
        back.wait()
        back.clear()

    return timed_each(trip, length_ns)


def semaphore_ping_pong(cpus: Cpus, length_ns: int) -> float:
    there, back = multiprocessing.Semaphore(0), multiprocessing.Semaphore(0)

    turns, due = multiprocessing.RawValue("Q", 0), 0

    def answer() -> None:
        due = 1
        while True:
            there.acquire()
            assert turns.value == due
            turns.value += 1
            back.release()
            due += 2

    beside(answer, cpus[1])
    pin(cpus[0])

    def trip() -> None:
        nonlocal due
        assert turns.value == due
        turns.value += 1
        there.release()
        back.acquire()
        due += 2

    return timed_each(trip, length_ns)


# One worker.


def lock_uncontended(cpus: Cpus, length_ns: int) -> float:
    pin(cpus[0])
    lock, number = multiprocessing.Lock(), multiprocessing.RawValue("Q", 0)

    def many(count: int) -> None:
        for _ in range(count):
            with lock:
                number.value += 1

    return timed_all(many, length_ns)


def value_add(cpus: Cpus, length_ns: int) -> float:
    pin(cpus[0])
    number: Any = multiprocessing.Value("Q", 0)
    lock = number.get_lock()

    def many(count: int) -> None:
        for _ in range(count):
            with lock:
                number.value += 1

    return timed_all(many, length_ns)


# Pools.


def tiny_task(task: int) -> int:
    return task ^ ALL_BITS


def wait_5ms(task: int) -> int:
    time.sleep(0.005)
    return task ^ ALL_BITS


def primes_below(end: int) -> int:
    composite = bytearray(end)
    primes = 0
    for n in range(2, end):
        if composite[n]:
            continue
        primes += 1
        composite[n * n :: n] = b"\x01" * len(range(n * n, end, n))
    return primes


def sieve(task: int) -> int:
    return primes_below(16384 - 64 * (task % 8))


def settle_in(cpus: Any) -> None:
    pin(cpus.get())


def pool_of(kind: str, cpus: Cpus) -> Any:
    """To be ended by `with`: of one whose workers are only killed, a thread starts them anew."""
    places: Any = queue.SimpleQueue()
    make: Any = multiprocessing.pool.ThreadPool
    if kind == "processes":
        places, make = multiprocessing.SimpleQueue(), multiprocessing.Pool
    for cpu in cpus:
        places.put(cpu)
    return make(len(cpus), settle_in, (places,))


def pool_apply(kind: str, cpus: Cpus, length_ns: int) -> float:
    task = 0
    with pool_of(kind, cpus) as pool:

        def trip() -> None:
            nonlocal task
            assert pool.apply(tiny_task, (task,)) == task ^ ALL_BITS
            task += 1

        return timed_each(trip, length_ns)


def pool_map(kind: str, function: Task, chunk: int, cpus: Cpus, length_ns: int) -> float:
    due = [task ^ ALL_BITS for task in range(MANY)]
    if function is sieve:
        due = [sieve(task) for task in range(8)] * (MANY // 8)
    with pool_of(kind, cpus) as pool:

        def many(count: int) -> None:
            while count > 0:
                now = min(count, MANY)
                assert pool.map(function, range(now), chunk) == due[:now]
                count -= now

        return timed_all(many, length_ns, 10 * len(cpus))


def serial(function: Task, cpus: Cpus, length_ns: int) -> float:
    pin(cpus[0])
    due = [function(task) for task in range(8)]

    def many(count: int) -> None:
        for task in range(count):
            assert function(task) == due[task % 8]

    return timed_all(many, length_ns, 10)


SCENARIOS: dict[str, Callable[..., float]] = {
    "pipe": pipe_ping_pong,
    "queue": queue_ping_pong,
    "event": event_ping_pong,
    "semaphore": semaphore_ping_pong,
    "lock": lock_uncontended,
    "value": value_add,
    "serial_sieve": partial(serial, sieve),
}
for kind in ("processes", "threads"):
    SCENARIOS |= {
        f"apply_{kind}": partial(pool_apply, kind),
        f"tiny_1_{kind}": partial(pool_map, kind, tiny_task, 1),
        f"tiny_1000_{kind}": partial(pool_map, kind, tiny_task, 1000),
        f"sieve_{kind}": partial(pool_map, kind, sieve, 1),
        f"wait_5ms_{kind}": partial(pool_map, kind, wait_5ms, 1),
    }

if __name__ == "__main__":
    scenario, cpus, length_ns = sys.argv[1:]
    print(SCENARIOS[scenario]([int(cpu) for cpu in cpus.split(",")], int(length_ns)), flush=True)
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    os._exit(0)  # without waiting for threads
