"""multiprocessing.Queue between processes, queue.Queue between threads."""

import queue
from typing import Any

from bench.python.crew import FORK, Body, Report, measure_counted, round_trips
from bench.python.payload import Payload
from bench.python.request import Outcome, Request


def bounded(request: Request) -> Any:
    capacity = request.number("capacity")
    return FORK.Queue(capacity) if request.between_processes() else queue.Queue(capacity)


def ping_pong(request: Request, payload: Payload) -> Outcome:
    there, back = bounded(request), bounded(request)

    def join(worker: int) -> Body:
        def ask(count: int) -> Report:
            def trip(n: int) -> None:
                there.put(payload.message(0, n))
                payload.check(back.get(), 1, n)

            return round_trips(count, trip)

        def answer(count: int) -> Report:
            for n in range(count):
                payload.check(there.get(), 0, n)
                back.put(payload.message(1, n))
            return Report()

        return ask if worker == 0 else answer

    return measure_counted(request, join)


def stream(request: Request, payload: Payload) -> Outcome:
    """Producers put `count` items each; each consumer takes an equal share of all."""
    producers, consumers = request.number("producers"), request.number("consumers")
    items = bounded(request)

    def produce(number: int) -> Body:
        def body(count: int) -> Report:
            for n in range(count):
                items.put(payload.message(number, n))
            return Report()

        return body

    def consume(number: int) -> Body:
        def body(count: int) -> Report:
            everything = count * producers
            share = everything // consumers + (number < everything % consumers)
            last = [-1] * producers
            for _ in range(share):
                sender, n = payload.parts(items.get())
                if n <= last[sender]:
                    raise ValueError(f"item {n} of producer {sender} came after {last[sender]}")
                last[sender] = n
            return Report()

        return body

    def join(worker: int) -> Body:
        pairs = min(producers, consumers)
        if worker < 2 * pairs:
            return (consume if worker % 2 else produce)(worker // 2)
        return (produce if producers > consumers else consume)(worker - pairs)

    return measure_counted(request, join, operations_per_count=producers)


def measure(request: Request) -> Outcome:
    payload = Payload(request.number("size"))
    return {"ping_pong": ping_pong, "stream": stream}[request.scenario](request, payload)
