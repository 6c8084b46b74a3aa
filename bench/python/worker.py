"""What started workers do. A spawned one imports this file, so that it imports little itself."""

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WORD = 8


def code_of(number: int) -> int:
    """The exit code of a worker: the complement of its number."""
    return ~number & 0xFF


def greet(number: int, desk: "Connection") -> None:
    """Tells when it began."""
    began_ns = time.perf_counter_ns()
    desk.send_bytes(number.to_bytes(WORD, "little") + began_ns.to_bytes(WORD, "little"))
    sys.exit(code_of(number))


def end_at_once(number: int) -> None:
    sys.exit(code_of(number))
