"""Draws every figure of a run, in parallel."""

import os
from concurrent.futures import ProcessPoolExecutor
from collections.abc import Callable
from functools import partial
from pathlib import Path

from plots.figures import (
    cost_map,
    dot_charts,
    floor_multiples,
    line_charts,
    percentile_curves,
    scenario_dots,
)
from plots.figures.common import Drawn
from results.load import Run

Figure = Callable[[Run, Path], Drawn]
FIGURES: tuple[Figure, ...] = (
    partial(cost_map.draw, family="queue"),
    partial(cost_map.draw, family="pipe"),
    floor_multiples.draw,
    line_charts.round_trip,
    line_charts.throughput,
    dot_charts.queues,
    partial(percentile_curves.draw, family="pipe"),
    partial(percentile_curves.draw, family="queue"),
    dot_charts.adds,
    dot_charts.shared,
    line_charts.slices,
    dot_charts.appends,
    line_charts.pools,
    *scenario_dots.FIGURES,
)
_run: Run


def _keep(run: Run) -> None:
    global _run
    _run = run


def _draw(index: int, folder: Path) -> Drawn:
    return FIGURES[index](_run, folder)


def draw_all(run: Run, folder: Path) -> list[Drawn]:
    """Every figure, as SVG and PNG in the folder."""
    folder.mkdir(exist_ok=True)
    workers = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(workers, initializer=_keep, initargs=(run,)) as pool:
        return list(pool.map(partial(_draw, folder=folder), range(len(FIGURES))))
