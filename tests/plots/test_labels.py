"""Which names and numbers figures show, and where."""

import pytest
from matplotlib import pyplot

from plots import highlight, style, units
from plots.labels import spread


@pytest.mark.parametrize("low, high", [(1.05e3, 1.9e3), (7e4, 8e4), (0.9e3, 3e3), (2e2, 9e7)])
def test_an_axis_has_several_labels_however_narrow_it_is(low: float, high: float) -> None:
    figure, [[axes]] = style.panels(1, 1, 5.1, 1)
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    style.log_ticks(axes.xaxis, units.time_axis())
    style.lay_out(figure, None)
    assert 2 <= len(style.shown_labels(axes)) <= 7
    pyplot.close(figure)


def test_where_labels_would_touch_there_are_fewer() -> None:
    figure, [[axes]] = style.panels(1, 1, 2.6, 1)
    axes.set_xscale("log")
    axes.set_xlim(1e3, 1e8)
    style.log_ticks(axes.xaxis, units.rate_axis())
    figure.canvas.draw()
    assert style.crowded(figure, axes)
    style.lay_out(figure, None)
    assert not style.crowded(figure, axes) and len(style.shown_labels(axes)) > 1
    pyplot.close(figure)


def test_what_everybody_knows_and_the_best_of_each_way_have_names() -> None:
    waiting = {"a": "spins", "b": "spins", "c": "blocks", "d": "blocks", "old": "blocks"}
    contests = [
        {"a": 1.0, "b": 5.0, "c": 300.0, "d": 200.0, "old": 900.0},
        {"a": 3.0, "b": 2.0, "c": 300.0, "d": 320.0, "old": 900.0},
    ]
    assert highlight.chosen(contests, waiting, ["old", "absent"], 3) == ["old", "a", "d"]
    assert highlight.chosen(contests, waiting, ["old"], 9) == ["old", "a", "d", "b", "c"]


def test_the_second_of_a_way_comes_after_the_first_of_every_way() -> None:
    waiting = {"a": "spins", "b": "spins", "c": "blocks", "d": "unheard of"}
    contests = [{"a": 1.0, "b": 2.0, "c": 1e6, "d": 1e9}]
    assert highlight.chosen(contests, waiting, [], 9) == ["a", "c", "d", "b"]


def test_names_spread_around_where_they_belong() -> None:
    assert spread([10, 50], 10, 0, 100) == [10, 50]
    assert spread([50, 50, 50], 10, 0, 100) == [40, 50, 60]
    assert spread([1, 2], 10, 0, 100) == [0, 10]
    assert spread([99, 99], 10, 0, 100) == [90, 100]
