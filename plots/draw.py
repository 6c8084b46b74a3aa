"""Draws every figure of a run, in parallel."""

import ctypes
import multiprocessing
import os
import signal
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
    pool_lines,
    process_start,
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
    *pool_lines.FIGURES,
    *scenario_dots.FIGURES,
    process_start.draw,
)
FORK = multiprocessing.get_context("fork")
PR_SET_PDEATHSIG = 1
_run: Run


def _die_with_parent() -> None:
    """Workers that nobody tells to end would wait for ever."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent and os.getppid() != parent.pid:  # dead already
        os._exit(1)


def _keep(run: Run) -> None:
    """A worker's initializer."""
    global _run
    _die_with_parent()
    _run = run


def _draw(index: int, folder: Path) -> Drawn:
    return FIGURES[index](_run, folder)


def draw_all(run: Run, folder: Path) -> list[Drawn]:
    """Every figure, as SVG and PNG in the folder."""
    folder.mkdir(exist_ok=True)
    workers = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(workers, FORK, _keep, (run,)) as pool:
        return list(pool.map(partial(_draw, folder=folder), range(len(FIGURES))))
