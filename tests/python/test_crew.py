"""Workers of CPython's that run phase after phase."""

import os
import signal
import threading

import pytest

from bench.python import crew
from bench.python.crew import Body, Crew, Report
from bench.python.request import Request
from tests.python.doubles import NAMES, both_kinds, end_processes


def request(peers: str) -> Request:
    name = f"pipe/{NAMES[peers]}/ping_pong/peers:{peers}/place:unpinned/size:64"
    return Request.parse(name, [-1, -1], 10_000_000)


def join(worker: int) -> Body:
    return lambda amount: Report(amount + worker)


@both_kinds
def test_a_crew_runs_phase_after_phase_and_ends(peers: str) -> None:
    workers = Crew(request(peers), join)
    for amount in (1, 10):
        reports = workers.run(amount).reports
        assert [report.operations for report in reports] == [amount, amount + 1]
    workers.end()
    assert not any(worker.is_alive() for worker in workers.workers)


@both_kinds
def test_what_a_worker_throws_as_it_starts_is_raised(peers: str) -> None:
    def fail(worker: int) -> Body:
        raise ValueError(f"no place for {worker}")

    with pytest.raises(ValueError, match="no place for"):
        Crew(request(peers), fail)


@pytest.mark.parametrize("worker", [0, 1])
def test_a_worker_that_is_killed_is_named(worker: int) -> None:
    def join_to_be_killed(this: int) -> Body:
        def body(amount: int) -> Report:
            if this == worker:
                os.kill(os.getpid(), signal.SIGKILL)
            threading.Event().wait()  # for the other, who will not come
            return Report(amount)

        return body

    workers = Crew(request("processes"), join_to_be_killed)
    try:
        with pytest.raises(ChildProcessError, match=f"{workers.workers[worker].name} ended before"):
            workers.run(1)
    finally:
        end_processes()


def test_a_worker_that_does_not_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "PATIENCE_S", 0.5)

    def join_and_stay(worker: int) -> Body:
        if worker == 1:  # a process does not end before its threads
            threading.Thread(target=threading.Event().wait).start()
        return join(worker)

    workers = Crew(request("processes"), join_and_stay)
    workers.run(1)
    join_first = workers.workers[0].join
    monkeypatch.setattr(workers.workers[0], "join", lambda _: join_first())  # however long it takes
    try:
        with pytest.raises(TimeoutError, match=str(workers.workers[1].name)):
            workers.end()
    finally:
        end_processes()
