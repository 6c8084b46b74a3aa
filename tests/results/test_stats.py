"""Medians, intervals, ties and modes."""

import random

import pytest

from results import stats
from results.stats import Summary


def test_fewer_than_six_values_show_min_and_max() -> None:
    found = stats.summarize([3, 1, 2, 5, 4])
    assert found == Summary(3, 1, 5, 5, False)
    assert found.spread == "min..max"


@pytest.mark.parametrize("n, cut", [(5, None), (6, 0), (8, 0), (9, 1), (20, 5), (50, 17)])
def test_interval_is_between_the_order_statistics_of_the_tables(n: int, cut: int | None) -> None:
    assert stats.outer_rank(n) == cut


def test_interval_covers_the_true_median_in_95_percent() -> None:
    chance = random.Random(1)
    covered = 0
    for _ in range(2000):
        found = stats.summarize(chance.expovariate(1) for _ in range(15))
        covered += found.low <= 0.6931 <= found.high
    assert 0.94 <= covered / 2000 <= 0.99


def test_precise_enough_needs_six_close_values() -> None:
    assert not stats.precise_enough([100.0] * 5)
    assert stats.precise_enough([100.0] * 6)
    assert stats.precise_enough([99, 99, 100, 100, 101, 101])
    assert not stats.precise_enough([90, 99, 100, 100, 101, 110])


def test_overlapping_intervals_share_a_rank() -> None:
    rows = [
        Summary(m, low, high, 7, True) for m, low, high in ((2, 1, 3), (10, 9, 11), (3, 2.5, 4))
    ]
    assert stats.shared_ranks(rows) == [1, 3, 1]


def test_no_two_rows_of_different_rank_overlap() -> None:
    chance = random.Random(2)
    rows = [Summary(m, m - chance.random(), m + chance.random(), 7, True) for m in range(1, 30)]
    ranks = stats.shared_ranks(rows)
    for a, left in zip(ranks, rows):
        assert all(a == b or not left.overlaps(right) for b, right in zip(ranks, rows))


def test_modes_are_split_at_gaps() -> None:
    found = stats.modes([86, 87, 88, 250, 260] * 5)
    assert [(mode.median, mode.share) for mode in found] == [(87, 0.6), (255, 0.4)]


def test_the_median_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError):
        stats.median([])
