"""Round trips as multiples of the floor."""

from pathlib import Path
from typing import Any

from matplotlib.ticker import FuncFormatter

from plots import floors, style, units
from plots.figures import dots
from plots.figures.common import (
    HOLLOW_NOTE,
    MEDIAN_NOTE,
    Drawn,
    missing,
    context_note,
    noisy_note,
    spread_note,
    waitings,
)
from plots.figures.dots import Dot
from plots.floors import Multiple
from results.load import Case, Run

STEM, TITLE = "floor_multiples", "Round trips as multiples of the floor"
TITLES = {"cache_line": "spins: over a cache line", "futex": "blocks: over a futex"}
Pairs = list[tuple[Case, Multiple]]
TIMES_AXIS = FuncFormatter(lambda value, _: f"{units.tight(units.digits(value))}×")


def _smallest(run: Run) -> Pairs:
    """The cases of the smallest size of each family that have a floor."""
    cases = [c for family in ("pipe", "queue") for c in run.good(family, "ping_pong")]
    sizes = {
        f: min(c.name.number("size") for c in cases if c.name.family == f)
        for f in ("pipe", "queue")
        if any(c.name.family == f for c in cases)
    }
    kept = [c for c in cases if c.name.number("size") == sizes[c.name.family]]
    return [(case, found) for case in kept if (found := floors.multiple(run, case))]


def _kind(found: Multiple) -> tuple[str, str]:
    return found.floor.name.implementation, found.floor.name.get("place")


def _dots(pairs: Pairs) -> list[Dot]:
    return [Dot(case, m.value, m.low, m.high) for case, m in pairs]


def _floor_band(panel: Any, pairs: Pairs) -> None:
    """The floor at 1, and the widest spread of the floors that stand for it, as far as it is seen."""
    found = [s for _, m in pairs if (s := m.floor.summary())]
    low, high = min(s.low / s.median for s in found), max(s.high / s.median for s in found)
    panel.axvline(1, color=style.INK, linewidth=1, zorder=1)
    seen = panel.get_xlim()
    panel.axvspan(low, high, color=style.INK, alpha=0.1, linewidth=0, zorder=0)
    panel.set_xlim(seen)


def _panel(panel: Any, run: Run, kind: tuple[str, str], pairs: Pairs) -> None:
    dots.panel(panel, run, _dots(pairs), False)
    _floor_band(panel, pairs)
    style.log_ticks(panel.xaxis, TIMES_AXIS)
    panel.set_title(f"{TITLES[kind[0]]}, {kind[1]}")
    panel.set_xlabel("multiple of the floor")


def draw(run: Run, folder: Path) -> Drawn:
    """A row per implementation, a panel per placement and floor."""
    found = _smallest(run)
    if not found:
        return missing(
            STEM, TITLE, run, "floor", "floor/cache_line or floor/futex beside a ping_pong"
        )
    kinds = sorted({_kind(m) for _, m in found})
    lists = [[pair for pair in found if _kind(pair[1]) == kind] for kind in kinds]
    columns = min(2, len(kinds))
    tallest = max(dots.height(run, _dots(pairs), False) for pairs in lists)
    figure, axes = style.panels(-(-len(kinds) // columns), columns, 5.1, tallest)
    for panel in axes.flat[len(kinds) :]:
        panel.set_axis_off()
    for panel, kind, pairs in zip(axes.flat, kinds, lists):
        _panel(panel, run, kind, pairs)
    style.legend(figure, waitings(run, (case for case, _ in found)).values(), peers=True)
    style.save(figure, folder, STEM)
    text = "Line and band at 1×: the floor of the same run, and its own spread. "
    cases = [case for case, _ in found]
    text += dots.note(cases)
    text += context_note(dots.OTHERS_NOTE, cases)
    text += MEDIAN_NOTE + spread_note(cases) + HOLLOW_NOTE + noisy_note(cases)
    return Drawn(STEM, TITLE, text)
