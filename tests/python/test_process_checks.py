"""The scenarios of processes reject workers that do not do what they were told to."""

import sys
from typing import Any

import pytest

from bench.python import worker
from bench.python.memory import MIB, touched
from bench.python.request import Outcome, Request
from bench.python.scenarios import process

CASES = {
    "threads": "process/cpython_threading/{}/peers:threads/place:same_cpu",
    "processes": "process/cpython_multiprocessing+fork/{}/peers:processes/place:same_cpu",
}

both_kinds = pytest.mark.parametrize("peers", CASES)


def measure(peers: str, scenario: str) -> Outcome:
    return process.measure(Request.parse(CASES[peers].format(scenario), [-1], 1_000_000))


@both_kinds
@pytest.mark.parametrize("scenario", ["start", "start_join"])
def test_a_worker_that_ends_with_another_code(
    peers: str, scenario: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def greet(number: int, desk: Any) -> None:
        desk.send_bytes(number.to_bytes(worker.WORD, "little") * 2)
        sys.exit(3)

    monkeypatch.setattr(worker, "greet", greet)
    monkeypatch.setattr(worker, "end_at_once", lambda _: sys.exit(3))
    with pytest.raises(ValueError, match="worker 0 ended with another code: 3"):
        measure(peers, scenario)


@both_kinds
def test_a_worker_that_greets_for_another(peers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def greet(number: int, desk: Any) -> None:
        desk.send_bytes((number + 1).to_bytes(worker.WORD, "little") * 2)
        sys.exit(worker.code_of(number))

    monkeypatch.setattr(worker, "greet", greet)
    with pytest.raises(ValueError, match="another worker's greeting"):
        measure(peers, "start")


def resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def test_memory_is_there_once_it_is_touched() -> None:
    before = resident_bytes()
    memory = touched(64 * MIB, has_huge_pages=False)
    assert memory and resident_bytes() - before > 60 * MIB
