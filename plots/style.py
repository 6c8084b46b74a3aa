"""How figures look: colour and marker say the same everywhere, how an implementation waits."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.axis import Axis  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.text import Text  # noqa: E402
from matplotlib.ticker import Formatter, LogLocator, MaxNLocator, NullFormatter  # noqa: E402

INK, FAINT, PAPER = "#3a3b3d", "#c9cacc", "#fefefe"
PNG_DPI = 110
LARGEST_SCALE = 1.5  # pixels per point up to which the page enlarges a figure
# Decades that an axis shows, and the ticks of each up to that many.
TICKS_PER_DECADE = ((1.3, (1.0, 2.0, 5.0)), (3.2, (1.0, 3.0)))
NARROW = 0.5  # decades, within which no power of ten may lie
MOST_TICKS = {"x": 7, "y": 9}
FEW_TICKS = 5  # where more labels would touch
LABEL_GAP = 5  # points between labels beside one another
# Okabe and Ito's palette: colour-blind-safe, seen on white and on near-black. Colour and marker say
# how an implementation waits, which decides what it costs; names stand beside what matters.
COLOURS = {
    "spins": "#d55e00",
    "blocks": "#0072b2",
    "spins, then blocks": "#cc79a7",
    "spins, then yields": "#e69f00",
    "never waits": "#009e73",
}
MARKERS = {
    "spins": "s",
    "blocks": "o",
    "spins, then blocks": "D",
    "spins, then yields": "^",
    "never waits": "P",
}
STROKES = ("-", "--", ":", "-.")  # of lines that wait alike, by their rank
GREY = "#8d9094"  # of context
TITLED = "title:"  # begins the id of what shows its name when pointed at

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


def colour(waiting: str) -> str:
    """The colour of a way of waiting."""
    return COLOURS.get(waiting, GREY)


def look(waiting: str, peers: str = "") -> dict[str, Any]:
    """Colour and marker by waiting; hollow between processes, where one panel shows both peers."""
    shade = colour(waiting)
    return {
        "color": shade,
        "marker": MARKERS.get(waiting, "o"),
        "markerfacecolor": PAPER if peers == "processes" else shade,
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
    wide = LogLocator(subs=subs, numticks=MOST_TICKS[axis.axis_name])
    axis.set_major_locator(wide if decades > NARROW else MaxNLocator(FEW_TICKS - 1))
    axis.set_major_formatter(formatter)
    axis.set_minor_formatter(NullFormatter())


def shown_labels(axes: Axes) -> list[Text]:
    """The labels of a horizontal axis that lie on it, from left to right."""
    low, high = sorted(axes.get_xlim())
    labels = [t for t in axes.get_xticklabels() if t.get_text()]
    return [text for text in labels if low <= text.get_position()[0] <= high]


def crowded(figure: Figure, axes: Axes) -> bool:
    """Whether labels of its horizontal axis nearly touch."""
    boxes = [text.get_window_extent() for text in shown_labels(axes)]
    gap = LABEL_GAP * figure.dpi / 72
    return any(right.x0 - left.x1 < gap for left, right in zip(boxes, boxes[1:]))


def thin(figure: Figure) -> None:
    """Leaves fewer ticks on logarithmic horizontal axes whose labels would touch."""
    for axes in figure.axes:
        if isinstance(axes.xaxis.get_major_locator(), LogLocator) and crowded(figure, axes):
            axes.xaxis.set_major_locator(LogLocator(subs=(1.0,), numticks=FEW_TICKS))


def legend(
    figure: Figure,
    waitings: Iterable[str],
    context: str = "",
    peers: bool = False,
    strokes: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """One line above all panels: ways of waiting, what strokes mean, what is grey, filled against
    hollow."""
    found = set(waitings)
    keys = [(way, look(way)) for way in COLOURS if way in found]
    keys += [
        (text, {"color": INK, "marker": "", "linestyle": stroke})
        for text, stroke in strokes.items()
    ]
    if context:
        keys.append((context, {"color": GREY, "marker": "", "linestyle": "-", "linewidth": 1}))
    if peers:
        keys += [(f"between {kind}", look("", kind)) for kind in ("threads", "processes")]
    handles = [Line2D([], [], **{"linestyle": "none", **look_}) for _, look_ in keys]
    figure.legend(
        handles,
        [text for text, _ in keys],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncol=len(keys),
        columnspacing=1.4,
        handletextpad=0.5,
        handlelength=2.6 if strokes else 2.0,
    )


def titled(svg: str) -> str:
    """An SVG whose artists with a name for an id show it when pointed at."""
    return re.sub(rf'<g id="{TITLED}([^"]+)">', r"<g><title>\1</title>", svg)


def lay_out(figure: Figure, settle: Callable[[], None] | None) -> None:
    """Lays the figure out once; every later drawing would do it again."""
    figure.canvas.draw()
    figure.set_layout_engine("none")
    thin(figure)
    if settle:
        settle()


def save(figure: Figure, folder: Path, stem: str, settle: Callable[[], None] | None = None) -> None:
    """Writes the figure as SVG with text, and as PNG; what settles comes after the layout."""
    lay_out(figure, settle)
    for kind in ("svg", "png"):
        metadata = {"Date": None} if kind == "svg" else None
        path = folder / f"{stem}.{kind}"
        figure.savefig(path, dpi=PNG_DPI, bbox_inches="tight", pad_inches=0.12, metadata=metadata)
    path = folder / f"{stem}.svg"
    path.write_text(titled(path.read_text(encoding="utf-8")), encoding="utf-8")
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
