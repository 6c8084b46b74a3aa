"""clang-tidy over what the release build compiles.

It takes most of its time for the headers of libraries, which are read anew for each unit, so files
that are compiled alike are read as one unit, written to build/release/tidy. (Of such a unit, those of
clang-tidy's checks see nothing that look at main files alone: unused using-declarations and aliases.)
"""

import concurrent.futures
import itertools
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli import build
from cli.paths import FAMILIES, RELEASE, ROOT
from cli.terminal import Progress

FOLDER = RELEASE / "tidy"
DATABASE = "compile_commands.json"
FOLDERS = ("harness", "tests", "bench")  # whose sources are read; headers come with these
WARNING = "-Wreserved-identifier"  # as quick in the compiler as it is slow as a check
PRECOMPILED = re.compile(r" -Winvalid-pch -include \S+/cmake_pch\.hxx")
SYSTEM_FOLDER = re.compile(r" -isystem \S+")
OF_ONE_FILE = re.compile(r" -o \S+ -c \S+$")
NOT_AS_ONE = "[clang-diagnostic-error]"  # two files of a unit give one name to two things
FILES_PER_UNIT = 8
ALONE = "_broken_test.cpp"  # such files name their fakes alike


@dataclass(frozen=True)
class Unit:
    """Files that are read as one, and the options that they are compiled with."""

    name: str
    files: list[str]
    options: str

    @property
    def source(self) -> Path:
        """What includes its files; its only file, where it has one."""
        return FOLDER / f"{self.name}.cpp" if len(self.files) > 1 else Path(self.files[0])

    def write(self) -> dict[str, str]:
        """Writes its source; returns its entry of the database."""
        include = '#include "{}"  // NOLINT(bugprone-suspicious-include)\n'
        if len(self.files) > 1:
            self.source.write_text("".join(include.format(file) for file in self.files))
        command = f"{self.options} -c {self.source}"
        return {"directory": str(RELEASE), "command": command, "file": str(self.source)}

    def alone(self) -> list["Unit"]:
        """Each of its files as a unit of its own."""
        return [Unit(f"{self.name}_{Path(f).stem}", [f], self.options) for f in self.files]


def options_of(command: str) -> str:
    """What a unit is compiled with; g++'s precompiled headers are left out, which clang-tidy cannot
    read."""
    return OF_ONE_FILE.sub("", PRECOMPILED.sub("", command))


def batches(files: list[str]) -> Iterator[list[str]]:
    """Files that name things alike stay alone."""
    together = [file for file in files if not file.endswith(ALONE)]
    for begin in range(0, len(together), FILES_PER_UNIT):
        yield together[begin : begin + FILES_PER_UNIT]
    for file in files:
        if file.endswith(ALONE):
            yield [file]


def units_of_sources(built: list[dict[str, str]]) -> list[Unit]:
    """The harness, its tests, the suites and the benchmarks' own files."""
    under = tuple(f"{ROOT}/{folder}/" for folder in FOLDERS)
    # Some are compiled by several targets; the first is the one that they are written for.
    own = {entry["file"]: entry for entry in reversed(built) if entry["file"].startswith(under)}

    def kind(entry: dict[str, str]) -> tuple[str, str]:
        # A target's objects lie in a folder of its own.
        target = re.search(r" -o (\S+)\.dir/", entry["command"])
        return target.group(1) if target else "", options_of(entry["command"])

    units = []
    for (target, options), entries in itertools.groupby(sorted(own.values(), key=kind), kind):
        files = sorted(entry["file"] for entry in entries if entry["file"].endswith(".cpp"))
        name = Path(target).name
        units += [(name, batch, options) for batch in batches(files)]
    return [Unit(f"{name}_{n}", batch, options) for n, (name, batch, options) in enumerate(units)]


def unit_of_family(family: str, built: list[dict[str, str]]) -> Unit | None:
    """Every header of a family, and the benchmarks of its first row, with the folders of all its
    rows' headers."""
    rows = [entry for entry in built if f"/generated/bench/{family}_" in entry["file"]]
    rows = sorted((row for row in rows if "_rows" not in row["file"]), key=lambda row: row["file"])
    if not rows:
        return None
    options = options_of(rows[0]["command"])
    folders = {folder for row in rows for folder in SYSTEM_FOLDER.findall(row["command"])}
    options += "".join(sorted(folder for folder in folders if folder not in options))
    headers = sorted(str(path) for path in (ROOT / "impl" / family).glob("*.hpp"))
    return Unit(f"{family}_headers", [*headers, rows[0]["file"]], options)


def units_of(built: list[dict[str, str]]) -> list[Unit]:
    """All that is read, of a build's database."""
    families = [unit_of_family(family, built) for family in FAMILIES]
    return [unit for unit in families if unit] + units_of_sources(built)


def write(units: list[Unit]) -> None:
    """The units and the database that clang-tidy reads."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / DATABASE).write_text(json.dumps([unit.write() for unit in units], indent=1))


def look_at(unit: Unit) -> tuple[int, str]:
    """clang-tidy's exit status and findings."""
    command = ["clang-tidy", "-p", str(FOLDER), "--quiet", f"--extra-arg={WARNING}"]
    done = subprocess.run([*command, str(unit.source)], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout


def run() -> tuple[int, int]:
    """Reads everything; returns the number of files, and of units with findings."""
    waiting = units_of(json.loads((RELEASE / "compile_commands.json").read_text()))
    files = sum(len(unit.files) for unit in waiting)
    done = failed = 0
    with Progress() as progress, concurrent.futures.ThreadPoolExecutor(build.jobs()) as pool:
        while waiting:
            write(waiting)
            apart: list[Unit] = []
            for unit, (code, findings) in zip(waiting, pool.map(look_at, waiting)):
                if NOT_AS_ONE in findings and len(unit.files) > 1:
                    apart += unit.alone()
                    continue
                done += len(unit.files)
                progress.show(f"clang-tidy: [{done}/{files}] {unit.name}")
                if code != 0:
                    failed += 1
                    progress.say(findings)
            waiting = apart
    return files, failed
