"""Child processes that are read line by line and never outlive this one."""

import contextlib
import ctypes
import functools
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from cli import interruption

GRACE_S = 3.0  # between asking a child to end and killing it
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Silent(Exception):
    """A child printed nothing for longer than it was allowed to."""


def prepare_child(held: set[int], dies_with_parent: bool) -> None:
    """Runs in the child before exec: signals come again, and it is ended when this process is
    killed outright."""
    interruption.release(held)
    if dies_with_parent:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def started(
    command: Sequence[str],
    end: Callable[["subprocess.Popen[bytes]"], None],
    *,
    dies_with_parent: bool = True,
    **options: Any,
) -> Iterator["subprocess.Popen[bytes]"]:
    """A child, with Popen's options, that `end` ends when the block is left by an exception, also by
    a signal that comes while it starts."""
    child = None
    held = interruption.hold()
    try:
        child = subprocess.Popen(
            command,
            preexec_fn=functools.partial(prepare_child, held, dies_with_parent),
            **options,
        )
        interruption.release(held)
        yield child
    except BaseException:
        if child:
            end(child)
        raise
    finally:
        interruption.release(held)


def end_group(child: "subprocess.Popen[bytes]") -> None:
    """Ends a child and everything in its process group: asks first, then kills."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_S)
    # The group may hold grandchildren although its leader is gone.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def end_politely(child: "subprocess.Popen[bytes]") -> None:
    """Asks a child to end, and kills it when it does not."""
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_S)
    child.kill()


def split_lines(descriptor: int, silence_s: float | None) -> Iterator[str]:
    """Yields the lines of a descriptor until its end; raises Silent after `silence_s` of quiet."""
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            interruption.check()
            if not selector.select(silence_s):
                raise Silent
            chunk = os.read(descriptor, 65536)
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


def stream(
    command: Sequence[str],
    on_line: Callable[[str], None],
    *,
    log: Path | None = None,
    stderr: Path | None = None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    silence_s: float | None = None,
    own_group: bool = True,
) -> int:
    """Runs a command, hands each line of its output to `on_line`, returns its return code.

    stderr is part of the output unless a file for it is named. The child leads a process group of
    its own (unless it must ask on the terminal), which is ended whenever this call is left early.
    """
    with contextlib.ExitStack() as stack:
        log_file = stack.enter_context(open(log, "wb")) if log else None
        err: IO[bytes] | int = subprocess.STDOUT
        if stderr:
            err = stack.enter_context(open(stderr, "wb"))
        child = stack.enter_context(
            started(
                command,
                end_group if own_group else end_politely,
                dies_with_parent=own_group,
                stdout=subprocess.PIPE,
                stderr=err,
                stdin=subprocess.DEVNULL if own_group else None,
                cwd=cwd,
                env=env,
                start_new_session=own_group,
            )
        )
        assert child.stdout is not None
        with child.stdout:
            for line in split_lines(child.stdout.fileno(), silence_s):
                if log_file:
                    log_file.write(line.encode() + b"\n")
                on_line(line)
        code = child.wait()
    return code


def attached(command: Sequence[str], cwd: Path | None = None) -> int:
    """Runs a command on this process's own output and input; returns its return code."""
    with started(command, end_politely, cwd=cwd) as child:
        return child.wait()


def capture(command: Sequence[str], cwd: Path | None = None) -> str | None:
    """The output of a short command, or None when it cannot be run or fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def describe_exit(code: int) -> str:
    """'exit code 3' or 'killed by SIGSEGV'."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


def tail(path: Path, lines: int) -> str:
    """The last lines of a text file; empty when there is none."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def now() -> float:
    """Seconds on a clock that never goes back."""
    return time.monotonic()
