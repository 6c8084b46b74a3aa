"""Every scenario of locks, semaphores and events rejects one that does not do what it is for."""

import time

import pytest

from bench.python.request import Request
from bench.python.scenarios import event, lock, semaphore
from bench.python.shared import shared_number
from tests.python.doubles import both_kinds, kind, measure, measure_again


class OpenDoor:
    """A lock that lets in everybody."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        pass

    __enter__ = acquire

    def __exit__(self, *_: object) -> None:
        pass


class SlowCount:
    """One that is read long before it is written."""

    def __init__(self, request: Request) -> None:
        self.number = shared_number(request)

    @property
    def value(self) -> int:
        seen = int(self.number.value)
        time.sleep(1e-4)
        return seen

    @value.setter
    def value(self, number: int) -> None:
        self.number.value = number


@both_kinds
@pytest.mark.parametrize("scenario, rest", [("contended", "/workers:2"), ("ping_pong", "")])
def test_a_lock_that_lets_in_everybody(
    peers: str, scenario: str, rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "make_lock", lambda _: OpenDoor())
    monkeypatch.setattr(lock, "shared_number", SlowCount)
    with pytest.raises(ValueError, match="counted|not its own"):
        measure_again(lock.measure, "lock", scenario, peers, rest)


@both_kinds
@pytest.mark.parametrize(
    "scenario, rest", [("permits", "/workers:4/capacity:2"), ("ping_pong", "")]
)
def test_a_semaphore_that_gives_out_one_permit_too_many(
    peers: str, scenario: str, rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semaphore, "WORK_NS", 40_000_000)
    monkeypatch.setattr(
        semaphore, "make_semaphore", lambda _, permits: kind(peers).Semaphore(permits + 1)
    )
    with pytest.raises(ValueError, match="than there are permits|not its own"):
        measure_again(semaphore.measure, "semaphore", scenario, peers, rest)


class StuckEvent:
    """Once set, it stays so."""

    def __init__(self, peers: str) -> None:
        self.event = kind(peers).Event()
        self.set, self.wait = self.event.set, self.event.wait

    def clear(self) -> None:
        pass


@both_kinds
@pytest.mark.parametrize("scenario, rest", [("wake_all", "/workers:3"), ("ping_pong", "")])
def test_an_event_that_stays_set(
    peers: str, scenario: str, rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event, "make_event", lambda _: StuckEvent(peers))
    with pytest.raises(ValueError, match="another round|not its own"):
        measure(event.measure, "event", scenario, peers, rest)
