"""What became of every check that CTest ran.

A test of CTest may be a whole row of a conformance suite, which leaves what became of each of its
checks in a file of GoogleTest's (tests/row_tests.cmake); CTest itself sums up in one of its own.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

State = Literal["passed", "failed", "skipped"]
REPORT = "ctest.xml"  # in a build folder, by ctest --output-junit
ROWS = "test_results"  # the same, by the rows


@dataclass(frozen=True)
class Check:
    """One check; `message` says why it failed."""

    name: str
    state: State
    message: str = ""


def root_of(file: Path) -> ElementTree.Element | None:
    """None when the file is absent or broken off."""
    try:
        return ElementTree.parse(file).getroot()
    except (OSError, ElementTree.ParseError):
        return None


def of_google_test(case: ElementTree.Element) -> Check:
    name = f"{case.get('classname')}.{case.get('name')}"
    failures = [str(failure.get("message")) for failure in case.iter("failure")]
    if failures:
        return Check(name, "failed", "\n".join(failures))
    return Check(name, "skipped" if case.get("result") == "skipped" else "passed")


def of_ctest(case: ElementTree.Element) -> Check:
    state: State = "passed" if case.get("status") == "run" else "failed"
    if any("SKIP" in str(skipped.get("message")) for skipped in case.iter("skipped")):
        state = "skipped"
    why = [
        str(found.get("message")) for kind in ("failure", "skipped") for found in case.iter(kind)
    ]
    return Check(str(case.get("name")), state, "\n".join(why))


def checks_of(case: ElementTree.Element, rows: Path) -> list[Check]:
    """Of a test of CTest: its row's, or itself. It has failed, too, where its row broke off."""
    own = of_ctest(case)
    row = root_of(rows / f"{own.name}.xml")
    if row is None:
        return [own]
    checks = [of_google_test(check) for check in row.iter("testcase")]
    told = any(check.state == "failed" for check in checks)
    return checks if told or own.state == "passed" else [*checks, own]


def of_run(build: Path) -> list[Check]:
    """All checks of the last run in a build folder; none when there was none."""
    report = root_of(build / REPORT)
    if report is None:
        return []
    return [check for case in report.iter("testcase") for check in checks_of(case, build / ROWS)]
