"""The signals that ask this process to end: raised as Interrupted, held back while a child starts,
and not lost where Python ignores exceptions."""

import signal
from types import FrameType

from cli.errors import Interrupted

SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_came: list[int] = []


def on_signal(number: int, _: FrameType | None) -> None:
    """Raises, wherever this process is."""
    _came.append(number)
    raise Interrupted(number)


def listen() -> None:
    """From now on the signals raise Interrupted."""
    _came.clear()
    for number in SIGNALS:
        signal.signal(number, on_signal)


def check() -> None:
    """Raises for a signal whose exception was lost, as it is when it comes within a __del__."""
    if _came:
        raise Interrupted(_came[0])


def hold() -> set[int]:
    """Holds the signals back; returns what `release` takes."""
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS))


def release(before: set[int]) -> None:
    """Lets them come again, and those raise that have come meanwhile."""
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
