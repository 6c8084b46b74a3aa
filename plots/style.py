"""How figures look: the same implementation has the same colour and marker everywhere."""

import math
import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.axis import Axis  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.ticker import Formatter, LogLocator, NullFormatter  # noqa: E402

from results.names import CaseName  # noqa: E402

INK, FAINT, PAPER = "#3a3b3d", "#c9cacc", "#fefefe"
PNG_DPI = 110
LARGEST_SCALE = 1.5  # pixels per point up to which the page enlarges a figure
# Decades that an axis shows, and the ticks of each up to that many.
TICKS_PER_DECADE = ((1.3, (1.0, 2.0, 5.0)), (3.2, (1.0, 3.0)))
MOST_TICKS = {"x": 5, "y": 9}
# Okabe and Ito's palette first (black is left out: it vanishes on dark paper), then others of
# middle lightness that can be seen on white and on near-black.
PALETTE = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#8c6bb1",
    "#a6761d",
    "#7f7f7f",
    "#b2b000",
    "#e7298a",
)
# Mechanisms that are drawn together get different colours; others get one by their name.
COLOURS = {
    "pipe_pair": 0,
    "socketpair_stream": 1,
    "socketpair_seqpacket": 4,
    "shared_ring": 2,
    "slot_ring": 0,
    "spsc_ring": 1,
    "mpmc_ring": 2,
    "boost_spsc_queue": 3,
    "optimist_atomic_queue": 4,
    "moodycamel_concurrent_queue": 5,
    "moodycamel_blocking_concurrent_queue": 6,
    "mutex_condition": 7,
    "shared_mutex_condition": 8,
    "boost_message_queue": 9,
    "posix_message_queue": 10,
    "mutex_condition_threads": 7,
    "moodycamel_threads": 5,
    "std_async": 8,
    "prefork_socketpair": 1,
    "prefork_shared_ring": 2,
}
MARKERS = {"": "o", "spin": "s", "yield": "^", "spin_yield": "^", "park": "v", "spin_park": "D"}
LINES = {"": "-", "spin": "-", "yield": "--", "spin_yield": "--", "park": ":", "spin_park": "-."}

RC = {
    "svg.fonttype": "none",
    "svg.hashsalt": "handoff",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "sans-serif"],
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": "none",
    "figure.facecolor": PAPER,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.4,
    "lines.markersize": 5,
}
pyplot.rcParams.update(RC)


def colour(implementation: str) -> str:
    """The colour of an implementation: that of its mechanism."""
    mechanism = implementation.partition("+")[0]
    index = COLOURS.get(mechanism, zlib.crc32(mechanism.encode()))
    return PALETTE[index % len(PALETTE)]


def marker(implementation: str) -> str:
    """The marker of an implementation: that of its waiting policy."""
    return MARKERS.get(implementation.partition("+")[2], "o")


def line(implementation: str) -> str:
    """The line of an implementation: that of its waiting policy."""
    return LINES.get(implementation.partition("+")[2], "-")


def look(name: CaseName) -> dict[str, Any]:
    """Colour and marker of a case: filled between threads, hollow between processes."""
    shade = colour(name.implementation)
    hollow = name.get("peers") == "processes"
    return {
        "color": shade,
        "marker": marker(name.implementation),
        "markerfacecolor": PAPER if hollow else shade,
        "markeredgecolor": shade,
        "markeredgewidth": 1.2,
    }


def panels(
    rows: int,
    columns: int,
    width: float,
    height: float,
    heights: Sequence[float] | None = None,
    **options: Any,
) -> tuple[Figure, Any]:
    """A grid of panels of the given mean size in inches, always as a two-dimensional array."""
    figure, axes = pyplot.subplots(
        rows,
        columns,
        figsize=(width * columns, height * rows),
        squeeze=False,
        gridspec_kw={"height_ratios": heights},
        constrained_layout=True,
        **options,
    )
    return figure, axes


def noisy_mark(axes: Axes, x: float, y: float) -> None:
    """A thin grey ring around a value whose launches were mostly noisy."""
    axes.plot([x], [y], marker="o", markersize=9, mfc="none", mec=INK, mew=0.6, alpha=0.45)


def log_ticks(axis: Axis, formatter: Formatter) -> None:
    """Labelled ticks for what a logarithmic axis shows: never only one or two, never too many."""
    low, high = axis.get_view_interval()
    decades = math.log10(high / low)
    subs = next((s for limit, s in TICKS_PER_DECADE if decades <= limit), (1.0,))
    axis.set_major_locator(LogLocator(subs=subs, numticks=MOST_TICKS[axis.axis_name]))
    axis.set_major_formatter(formatter)
    axis.set_minor_formatter(NullFormatter())


def legend(figure: Figure, handles: dict[str, Any], title: str = "") -> None:
    """One legend for all panels, to their right."""
    chosen = [handles[key] for key in sorted(handles)]
    figure.legend(
        chosen, sorted(handles), loc="center left", bbox_to_anchor=(1.0, 0.5), title=title
    )


def save(figure: Figure, folder: Path, stem: str) -> None:
    """Writes the figure as SVG with text, and as PNG."""
    figure.canvas.draw()  # lays out once; every later drawing would do it again
    figure.set_layout_engine("none")
    for kind in ("svg", "png"):
        metadata = {"Date": None} if kind == "svg" else None
        figure.savefig(
            folder / f"{stem}.{kind}",
            dpi=PNG_DPI,
            bbox_inches="tight",
            pad_inches=0.12,
            metadata=metadata,
        )
    pyplot.close(figure)


def inline(svg: str, prefix: str) -> str:
    """An SVG for the page: its ink follows the page's colours, its ids are its own."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    head, rest = svg[: svg.index(">")], svg[svg.index(">") :]
    width = re.search(r'\bwidth="([\d.]+)pt"', head)
    head = re.sub(r'\b(width|height)="[\d.]+pt"', "", head)
    if width:
        head += f' style="max-width: {float(width[1]) * LARGEST_SCALE:.0f}px"'
    svg = head + rest
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    for colour_, variable in ((INK, "ink"), (FAINT, "grid"), (PAPER, "paper")):
        svg = svg.replace(colour_, f"var(--{variable})")
    return svg


def places(found: Iterable[str]) -> list[str]:
    """Placements from near to far."""
    order = ["same_cpu", "same_core", "same_l3", "same_node", "cross_node", "unpinned"]
    order += ["compact", "scatter"]
    return sorted(set(found), key=lambda p: (order.index(p) if p in order else len(order), p))
