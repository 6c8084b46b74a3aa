"""The commit of this checkout."""

from cli import process
from cli.paths import ROOT

UNKNOWN = "unknown"
SHORT = 7


def git(*arguments: str) -> str | None:
    """The output of a git command here, also where the checkout belongs to somebody else."""
    return process.capture(["git", "-c", f"safe.directory={ROOT}", *arguments], cwd=ROOT)


def commit() -> str:
    """The full name of the commit, or 'unknown' outside of a git checkout."""
    return (git("rev-parse", "HEAD") or UNKNOWN).strip()


def dirty() -> bool:
    """True when tracked files differ from the commit."""
    return bool((git("status", "--porcelain", "--untracked-files=no") or "").strip())
