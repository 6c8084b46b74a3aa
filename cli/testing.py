"""`handoff test`: every test in the tree, stage by stage, and one line at the end."""

import collections
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cli import build, checkout, ctest_results, process, tidy
from cli.ctest_results import Check
from cli.errors import Exit, Failure
from cli.paths import BUILD, PYTHON, ROOT
from cli.terminal import Progress, duration, say

TAIL_LINES = 60
RANDOM_BITS = Path("/proc/sys/vm/mmap_rnd_bits")
TSAN_RANDOM_BITS = 28  # clang 14's ThreadSanitizer cannot start where the kernel uses more
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


def ctest_counts(checks: list[Check]) -> Counts:
    """Of all checks in a run of ctest."""
    if not checks:
        return Counts(0, 1, 0, "ctest ran no test")
    states = collections.Counter(check.state for check in checks)
    summary = f"{states['failed']} of {len(checks)} failed, {states['skipped']} skipped"
    return Counts(states["passed"], states["failed"], states["skipped"], summary)


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


def with_warnings(counts: Counts, warnings: list[str]) -> Counts:
    """Warnings of the compiler fail as one test does."""
    if not warnings:
        return counts
    summary = f"{counts.summary}, {len(warnings)} compiler warnings"
    return replace(counts, failed=counts.failed + 1, summary=summary)


def run_ctest(preset: str) -> Counts:
    """Configures, builds and tests a preset."""
    build.configure(preset)
    build.build(preset, [])
    warnings = build.warnings_of(BUILD / preset / "build.log")
    for warning in warnings:
        say(warning)
    report = BUILD / preset / ctest_results.REPORT
    report.unlink(missing_ok=True)
    shutil.rmtree(BUILD / preset / ctest_results.ROWS, ignore_errors=True)
    prefix = fixed_addresses() if preset == "tsan" else []
    command = [*prefix, "ctest", "--preset", preset, "--output-junit", str(report)]
    code, _ = run_tool(preset, command)
    checks = ctest_results.of_run(BUILD / preset)
    for check in checks:
        if check.state == "failed":
            say(f"FAILED: {check.name}\n{check.message}")
    return with_warnings(or_failed(ctest_counts(checks), code), warnings)


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


def run_clang_tidy() -> Counts:
    files, failed = tidy.run()
    summary = f"clang-tidy: {files} files, {failed} units with findings"
    return Counts(files - failed, failed, 0, summary)


def run_black() -> Counts:
    return run_check("black", ["black", "--check", "handoff", *tracked("*.py")])


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
