"""multiprocessing.Manager: a process keeps dictionaries and lists, a thread for each client."""

import multiprocessing
from collections.abc import Callable
from typing import Any

from bench.python.crew import (
    FORK,
    Body,
    Report,
    measure_counted,
    measure_timed,
    repeat_for,
    round_trips,
)
from bench.python.payload import Payload
from bench.python.request import Outcome, Request

PERIODS = {"sets_50": 2, "sets_5": 20}  # one of so many operations sets


class Client:
    """What a worker does: each has a key, or a list, of its own, and knows what must be there."""

    def __init__(self, request: Request, worker: int, dictionary: Any, items: Any) -> None:
        self.payload = Payload(request.number("size"))
        self.worker = worker
        self.dictionary = dictionary
        self.items = items
        self.period = PERIODS.get(request.name.get("work"), 1)
        self.number = 0
        self.set(0)
        self.operation: Callable[[int], None] = getattr(self, request.scenario)

    def key(self) -> str:
        return f"worker {self.worker}"

    def set(self, _: int) -> None:
        self.number += 1
        self.dictionary[self.key()] = self.payload.message(self.worker, self.number)

    def get(self, _: int) -> None:
        self.payload.check(self.dictionary[self.key()], self.worker, self.number)

    def mix(self, n: int) -> None:
        (self.set if n % self.period == 0 else self.get)(n)

    def append(self, _: int) -> None:
        self.number += 1
        self.items.append(self.payload.message(self.worker, self.number))

    def look_back(self) -> None:
        """Raises unless the last item, or value, is there."""
        kept = self.items[-1] if self.operation == self.append else self.dictionary[self.key()]
        self.payload.check(kept, self.worker, self.number)


def measure(request: Request) -> Outcome:
    with FORK.Manager() as manager:
        servers = [child.pid for child in multiprocessing.active_children() if child.pid]
        dictionary: Any = manager.dict()
        lists: list[Any] = [manager.list() for _ in request.cpus]

        def client_of(worker: int) -> Client:
            return Client(request, worker, dictionary, lists[worker])

        def counted(worker: int) -> Body:
            client = client_of(worker)

            def body(count: int) -> Report:
                report = round_trips(count, client.operation)
                client.look_back()
                return report

            return body

        def timed(worker: int) -> Body:
            client = client_of(worker)

            def body(length_ns: int) -> Report:
                numbers = iter(range(1 << 62))
                report = repeat_for(length_ns, lambda: client.operation(next(numbers)))
                client.look_back()
                return report

            return body

        if len(request.cpus) == 1:
            return measure_counted(request, counted, servers=servers)
        return measure_timed(request, timed, servers)
