"""Configuring and building by CMake preset, with progress, logs and readable errors."""

import json
import os
import re
from pathlib import Path

from cli import packages, process
from cli.errors import Exit, Failure
from cli.paths import BUILD, FAMILIES, RELEASE, ROOT
from cli.terminal import Progress, duration, say

BYTES_PER_JOB = 1_500_000_000  # what one compiler of the largest unit may need
TAIL_LINES = 40
BENCH_TARGETS = [f"bench_{family}" for family in FAMILIES]


def jobs() -> int:
    """Compilers at a time: one per CPU that may be used, as far as memory goes."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(len(os.sched_getaffinity(0)), memory // BYTES_PER_JOB))


def errors_of(log: Path) -> str:
    """What a reader wants from a failed build: the lines from the first failure on, or the end."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for index, line in enumerate(lines):
        if line.startswith("FAILED:") or "CMake Error" in line:
            return "\n".join(lines[index : index + TAIL_LINES])
    return "\n".join(lines[-TAIL_LINES:])


def warnings_of(log: Path) -> list[str]:
    """What the compilers of a build found doubtful, a line each."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return [line for line in text.splitlines() if ": warning: " in line]


def cached(folder: Path, variable: str) -> str | None:
    """What a build folder was configured with."""
    try:
        text = (folder / "CMakeCache.txt").read_text(errors="replace")
    except OSError:
        return None
    found = re.search(rf"^{variable}:\w+=(.*)$", text, re.MULTILINE)
    return found.group(1) if found else None


def catalogue(folder: Path) -> list[dict[str, str | bool]]:
    """The lines of the catalogue as the build in this folder found them."""
    file = folder / "catalogue.json"
    try:
        lines: list[dict[str, str | bool]] = json.loads(file.read_text())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        why = f"{file} cannot be read: {error}; without it, the next build writes it anew"
        raise Failure(Exit.BUILD, why) from error
    return lines


def not_built(folder: Path | None = None) -> list[dict[str, str]]:
    """The lines of the catalogue that this build left out, with the reason."""
    return [
        {"family": str(line["family"]), "name": str(line["header"]), "reason": str(line["reason"])}
        for line in catalogue(folder or RELEASE)
        if not line["built"]
    ]


def can_build_more(folder: Path) -> bool:
    """True when a package has come that a line of the catalogue was left out for."""
    lines = [line for line in catalogue(folder) if not line["built"] and line["package"]]
    wanted = {str(line["package"]): "" for line in lines}
    return bool(wanted) and len(packages.missing(wanted)) < len(wanted)


def configure_arguments(folder: Path, installed: bool, tests: bool) -> list[str] | None:
    """What cmake has to be called with beside the preset; None when nothing needs configuring.

    Tests need packages of their own, so they are left out until somebody wants them."""
    cache = folder / "CMakeCache.txt"
    of_tests = [] if tests else ["-D", "HANDOFF_TESTS=OFF"]
    if cached(folder, "CMAKE_HOME_DIRECTORY") not in (None, str(ROOT)):
        return ["--fresh", *of_tests]
    if not (folder / "build.ninja").exists():
        return of_tests
    if tests and cached(folder, "HANDOFF_TESTS") == "OFF":
        return ["-D", "HANDOFF_TESTS=ON"]
    if installed or can_build_more(folder):
        return ["-U", "HANDOFF_HAS_*", "-U", "HANDOFF_LIBRARY_*"]  # look again for what was absent
    if (ROOT / "CMakePresets.json").stat().st_mtime > cache.stat().st_mtime:
        return []
    return None


def configure(preset: str, installed: bool = False, tests: bool = True) -> None:
    """Configures build/<preset> where that is needed."""
    folder = BUILD / preset
    arguments = configure_arguments(folder, installed, tests)
    if arguments is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "configure.log"
    with Progress() as progress:
        code = process.stream(
            ["cmake", "--preset", preset, *arguments],
            lambda line: progress.show(f"configure {preset}: {line}"),
            log=log,
            cwd=ROOT,
        )
    if code != 0:
        (folder / "build.ninja").unlink(missing_ok=True)
        where = log.relative_to(ROOT)
        raise Failure(Exit.BUILD, f"configuring {preset} failed ({where}):\n{errors_of(log)}")


def build(preset: str, targets: list[str]) -> None:
    """Builds targets of a preset (all when none is named)."""
    log = BUILD / preset / "build.log"
    started = process.now()
    command = ["cmake", "--build", "--preset", preset, "--parallel", str(jobs())]
    if targets:
        command += ["--target", *targets]
    steps = 0
    with Progress() as progress:

        def on_line(line: str) -> None:
            nonlocal steps
            if line.startswith("["):
                steps += 1
                progress.show(f"build {preset}: {line}")

        code = process.stream(command, on_line, log=log, cwd=ROOT)
    if code != 0:
        where = log.relative_to(ROOT)
        raise Failure(Exit.BUILD, f"building {preset} failed ({where}):\n{errors_of(log)}")
    if steps:
        say(f"Built {preset}: {steps} steps in {duration(process.now() - started)}.")


def set_up(
    report: bool = False, test: bool = False, may_install: bool = True, heavy: bool = False
) -> bool:
    """Packages, then the release build (the benchmarks; everything for tests).

    Returns whether packages were installed.
    """
    installed = packages.ensure(report, test, may_install, heavy)
    configure("release", installed, test)
    build("release", [] if test else BENCH_TARGETS)
    return installed


def bench_binary(family: str) -> Path:
    """The benchmark binary of a family."""
    for folder in (RELEASE / "bench", RELEASE):
        if (folder / f"bench_{family}").is_file():
            return folder / f"bench_{family}"
    raise Failure(Exit.BUILD, f"bench_{family} was not built; ./handoff setup builds it")
