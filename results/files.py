"""The files of a run folder."""

import re
from dataclasses import dataclass
from pathlib import Path

from results.names import FAMILIES

RUN = "run.json"
LAUNCH = re.compile(rf"({'|'.join(FAMILIES)})-(\d\d)\.json")
HISTOGRAMS = ".histograms.jsonl"


class NotAResult(ValueError):
    """A file or a folder that is not a handoff result, or a damaged one."""


@dataclass(frozen=True)
class LaunchFile:
    """The results of one launch of one family."""

    path: Path
    family: str
    launch: int

    @property
    def histograms(self) -> Path:
        """Its histograms, which need not exist."""
        return self.path.with_name(self.path.stem + HISTOGRAMS)


def launch_files(folder: Path) -> list[LaunchFile]:
    """The launch files of a run folder, by family and launch."""
    found = []
    for path in sorted(folder.iterdir()):
        match = LAUNCH.fullmatch(path.name)
        if match:
            found.append(LaunchFile(path, match[1], int(match[2])))
    return found
