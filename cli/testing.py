"""`handoff test`: every test in the tree, stage by stage, and one line at the end."""

import concurrent.futures
import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cli import build, checkout, process
from cli.errors import Exit, Failure
from cli.paths import BUILD, FAMILIES, PYTHON, RELEASE, ROOT
from cli.terminal import Progress, duration, say

TAIL_LINES = 60
RANDOM_BITS = Path("/proc/sys/vm/mmap_rnd_bits")
TSAN_RANDOM_BITS = 28  # clang 14's ThreadSanitizer cannot start where the kernel uses more
TIDY = RELEASE / "tidy"  # what clang-tidy reads beside the sources
PRECOMPILED = re.compile(r" -Winvalid-pch -include \S+/cmake_pch\.hxx")
SYSTEM_FOLDER = re.compile(r" -isystem \S+")
CTEST_SKIPPED = re.compile(r"^\s+\d+ - .*\(Skipped\)$", re.MULTILINE)
CTEST_SUMMARY = re.compile(r"(\d+)% tests passed, (\d+) tests failed out of (\d+)")
PYTEST_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")


@dataclass(frozen=True)
class Counts:
    """How many tests passed, failed and were skipped, and the tool's own closing line."""

    passed: int
    failed: int
    skipped: int
    summary: str


@dataclass(frozen=True)
class Stage:
    """How one stage ended."""

    name: str
    counts: Counts
    seconds: float = 0.0


def ctest_counts(output: str) -> Counts:
    """Of ctest, which counts what is skipped among what has passed."""
    found = CTEST_SUMMARY.search(output)
    if not found:
        return Counts(0, 1, 0, "ctest printed no summary")
    failed, total = int(found.group(2)), int(found.group(3))
    skipped = len(CTEST_SKIPPED.findall(output))
    return Counts(total - failed - skipped, failed, skipped, found.group(0))


def pytest_counts(output: str) -> Counts:
    lines = [line for line in output.splitlines() if re.search(r" in [\d.]+s", line)]
    if not lines:
        return Counts(0, 1, 0, "pytest printed no summary")
    counts = {word.rstrip("s"): int(number) for number, word in PYTEST_COUNT.findall(lines[-1])}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return Counts(counts.get("passed", 0), failed, counts.get("skipped", 0), lines[-1].strip("= "))


def or_failed(counts: Counts, code: int) -> Counts:
    """A tool that says of no test that it failed, and yet ends with an error, has failed."""
    return counts if code == 0 else replace(counts, failed=max(counts.failed, 1))


def run_tool(name: str, command: list[str]) -> tuple[int, str]:
    """Runs a tool with progress; returns its code and its output, shown when it failed."""
    lines: list[str] = []
    with Progress() as progress:

        def on_line(line: str) -> None:
            lines.append(line)
            progress.show(f"{name}: {line}")

        code = process.stream(command, on_line, cwd=ROOT)
    if code != 0:
        say("\n".join(lines[-TAIL_LINES:]))
    return code, "\n".join(lines)


def fixed_addresses() -> list[str]:
    """The words before a command that ThreadSanitizer's fixed shadow needs on this kernel."""
    try:
        bits = int(RANDOM_BITS.read_text())
    except (OSError, ValueError):
        return []
    possible = process.capture(["setarch", "-R", "true"]) is not None
    return ["setarch", "-R"] if bits > TSAN_RANDOM_BITS and possible else []


def run_ctest(preset: str) -> Counts:
    """Configures, builds and tests a preset."""
    build.configure(preset)
    build.build(preset, [])
    prefix = fixed_addresses() if preset == "tsan" else []
    code, output = run_tool(preset, [*prefix, "ctest", "--preset", preset])
    return or_failed(ctest_counts(output), code)


def tracked(*patterns: str) -> list[str]:
    """The files of the checkout that match."""
    listed = checkout.git("ls-files", "--cached", "--others", "--exclude-standard", *patterns)
    return [name for name in (listed or "").splitlines() if (ROOT / name).exists()]


def run_check(name: str, command: list[str]) -> Counts:
    """A tool that passes or fails as one."""
    code, output = run_tool(name, command)
    last = output.strip().splitlines()[-1:] or ["clean"]
    return Counts(int(code == 0), int(code != 0), 0, last[0])


def run_clang_format() -> Counts:
    return run_check(
        "clang-format", ["clang-format", "--dry-run", "-Werror", *tracked("*.hpp", "*.cpp")]
    )


def headers_unit(family: str, rows: list[dict[str, str]]) -> dict[str, str]:
    """Writes a unit that includes every header of a family, so that all of them are read; returns
    its command, made from that of the family's first row, with the folders of all rows' headers."""
    like = rows[0]
    folders = sorted({folder for row in rows for folder in SYSTEM_FOLDER.findall(row["command"])})
    missing = "".join(folder for folder in folders if folder not in like["command"])
    headers = sorted((ROOT / "impl" / family).glob("*.hpp"))
    unit = TIDY / f"{family}_headers.cpp"
    unit.write_text("".join(f'#include "impl/{family}/{path.name}"\n' for path in headers))
    command = like["command"].replace(like["file"], str(unit)) + missing
    return {**like, "command": command, "file": str(unit)}


