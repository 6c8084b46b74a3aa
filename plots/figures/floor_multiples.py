"""Round trips as multiples of the floor."""

from pathlib import Path

from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from plots import floors, style
from plots.figures.common import (
    HOLLOW_NOTE,
    NOISY_NOTE,
    OFFSET,
    Drawn,
    implementations,
    missing,
    rows_of,
    spread_note,
)
from plots.floors import Multiple
from results.load import Case, Run

STEM, TITLE = "floor_multiples", "Round trips as multiples of the floor"
TITLES = {
    "cache_line": "spins: over a cache line's round trip",
    "futex": "blocks: over a futex wake-up",
}


def _smallest(run: Run) -> list[tuple[Case, Multiple]]:
    """The cases of the smallest size of each family that have a floor."""
    cases = [c for family in ("pipe", "queue") for c in run.good(family, "ping_pong")]
    sizes = {
        f: min(c.name.number("size") for c in cases if c.name.family == f)
        for f in ("pipe", "queue")
        if any(c.name.family == f for c in cases)
    }
    kept = [c for c in cases if c.name.number("size") == sizes[c.name.family]]
    return [(case, found) for case in kept if (found := floors.multiple(run, case))]


def draw(run: Run, folder: Path) -> Drawn:
    """A row per implementation, a panel per placement and floor."""
    found = _smallest(run)
    if not found:
        return missing(
            STEM, TITLE, run, "floor", "floor/cache_line or floor/futex beside a ping_pong"
        )
    kinds = sorted({(m.floor.name.implementation, m.floor.name.get("place")) for _, m in found})
    lists = [
        [p for p in found if (p[1].floor.name.implementation, p[1].floor.name.get("place")) == k]
        for k in kinds
    ]
    most = max(len(implementations(c for c, _ in pairs)) for pairs in lists)
    columns = min(2, len(kinds))
    rows = -(-len(kinds) // columns)
    figure, axes = style.panels(rows, columns, 5.2, 0.9 + 0.21 * most)
    for panel in axes.flat[len(kinds) :]:
        panel.set_axis_off()
    for panel, kind, pairs in zip(axes.flat, kinds, lists):
        at = rows_of(panel, implementations(case for case, _ in pairs))
        for case, m in pairs:
            y = at[case.name.implementation] + OFFSET.get(case.name.get("peers"), 0)
            spread = [[m.value - m.low], [m.high - m.value]]
            panel.errorbar(
                m.value, y, xerr=spread, linestyle="none", elinewidth=1, **style.look(case.name)
            )
            if case.noisy:
                style.noisy_mark(panel, m.value, y)
        panel.axvline(1, color=style.INK, linewidth=1)
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_minor_formatter(NullFormatter())
        panel.set_title(f"{TITLES[kind[0]]}, {kind[1]}")
        panel.set_xlabel("multiple of the floor")
    style.save(figure, folder, STEM)
    text = "The line at 1× is the floor of the same run; a floor itself has a spread too. "
    return Drawn(STEM, TITLE, text + spread_note(c for c, _ in found) + HOLLOW_NOTE + NOISY_NOTE)
