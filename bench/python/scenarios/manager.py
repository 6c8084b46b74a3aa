"""multiprocessing.Manager: a process keeps dictionaries and lists, a thread for each client."""

from collections.abc import Callable
from itertools import count as count_from, islice
from multiprocessing.managers import SyncManager
from typing import Any

from bench.python.crew import (
    FORK,
    Body,
    Report,
    die_with_parent,
    measure_counted,
    measure_timed,
    repeat_for,
    round_trips,
)
from bench.python.payload import Payload
from bench.python.request import Outcome, Request

KEYS = [f"key {number}" for number in range(32)]
LONGEST = 64  # elements of a list, which is emptied then
PERIODS = {"sets_50": 2, "sets_5": 20}  # one of so many operations sets


class Client:
    """What a worker does with a dictionary, or a list."""

    def __init__(self, payload: Payload, worker: int, kept: Any) -> None:
        self.payload, self.worker, self.kept = payload, worker, kept

    def operation(self, n: int) -> None:
        raise NotImplementedError

    def look_back(self, count: int) -> None:
        """Raises unless what so many operations must have left is there."""


class Mixing(Client):
    """Gets values of a dictionary that is everybody's, and sets one in so many operations."""

    def __init__(self, payload: Payload, worker: int, kept: Any, period: int) -> None:
        super().__init__(payload, worker, kept)
        self.period = period

    def operation(self, n: int) -> None:
        # Another key in each round, so that every one is set at times.
        number = (n + n // len(KEYS)) % len(KEYS)
        if self.period == 0:
            self.payload.check(self.kept[KEYS[number]], 0, number)
        elif n % self.period == self.period - 1:
            self.kept[KEYS[number]] = self.payload.message(self.worker, n)
        else:
            self.payload.parts(self.kept[KEYS[number]])


class Setting(Client):
    """Sets the keys of a dictionary of its own in turn."""

    def operation(self, n: int) -> None:
        self.kept[KEYS[n % len(KEYS)]] = self.payload.message(self.worker, n)

    def look_back(self, count: int) -> None:
        for n in range(max(count - len(KEYS), 0), count):
            self.payload.check(self.kept[KEYS[n % len(KEYS)]], self.worker, n)


class Appending(Client):
    """Appends to a list of its own, and empties it when it is full."""

    length = 0

    def operation(self, n: int) -> None:
        if self.length == LONGEST:
            self.check_length()
            del self.kept[:]
            self.length = 0
        self.kept.append(self.payload.message(self.worker, self.length))
        self.length += 1

    def check_length(self) -> None:
        if len(self.kept) != self.length:
            raise ValueError(f"{len(self.kept)} elements are there of {self.length}")

    def look_back(self, count: int) -> None:
        self.check_length()
        for n in range(self.length):
            self.payload.check(self.kept[n], self.worker, n)


def client_maker(request: Request, manager: Any) -> Callable[[int], Client]:
    """What makes the client of a worker."""
    payload = Payload(request.number("size"))
    workers = range(len(request.cpus))
    if request.scenario == "set":
        dictionaries = [manager.dict() for _ in workers]
        return lambda worker: Setting(payload, worker, dictionaries[worker])
    if request.scenario == "append":
        lists = [manager.list() for _ in workers]
        return lambda worker: Appending(payload, worker, lists[worker])
    values = manager.dict({key: payload.message(0, n) for n, key in enumerate(KEYS)})
    period = PERIODS[request.name.get("work")] if request.scenario == "mix" else 0
    return lambda worker: Mixing(payload, worker, values, period)


def make_manager() -> Any:
    made = SyncManager(ctx=FORK)
    made.start(die_with_parent)
    return made


def measure(request: Request) -> Outcome:
    with make_manager() as manager:
        server = getattr(manager, "_process").pid
        make_client = client_maker(request, manager)

        def counted(worker: int) -> Body:
            client = make_client(worker)

            def body(count: int) -> Report:
                report = round_trips(count, client.operation)
                report.afterwards = lambda: client.look_back(count)
                return report

            return body

        def timed(worker: int) -> Body:
            client = make_client(worker)

            def body(length_ns: int) -> Report:
                numbers = count_from(0)

                def operate(times: int) -> None:
                    for n in islice(numbers, times):
                        client.operation(n)

                report = repeat_for(length_ns, operate)
                report.afterwards = lambda: client.look_back(report.operations)
                return report

            return body

        if len(request.cpus) == 1:
            return measure_counted(request, counted, servers=[server])
        return measure_timed(request, timed, servers=[server])
