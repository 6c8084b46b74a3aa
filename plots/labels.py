"""Names beside lines and points, placed so that none covers another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from numpy import array
from numpy.typing import NDArray

from plots import style

SIZE = 7.5  # points
PAD = 1.5  # points around a name
GAP = 1.12  # of the height of a name, from one to the next
BESIDE = 1.035  # of the panel's width: where names stand
RADII = (12, 18, 26, 36, 48, 62, 78, 96, 116, 140)  # points, tried from near to far
ANGLES = (
    0,
    180,
    30,
    150,
    -30,
    -150,
    60,
    120,
    -60,
    -120,
    90,
    -90,
    10,
    170,
    -10,
    -170,
)  # in order of taste
CLEAR = 3.5  # points around a marker that names keep free


@dataclass(frozen=True)
class Name:
    """What is to be written about a point in data coordinates, in which colour its leader is."""

    text: str
    x: float
    y: float
    colour: str


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending places as near to the wanted ones (ascending) as their distance and range allow."""
    pools: list[
        tuple[float, int]
    ] = []  # mean of the wanted places less their share of gaps, and count
    for index, place in enumerate(wanted):
        mean, count = place - index * gap, 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        pools.append((mean, count))
    flat = [mean for mean, count in pools for _ in range(count)]
    most = max(high - (len(flat) - 1) * gap, low)
    return [min(max(place, low), most) + index * gap for index, place in enumerate(flat)]


@dataclass
class Labels:
    """The names of a figure: asked for while it is drawn, placed when its layout stands."""

    figure: Figure
    columns: list[list[Annotation]] = field(default_factory=list)
    clouds: list[tuple[list[Annotation], list[tuple[float, float]]]] = field(default_factory=list)

    def _write(self, axes: Axes, name: Name, beside: bool) -> Annotation:
        return axes.annotate(
            name.text,
            (name.x, name.y),
            xytext=(BESIDE, 0.5) if beside else (0, 0),
            textcoords="axes fraction" if beside else "offset points",
            va="center",
            ha="left" if beside else "center",
            fontsize=SIZE,
            annotation_clip=False,
            zorder=20,
            arrowprops={
                "arrowstyle": "-",
                "color": name.colour,
                "linewidth": 0.7,
                "alpha": 0.7,
                "shrinkA": 0,
                "shrinkB": 2,
                "relpos": (0, 0.5) if beside else (0.5, 0.5),
            },
        )

    def beside(self, axes: Axes, names: Sequence[Name]) -> None:
        """Names in a column to the right of a panel, in the order of the points' heights."""
        self.columns.append([self._write(axes, name, True) for name in names])

    def near(
        self, axes: Axes, names: Sequence[Name], points: Sequence[tuple[float, float]]
    ) -> None:
        """Names around their points, clear of all points of the panel."""
        self.clouds.append(([self._write(axes, name, False) for name in names], list(points)))

    def all(self) -> list[Annotation]:
        """Every name."""
        return [text for column in [*self.columns, *(c for c, _ in self.clouds)] for text in column]

    def size(self, text: Annotation) -> tuple[float, float]:
        """Width and height of a name in pixels."""
        found = Text.get_window_extent(text, self.figure.canvas.get_renderer())
        return float(found.width), float(found.height)

    def box(self, text: Annotation) -> Bbox:
        """What a name covers, in pixels, without its leader."""
        text.update_positions(self.figure.canvas.get_renderer())
        return Text.get_window_extent(text, self.figure.canvas.get_renderer())

    def settle(self) -> None:
        """Places every name. The figure has been laid out, and keeps its layout."""
        for column in self.columns:
            self._settle_column(column)
        for cloud, points in self.clouds:
            self._settle_cloud(cloud, points)

    def _settle_column(self, column: list[Annotation]) -> None:
        if not column:
            return
        axes = column[0].axes
        at = {text: axes.transData.transform(text.xy)[1] for text in column}
        ordered = sorted(column, key=lambda text: (at[text], text.get_text()))
        height = max(self.box(text).height for text in column)
        frame = axes.bbox
        places = spread([at[text] for text in ordered], height * GAP, frame.y0, frame.y1)
        for text, place in zip(ordered, places):
            text.set_position((BESIDE, (place - frame.y0) / frame.height))

    def _settle_cloud(self, cloud: list[Annotation], points: list[tuple[float, float]]) -> None:
        scale = self.figure.dpi / 72
        placed: list[Place] = []
        for text in cloud:
            axes = text.axes
            dots = axes.transData.transform(points)
            clear = [Bbox([dot - CLEAR * scale, dot + CLEAR * scale]) for dot in dots]
            point = axes.transData.transform(text.xy)
            width, height = (length + 2 * PAD * scale for length in self.size(text))
            places = [
                Place(point, radius * scale, angle, width, height)
                for radius in RADII
                for angle in ANGLES
            ]
            costs = [p.cost(axes.bbox, placed, clear) + p.radius / scale for p in places]
            best = places[costs.index(min(costs))]
            text.set_position(best.offset / scale)
            placed.append(best)


class Place:
    """A place for a name near its point, in pixels."""

    def __init__(
        self, point: NDArray[Any], radius: float, angle: float, width: float, height: float
    ) -> None:
        turn = math.radians(angle)
        self.radius = radius
        # The near end of the name is at the radius, not its middle.
        x = radius * math.cos(turn) + width / 2 * round(math.cos(turn))
        self.offset = array([x, radius * math.sin(turn)])
        half = array([width, height]) / 2
        middle = point + self.offset
        self.box = Bbox([middle - half, middle + half])
        self.leader = Path([point, middle - [width / 2 * round(math.cos(turn)), 0]])

    def cost(self, frame: Bbox, placed: Sequence["Place"], clear: Sequence[Bbox]) -> float:
        """How bad the place is: names on names, out of the panel, on leaders, on points."""
        box = self.box
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1
        inside = inside and frame.y0 <= box.y0 and box.y1 <= frame.y1
        crossed = sum(self.leader.intersects_bbox(p.box, filled=False) for p in placed)
        crossed += sum(p.leader.intersects_bbox(box, filled=False) for p in placed)
        crossed += sum(self.leader.intersects_path(p.leader, filled=False) for p in placed)
        return float(
            10000 * sum(box.overlaps(p.box) for p in placed)
            + 1000 * (not inside)
            + 60 * crossed
            + 60 * sum(box.overlaps(other) for other in clear)
            + 4 * sum(self.leader.intersects_bbox(other, filled=False) for other in clear)
        )


def name_of(text: str, x: float, y: float, waiting: str) -> Name:
    """A name whose leader has the colour of its way of waiting."""
    return Name(text, x, y, style.colour(waiting))
