"""Pipes against message size: round trip and throughput."""

from pathlib import Path
from typing import Any

from plots import style, units
from plots.figures.common import (
    MEDIAN_NOTE,
    PEERS,
    Drawn,
    curve,
    implementations,
    missing,
    noisy_note,
    spread_note,
    values_of,
)
from results.load import MERIT, Case, Run


def _draw(run: Run, folder: Path, stem: str, title: str, scenario: str, counter: str) -> Drawn:
    cases = run.good("pipe", scenario)
    if not cases:
        return missing(stem, title, run, "pipe", f"pipe/{scenario}")
    where = style.places(case.name.get("place") for case in cases)
    figure, axes = style.panels(len(where), 2, 3.9, 2.9, sharex=True, sharey=True)
    handles: dict[str, Any] = {}
    for row, place in enumerate(where):
        for column, peers in enumerate(PEERS):
            here = [
                c for c in cases if (c.name.get("place"), c.name.get("peers")) == (place, peers)
            ]
            _panel(axes[row][column], here, counter, handles)
            axes[row][column].set_title(f"{peers}, {place}")
        latency = counter == MERIT
        axes[row][0].set_ylabel("round trip" if latency else "throughput, bytes per second")
        formatter = units.time_axis() if latency else units.rate_axis("B/s")
        style.log_ticks(axes[row][0].yaxis, formatter)
    sizes = values_of(cases, "size")
    for bottom in axes[-1]:
        bottom.set_xticks(sizes, [units.size(size) for size in sizes])
        bottom.minorticks_off()
        bottom.set_xlabel("message size")
    style.legend(figure, handles)
    style.save(figure, folder, stem)
    note = MEDIAN_NOTE if counter == MERIT else ""
    return Drawn(stem, title, note + spread_note(cases) + noisy_note(cases))


def _panel(axes: Any, cases: list[Case], counter: str, handles: dict[str, Any]) -> None:
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    for name in implementations(cases):
        points = [(c.name.number("size"), c) for c in cases if c.name.implementation == name]
        handle = curve(axes, points, counter)
        if handle is not None:
            handles.setdefault(name, handle)
    if not cases:
        axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center")


def round_trip(run: Run, folder: Path) -> Drawn:
    """Figure: round trip against message size."""
    title = "Pipes: round trip against message size"
    return _draw(run, folder, "pipe_round_trip", title, "ping_pong", MERIT)


def throughput(run: Run, folder: Path) -> Drawn:
    """Figure: throughput against message size."""
    title = "Pipes: throughput against message size"
    return _draw(run, folder, "pipe_throughput", title, "stream", "bytes_per_s")
