"""The folder of a run: checked before, written under a temporary name, renamed when complete."""

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cli.errors import Exit, Failure
from cli.paths import BUILD, FAMILIES

UNFINISHED = ".unfinished-"
NEEDED_BYTES = 64 * 2**20  # figures, page and raw results of a large run
SCHEMA = 1


@contextlib.contextmanager
def measuring_alone() -> Iterator[None]:
    """Holds the lock that keeps two reports from measuring at the same time."""
    BUILD.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(BUILD / "measuring.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            raise Failure(
                Exit.BUSY,
                f"another report is being measured here (process {holder}); two at once would "
                "disturb each other",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def check(root: Path, needed: int = NEEDED_BYTES) -> None:
    """Raises before anything is measured when the results folder cannot take a run."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root) as probe:
            probe.write(b"handoff")
            probe.flush()
        free = shutil.disk_usage(root).free
    except OSError as error:
        raise Failure(
            Exit.RESULTS,
            f"the results folder {root} cannot be written: {error.strerror}; "
            "choose another with --output",
        ) from None
    if free < needed:
        raise Failure(
            Exit.RESULTS,
            f"the results folder {root} is full: {free >> 20} MiB are free, "
            f"{needed >> 20} MiB are needed; choose another with --output",
        )


@contextlib.contextmanager
def unfinished(root: Path) -> Iterator[Path]:
    """A folder for a run being measured; it is gone afterwards unless it was renamed.

    What a report that was killed outright left is removed too: the lock is held by this one.
    """
    for leftover in root.glob(UNFINISHED + "*"):
        shutil.rmtree(leftover, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=root))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def complete(path: Path, root: Path, machine: str, commit: str) -> Path:
    """Gives a finished run its name, <machine>/<date>-<commit>, with -2, -3 where that is taken."""
    stem = f"{date.today().isoformat()}-{commit[:7]}"
    (root / machine).mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        target = root / machine / (stem if number == 1 else f"{stem}-{number}")
        try:
            if not target.exists():
                path.rename(target)
                return target
        except FileExistsError:
            pass
        number += 1


def load(path: Path) -> Any:
    """A JSON file of a run, or an error that names it."""
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise Failure(Exit.RESULTS, f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise Failure(Exit.RESULTS, f"{path} is not JSON: {error}") from None


def check_ours(path: Path) -> None:
    """Raises when a folder is not a run of handoff, or holds a file that is not handoff's."""
    if not path.is_dir():
        raise Failure(Exit.RESULTS, f"{path} is not a folder of results")
    run = load(path / "run.json")
    if not isinstance(run, dict) or run.get("schema") != SCHEMA:
        found = run.get("schema") if isinstance(run, dict) else None
        raise Failure(
            Exit.RESULTS,
            f"{path / 'run.json'} is not ours: schema {found!r} instead of {SCHEMA}",
        )
    for file in sorted(path.glob("*.json")):
        if file.name != "run.json":
            check_result(file)


def check_result(file: Path) -> None:
    """Raises when a JSON file is not the output of one of the benchmark binaries."""
    content = load(file)
    ours = file.name.split("-")[0] in FAMILIES and isinstance(content, dict)
    if not ours or "machine_id" not in content.get("context", {}) or "benchmarks" not in content:
        raise Failure(Exit.RESULTS, f"{file} is not a results file of handoff")
