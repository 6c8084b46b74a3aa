"""multiprocessing.Pipe: bytes over a socketpair."""

import multiprocessing

from bench.python.crew import Body, Report, measure_counted, round_trips
from bench.python.payload import Payload
from bench.python.request import Outcome, Request


def measure(request: Request) -> Outcome:
    payload = Payload(request.number("size"))
    ends = multiprocessing.Pipe()

    def ping_pong(worker: int) -> Body:
        end = ends[worker]

        def ask(count: int) -> Report:
            def trip(n: int) -> None:
                end.send_bytes(payload.message(0, n))
                payload.check(end.recv_bytes(), 1, n)

            return round_trips(count, trip)

        def answer(count: int) -> Report:
            for n in range(count):
                payload.check(end.recv_bytes(), 0, n)
                end.send_bytes(payload.message(1, n))
            return Report()

        return ask if worker == 0 else answer

    def stream(worker: int) -> Body:
        end = ends[worker]

        def send(count: int) -> Report:
            for n in range(count):
                end.send_bytes(payload.message(0, n))
            return Report()

        def receive(count: int) -> Report:
            for n in range(count):
                payload.check(end.recv_bytes(), 0, n)
            return Report()

        return send if worker == 0 else receive

    return measure_counted(request, {"ping_pong": ping_pong, "stream": stream}[request.scenario])
