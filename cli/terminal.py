"""Progress: one line that is rewritten on a terminal, a line every ten seconds elsewhere."""

import shutil
import sys
import time
from typing import TextIO

QUIET_S = 10.0  # between two progress lines where there is no terminal
REDRAW_S = 0.1  # between two redraws of the status line


def duration(seconds: float) -> str:
    """'7 s', '2 min 05 s'."""
    whole = max(0, round(seconds))
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def shorten(text: str, width: int) -> str:
    """Cuts the middle out of a text that is too wide."""
    if len(text) <= width:
        return text
    if width < 5:
        return text[: max(width, 0)]
    left = (width - 3) // 2
    return text[:left] + "..." + text[len(text) - (width - 3 - left) :]


class Progress:
    """What is being done, on stderr. Use as a context manager: leaving it clears the line."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out if out is not None else sys.stderr
        self.live = self.out.isatty()
        self.last = time.monotonic() if not self.live else 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, text: str) -> None:
        """Shows a state; most calls cost nothing, since few states are worth a line."""
        now = time.monotonic()
        if now - self.last < (REDRAW_S if self.live else QUIET_S):
            return
        self.last = now
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            self.out.write("\r\x1b[K" + shorten(text, width))
        else:
            self.out.write(text + "\n")
        self.out.flush()

    def clear(self) -> None:
        """Takes the status line away."""
        if self.live:
            self.out.write("\r\x1b[K")
            self.out.flush()

    def say(self, text: str) -> None:
        """Prints a line that stays."""
        self.clear()
        self.out.write(text + "\n")
        self.out.flush()


def say(text: str) -> None:
    """Prints a line on stderr, where everything goes that is not the answer."""
    print(text, file=sys.stderr, flush=True)


def table(header: list[str], rows: list[list[str]]) -> str:
    """A plain table with aligned columns."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines
    )


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    """The same as a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
