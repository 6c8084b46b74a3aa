"""A program that is killed outright, and what it leaves."""

import os
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 30


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def kill_with_children(command: list[str], count: int) -> None:
    """Kills a program as soon as it has so many children. Raises TimeoutExpired where one of them
    goes on: its output stays open."""
    program = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    deadline = time.monotonic() + PATIENCE_S
    while len(children_of(program.pid)) < count:
        assert program.poll() is None and time.monotonic() < deadline
        time.sleep(0.001)
    program.kill()
    try:
        program.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        raise
