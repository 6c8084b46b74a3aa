"""Signals: none is lost, and none leaves a child behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli import interruption, process
from cli.errors import Interrupted

TALKER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(10)"]


@pytest.fixture(autouse=True)
def listening() -> None:
    interruption.listen()


def ended(pid: int) -> bool:
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return True


def ends_soon(pid: int) -> bool:
    """Long before a talker would end by itself: the kernel may take a moment to end what is killed."""
    deadline = time.monotonic() + 5
    while not ended(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return ended(pid)


@pytest.mark.parametrize("own_group", [True, False])
def test_a_signal_while_a_child_starts_ends_the_child(
    monkeypatch: pytest.MonkeyPatch, own_group: bool
) -> None:
    children: list[int] = []

    class Interrupting(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            children.append(self.pid)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Interrupting)
    with pytest.raises(Interrupted):
        process.stream(TALKER, lambda line: None, own_group=own_group)
    assert len(children) == 1
    assert ends_soon(children[0])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_whose_exception_is_lost_is_raised_at_the_next_line() -> None:
    class Dropped:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(1000):  # Python raises here, and ignores it
                pass

    def drop(_: str) -> None:
        Dropped()

    with pytest.raises(Interrupted) as raised:
        process.stream(TALKER, drop)
    assert raised.value.exit_code == 128 + signal.SIGTERM


def test_a_child_hears_the_signals_again() -> None:
    asks = "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    said: list[str] = []
    process.stream([sys.executable, "-c", asks], said.append)
    assert said == ["set()"]
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, [])