def tidy_commands(built: list[dict[str, str]]) -> list[dict[str, str]]:
    """The build's commands for what clang-tidy reads: the harness, its tests, the suites, the
    benchmarks' own files, and of each family a unit of all headers and one that instantiates an
    implementation. g++'s precompiled headers are left out: clang-tidy cannot read them."""
    commands = {
        command["file"]: {**command, "command": PRECOMPILED.sub("", command["command"])}
        for command in built
    }
    folders = ("harness", "tests", "bench")
    under = tuple(f"{ROOT}/{folder}/" for folder in folders)
    own = [file for file in commands if file.startswith(under) and file.endswith(".cpp")]
    chosen = [commands[file] for file in sorted(own)]
    for family in FAMILIES:
        rows = [f for f in commands if f"/generated/bench/{family}_" in f and "_rows" not in f]
        if rows:
            built_rows = [commands[file] for file in sorted(rows)]
            chosen += [built_rows[0], headers_unit(family, built_rows)]
    return chosen


def write_tidy_units() -> list[str]:
    """Writes the database that clang-tidy reads; returns the units in it."""
    TIDY.mkdir(exist_ok=True)
    chosen = tidy_commands(json.loads((RELEASE / "compile_commands.json").read_text()))
    (TIDY / "compile_commands.json").write_text(json.dumps(chosen, indent=1))
    return [command["file"] for command in chosen]


def tidy_one(unit: str) -> tuple[str, int, str]:
    """clang-tidy over one unit."""
    command = ["clang-tidy", "-p", str(TIDY), "--quiet", unit]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return unit, done.returncode, done.stdout


def run_clang_tidy() -> Counts:
    units = write_tidy_units()
    failed = 0
    with Progress() as progress, concurrent.futures.ThreadPoolExecutor(build.jobs()) as pool:
        for done, (unit, code, output) in enumerate(pool.map(tidy_one, units), 1):
            progress.show(f"clang-tidy: [{done}/{len(units)}] {os.path.relpath(unit, ROOT)}")
            if code != 0:
                failed += 1
                progress.say(output)
    summary = f"clang-tidy: {len(units)} units, {failed} with findings"
    return Counts(len(units) - failed, failed, 0, summary)


def run_black() -> Counts:
    return run_check("black", ["black", "--check", "--quiet", "handoff", *tracked("*.py")])


def run_mypy() -> Counts:
    return run_check("mypy", ["mypy", "handoff", *tracked("*.py")])


def run_pytest() -> Counts:
    code, output = run_tool("pytest", [PYTHON, "-m", "pytest", "-q", "-rs", "tests"])
    return or_failed(pytest_counts(output), code)


STAGES: list[tuple[str, bool, Callable[[], Counts]]] = [
    ("release", True, lambda: run_ctest("release")),
    ("asan", False, lambda: run_ctest("asan")),
    ("tsan", False, lambda: run_ctest("tsan")),
    ("clang-format", True, run_clang_format),
    ("clang-tidy", False, run_clang_tidy),
    ("black", True, run_black),
    ("mypy", True, run_mypy),
    ("pytest", True, run_pytest),
]


def run_stage(name: str, work: Callable[[], Counts]) -> Stage:
    """Runs a stage; one that cannot even start has failed, and the others go on."""
    started = process.now()
    try:
        counts = work()
    except Failure as failure:
        say(str(failure))
        counts = Counts(0, 1, 0, str(failure).splitlines()[0])
    except OSError as error:
        counts = Counts(0, 1, 0, str(error))
    seconds = process.now() - started
    mark = "passed" if counts.failed == 0 else "FAILED"
    say(f"{name}: {mark} in {duration(seconds)}: {counts.summary}")
    return Stage(name, counts, seconds)


def closing(stages: list[Stage]) -> str:
    """The summary; its last line is what a program reads."""
    lines = ["", "Summary:"]
    for stage in stages:
        mark = "passed" if stage.counts.failed == 0 else "FAILED"
        took = duration(stage.seconds)
        lines.append(f"  {stage.name:13} {mark:7} {took:>12}  {stage.counts.summary}")
    passed, failed, skipped = (
        sum(getattr(stage.counts, kind) for stage in stages)
        for kind in ("passed", "failed", "skipped")
    )
    return "\n".join([*lines, f"{passed} passed, {failed} failed, {skipped} skipped"])


def test(quick: bool, may_install: bool) -> Exit:
    """Every stage in order; the summary goes to stdout."""
    from cli import packages

    installed = packages.ensure(report=True, test=True, may_install=may_install)
    if installed:
        build.configure("release", installed)
    stages = [run_stage(name, work) for name, in_quick, work in STAGES if in_quick or not quick]
    print(closing(stages), flush=True)
    return Exit.FAILED if any(stage.counts.failed for stage in stages) else Exit.OK
