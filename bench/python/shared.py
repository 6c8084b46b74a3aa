"""What workers of both kinds share beside what is measured."""

from types import SimpleNamespace
from typing import Any

from bench.python.crew import FORK
from bench.python.request import Request


def shared_number(request: Request) -> Any:
    """An integer, `value`, under no lock."""
    return FORK.RawValue("Q", 0) if request.between_processes() else SimpleNamespace(value=0)


def shared_numbers(request: Request, count: int) -> Any:
    """Integers under no lock."""
    return FORK.RawArray("Q", count) if request.between_processes() else [0] * count


class Turns:
    """Of two workers, whose order is up to what is measured."""

    def __init__(self, request: Request) -> None:
        self.taken = shared_number(request)

    def take(self, due: int) -> None:
        """`due`: turns of both before it. Raises where there were others."""
        if self.taken.value != due:
            raise ValueError("a worker took a turn that was not its own")
        self.taken.value += 1
