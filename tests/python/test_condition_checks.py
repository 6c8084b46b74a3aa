"""Every scenario of conditions and barriers rejects one that does not do what it is for."""

from typing import Any

import pytest

from bench.python.scenarios import barrier, condition
from tests.python.doubles import both_kinds, kind, measure


class Hasty:
    """A condition whose waiters wait for nothing but the lock."""

    def __init__(self, peers: str) -> None:
        self.lock = kind(peers).RLock()

    def __enter__(self) -> Any:
        return self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()

    def wait_for(self, _: object) -> bool:
        return True

    def notify(self) -> None:
        pass

    notify_all = notify


@both_kinds
@pytest.mark.parametrize("scenario, rest", [("notify_all", "/workers:3"), ("ping_pong", "")])
def test_a_condition_that_does_not_wait(
    peers: str, scenario: str, rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condition, "make_condition", lambda _: Hasty(peers))
    with pytest.raises(ValueError, match="missed its round|not its own"):
        measure(condition.measure, "condition", scenario, peers, rest)


class OpenGate:
    """A barrier that lets everybody pass, each as the one with this number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def wait(self) -> int:
        return self.number


@both_kinds
def test_a_barrier_that_lets_everybody_pass(peers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barrier, "make_barrier", lambda *_: OpenGate(1))
    with pytest.raises(ValueError, match="before its neighbour had come"):
        measure(barrier.measure, "barrier", "rounds", peers, "/workers:2")


class Numberless:
    """A barrier that gives the same number to all."""

    def __init__(self, peers: str, parties: int) -> None:
        self.barrier = kind(peers).Barrier(parties)

    def wait(self) -> int:
        self.barrier.wait()
        return 0


@both_kinds
def test_a_barrier_that_gives_the_same_number_to_all(
    peers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(barrier, "make_barrier", lambda _, parties: Numberless(peers, parties))
    with pytest.raises(ValueError, match="parties were number 0"):
        measure(barrier.measure, "barrier", "rounds", peers, "/workers:2")
