"""Every scenario of signals rejects what does not wait, comes early, or is told of another child."""

import os

import pytest

from bench.python.request import Request
from bench.python.scenarios import signal
from tests.python.doubles import both_kinds, measure, measure_again


class Deaf:
    """Waits for nothing, and takes it for a signal."""

    def wait(self) -> None:
        pass

    def has_come(self) -> bool:
        return False


@both_kinds
@pytest.mark.parametrize("scenario", ["ping_pong", "coalesce"])
def test_a_wait_that_ends_without_a_signal(
    peers: str, scenario: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = signal.inbox

    def inbox(request: Request) -> Deaf:
        usual(request)  # so that what is sent does no harm
        return Deaf()

    monkeypatch.setattr(signal, "inbox", inbox)
    with pytest.raises(ValueError, match="not its own|signals came of"):
        measure_again(signal.measure, "signal", scenario, peers, "")


@both_kinds
def test_an_alarm_that_goes_off_too_early(peers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("interval_timer", "timer_thread"):
        monkeypatch.setattr(signal, name, lambda: (lambda _: None, lambda: None))
    with pytest.raises(ValueError, match="too early"):
        measure(signal.measure, "signal", "alarm", peers, "/workers:1/work:ahead_5ms")


def test_a_child_that_ends_with_another_code(monkeypatch: pytest.MonkeyPatch) -> None:
    end = os._exit
    monkeypatch.setattr(os, "_exit", lambda code: end(code + 1))
    with pytest.raises(ValueError, match="another code: 2"):
        measure(signal.measure, "signal", "child_exit", "processes", "")
