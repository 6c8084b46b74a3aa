"""Signals between processes and between threads, waited for or handled; alarms: an interval timer
of a process, threading.Timer between threads; and the sentinel of a multiprocessing.Process."""

import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

from bench.python import cost
from bench.python.crew import (
    FORK,
    TELLING_SHARE,
    Body,
    Crew,
    Report,
    die_with_parent,
    measure_counted,
    measure_here,
    pin,
    repeat_for,
    round_trips,
)
from bench.python.request import Outcome, Request
from bench.python.shared import Turns, shared_number, shared_numbers

SIGNAL = signal.SIGUSR1
AHEAD_NS = {"ahead_100us": 100_000, "ahead_5ms": 5_000_000}
SHORTEST_S = 1e-6  # none would disarm the timer
CODES = 128


class Addresses:
    """To whom each worker's signals go: its process, or its thread."""

    def __init__(self, request: Request) -> None:
        self.between_processes = request.between_processes()
        self.numbers = shared_numbers(request, len(request.cpus))

    def enter(self, worker: int) -> None:
        self.numbers[worker] = os.getpid() if self.between_processes else threading.get_ident()

    def send(self, worker: int) -> None:
        (os.kill if self.between_processes else signal.pthread_kill)(self.numbers[worker], SIGNAL)


class Awaited:
    """Its worker blocks the signal, and waits for it."""

    def __init__(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, [SIGNAL])

    def wait(self) -> None:
        signal.sigwait([SIGNAL])

    def has_come(self) -> bool:
        return signal.sigtimedwait([SIGNAL], 0) is not None


class Handled:
    """The handler of its process counts. One that comes just before the worker sleeps would not
    wake it, if the interpreter did not write a byte to a pipe for each as well."""

    def __init__(self) -> None:
        self.handled = self.taken = 0
        self.bytes, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        signal.signal(SIGNAL, self.count)

    def count(self, *_: object) -> None:
        self.handled += 1

    def wait(self) -> None:
        while not self.has_come():
            os.read(self.bytes, 4096)

    def has_come(self) -> bool:
        if self.handled == self.taken:
            return False
        self.taken += 1
        return True


def inbox(request: Request) -> Awaited | Handled:
    """Of the worker that calls it."""
    return Handled() if request.name.policy == "handler" else Awaited()


def ping_pong(request: Request) -> Outcome:
    """Each worker sends the other a signal in turn."""
    addresses, turns = Addresses(request), Turns(request)

    def join(worker: int) -> Body:
        box, due = inbox(request), worker
        addresses.enter(worker)

        def ask(_: int) -> None:
            nonlocal due
            turns.take(due)
            addresses.send(1)
            box.wait()
            due += 2

        def answer(count: int) -> Report:
            nonlocal due
            for _ in range(count):
                box.wait()
                turns.take(due)
                addresses.send(0)
                due += 2
            return Report()

        return (lambda count: round_trips(count, ask)) if worker == 0 else answer

    return measure_counted(request, join)


def coalesce(request: Request) -> Outcome:
    """Worker 0 sends for the length of the phase, one signal after the other; worker 1 takes those
    that arrive: what comes while one has not been taken yet is lost in it. What has arrived counts.
    """
    addresses = Addresses(request)
    sent, ending, ended = (shared_number(request) for _ in range(3))

    def join(worker: int) -> Body:
        box, phase = inbox(request), 0
        addresses.enter(worker)

        def send_all(times: int) -> None:
            for _ in range(times):
                addresses.send(1)

        def send(length_ns: int) -> Report:
            nonlocal phase
            phase += 1
            report = repeat_for(length_ns, send_all)
            report.operations += 1
            sent.value = report.operations
            ending.value = phase
            addresses.send(1)  # whoever waits looks whether it was the last
            ended.value = phase
            return report

        def take(_: int) -> Report:
            nonlocal phase
            phase += 1
            arrived = 0
            while ending.value != phase:
                box.wait()
                arrived += 1
            while ended.value != phase:
                os.sched_yield()
            while box.has_come():
                arrived += 1
            if not 0 < arrived <= sent.value:
                raise ValueError(f"{arrived} signals came of {sent.value}")
            return Report(arrived)

        return send if worker == 0 else take

    crew = Crew(request, join)
    crew.run(int(TELLING_SHARE * request.slice_ns))
    result = crew.run(request.slice_ns)
    crew.end()
    of_sender, arrived = (report.operations for report in result.reports)
    return Outcome(
        arrived,
        result.elapsed_ns * 1e-9,
        result.elapsed_ns / arrived,
        result.cost,
        further={"sent": of_sender, "arrived": arrived, "arrived_share": arrived / of_sender},
    )


def interval_timer() -> tuple[Callable[[float], None], Callable[[], Any]]:
    """What sets it, and what waits for it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    return (
        lambda delay_s: signal.setitimer(signal.ITIMER_REAL, delay_s) and None,
        lambda: signal.sigwait([signal.SIGALRM]),
    )


def timer_thread() -> tuple[Callable[[float], None], Callable[[], Any]]:
    gone_off = threading.Event()

    def set_alarm(delay_s: float) -> None:
        gone_off.clear()
        threading.Timer(delay_s, gone_off.set).start()

    return set_alarm, gone_off.wait


def alarm(request: Request) -> Outcome:
    """A worker sets an alarm, and sleeps until it goes off. A sample is how late that is."""
    ahead_ns = AHEAD_NS[request.name.get("work")]
    set_alarm, wait_for_it = interval_timer() if request.between_processes() else timer_thread()

    def lateness() -> int:
        due = time.perf_counter_ns() + ahead_ns
        set_alarm(max((due - time.perf_counter_ns()) * 1e-9, SHORTEST_S))
        wait_for_it()
        late_ns = time.perf_counter_ns() - due
        if late_ns < 0:
            raise ValueError("an alarm went off too early")
        return late_ns

    def phase(count: int) -> Report:
        return Report(samples_ns=[lateness() for _ in range(count)])

    return measure_here(request, phase, cost.of_this_process)


def child_exit(request: Request) -> Outcome:
    """A worker starts children on another CPU, one after the other, and waits for the end of each.
    A sample is from the child's last instruction until the worker knows. What the children cost is
    in no account."""
    watched, ended_at_ns = shared_number(request), shared_number(request)
    parent = os.getpid()

    def end_when_watched(number: int) -> None:
        die_with_parent()
        pin(request.cpus[-1])
        while watched.value != number and os.getppid() == parent:
            os.sched_yield()
        ended_at_ns.value = time.perf_counter_ns()
        os._exit(number % CODES)

    def one() -> int:
        number = watched.value + 1
        child = FORK.Process(target=end_when_watched, args=(number,))
        child.start()
        watched.value = number
        wait([child.sentinel])
        child.join()
        now = time.perf_counter_ns()
        if child.exitcode != number % CODES:
            raise ValueError(f"a child ended with another code: {child.exitcode}")
        return int(now - ended_at_ns.value)

    def phase(count: int) -> Report:
        return Report(samples_ns=[one() for _ in range(count)])

    return measure_here(request, phase, cost.of_this_process)


def measure(request: Request) -> Outcome:
    if request.scenario in ("alarm", "child_exit"):
        pin(request.cpus[0])
    scenarios = {
        "ping_pong": ping_pong,
        "coalesce": coalesce,
        "alarm": alarm,
        "child_exit": child_exit,
    }
    return scenarios[request.scenario](request)
