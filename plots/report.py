"""Draws a run: `python3 -m plots.report FOLDER` writes figures and report.html beside the results."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from plots import findings, page
from plots.draw import draw_all
from results.files import NotAResult
from results.load import load

PAGE, FIGURES = "report.html", "figures"


@dataclass(frozen=True)
class Report:
    """What was written, and the lines that matter most."""

    path: Path
    lines: list[str]


def write(folder: Path) -> Report:
    """Writes figures and page into a run folder. Raises NotAResult, or OSError when it can't."""
    run = load(folder)
    drawn = draw_all(run, folder / FIGURES)
    path = folder / PAGE
    path.write_text(page.render(run, drawn, folder / FIGURES), encoding="utf-8")
    return Report(path.resolve(), [finding.text for finding in findings.main_lines(run)])


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="plots.report", description=__doc__)
    parser.add_argument("folder", type=Path, help="a run folder")
    try:
        report = write(parser.parse_args(arguments).folder)
    except (NotAResult, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(report.path)
    for number, line in enumerate(report.lines, start=1):
        print(f"{number}. {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
