"""One launch of one benchmark binary: what it is called with, what it printed, how it ended."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cli import build, process
from cli.paths import FAMILIES

TAIL_LINES = 3
SILENCE_S = 180.0  # a case has its own watchdog, which is far shorter
CASE_LINE = re.compile(rf"^((?:{'|'.join(FAMILIES)})/\S+?)(?:/iterations:\d+)?(?:/manual_time)?\s")


@dataclass
class Launch:
    """A finished launch."""

    printed: list[str] = field(default_factory=list)
    walls_s: dict[str, float] = field(default_factory=dict)
    problem: str = ""  # empty when it ended well
    culprit: str = ""  # the case under way when it did not


@dataclass(frozen=True)
class Files:
    """The files of one launch of one family."""

    folder: Path
    family: str
    number: int

    @property
    def result(self) -> Path:
        return self.folder / f"{self.family}-{self.number:02d}.json"

    @property
    def histograms(self) -> Path:
        return self.folder / f"{self.family}-{self.number:02d}.histograms.jsonl"

    @property
    def cases(self) -> Path:
        return self.folder / f".{self.family}.cases"

    @property
    def errors(self) -> Path:
        return self.folder / f".{self.family}.stderr"

    def drop(self) -> None:
        """Removes what a failed launch left."""
        for path in (self.result, self.histograms):
            path.unlink(missing_ok=True)

    def drop_helpers(self) -> None:
        """Removes what only the launch itself needed."""
        for path in (self.cases, self.errors):
            path.unlink(missing_ok=True)


def case_of_line(line: str) -> str | None:
    """The case that a line of Google Benchmark's console output is about."""
    found = CASE_LINE.match(line)
    return found.group(1) if found else None


def selection(files: Files, seed: int) -> list[str]:
    """The flags that say which cases are run, and in which order."""
    return [
        f"--handoff_cases={files.cases}",
        f"--handoff_seed={seed}",
        f"--handoff_launch={files.number}",
    ]


def launch_command(files: Files, seed: int, slice_ms: float) -> list[str]:
    """The command of one launch."""
    return [
        str(build.bench_binary(files.family)),
        *selection(files, seed),
        f"--handoff_slice_ms={slice_ms:g}",
        f"--handoff_histograms={files.histograms}",
        f"--benchmark_out={files.result}",
        "--benchmark_out_format=json",
        "--benchmark_color=false",
    ]


def case_under_way(files: Files, seed: int, printed: list[str]) -> str:
    """The first case of the launch's order that was not printed; empty when all were."""
    command = [str(build.bench_binary(files.family)), *selection(files, seed), "--handoff_names"]
    order = (process.capture(command) or "").split()
    return next((case for case in order if case not in set(printed)), "")


def entries(path: Path) -> list[dict[str, object]] | None:
    """The rows of a results file; None when it is not whole."""
    try:
        return list(json.loads(path.read_text())["benchmarks"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def launch(
    files: Files,
    cases: list[str],
    seed: int,
    slice_ms: float,
    on_case: Callable[[str], None],
) -> Launch:
    """Runs the cases once in a fresh process; leaves no file behind unless it ended well."""
    done = Launch()
    files.cases.write_text("\n".join(cases) + "\n")
    last = process.now()

    def on_line(line: str) -> None:
        nonlocal last
        case = case_of_line(line)
        if case is None:
            return
        now = process.now()
        done.printed.append(case)
        done.walls_s[case] = now - last
        last = now
        on_case(case)

    command = launch_command(files, seed, slice_ms)
    try:
        code = process.stream(command, on_line, stderr=files.errors, silence_s=SILENCE_S)
        if code != 0:
            done.problem = process.describe_exit(code)
        elif entries(files.result) is None:
            done.problem = "left no whole results file"
    except process.Silent:
        done.problem = f"printed nothing for {SILENCE_S:g} s and was ended"
    if done.problem:
        files.drop()
        done.culprit = case_under_way(files, seed, done.printed)
        said = process.tail(files.errors, TAIL_LINES)
        done.problem += f": {said}" if said else ""
    files.drop_helpers()
    return done


def add_failed(files: Files, failed: dict[str, str]) -> None:
    """Adds the cases that ended their process to the results of those that were run without them."""
    content = json.loads(files.result.read_text())
    for case, message in failed.items():
        content["benchmarks"].append(
            {
                "name": f"{case}/manual_time",
                "run_name": f"{case}/manual_time",
                "run_type": "iteration",
                "error_occurred": True,
                "error_message": message,
            }
        )
    files.result.write_text(json.dumps(content, indent=1) + "\n")
