"""Where things are."""

from pathlib import Path

from results import names

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
RELEASE = BUILD / "release"
RESULTS = ROOT / "results"
PYTHON = "/usr/bin/python3"  # Debian's own, for which the python3-* packages are installed
FAMILIES = ("floor", *(family for family in names.FAMILIES if family != "floor"))
