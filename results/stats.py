"""Medians, their confidence intervals, ties. Standard library only: the front door uses it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95
FEWEST_FOR_INTERVAL = 6  # with fewer, even min..max covers the median in less than 95 %
MODE_GAP = 1.5  # neighbours further apart than this are two modes
SMALLEST_MODE = 0.02  # a mode that holds less of the values is stray


@dataclass(frozen=True)
class Summary:
    """A median with its 95 % confidence interval, or with min..max where values are too few."""

    median: float
    low: float
    high: float
    n: int
    is_interval: bool

    @property
    def spread(self) -> str:
        """What low..high is."""
        return "95 % CI" if self.is_interval else "min..max"

    def scaled(self, factor: float) -> "Summary":
        """In another unit; of a positive factor."""
        median, low, high = (factor * value for value in (self.median, self.low, self.high))
        return Summary(median, low, high, self.n, self.is_interval)

    def overlaps(self, other: "Summary") -> bool:
        """Whether the two can't be told apart."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Mode:
    """A cluster of values, and the share of all values that it holds."""

    median: float
    low: float
    high: float
    share: float


def median(values: Iterable[float]) -> float:
    """The median; ValueError without values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("the median of no values")
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def outer_rank(n: int, confidence: float = CONFIDENCE) -> int | None:
    """How many values may be cut off at each end; None where even min..max does not cover enough.

    The interval between the order statistics k and n-1-k (from 0) covers the median with
    probability 1 - 2 P(Binomial(n, 1/2) <= k).
    """
    tail = 0.0
    best = None
    for k in range(n // 2):
        tail += math.comb(n, k) / 2**n
        if 1 - 2 * tail < confidence:
            break
        best = k
    return best


def summarize(values: Iterable[float]) -> Summary:
    """Median and order-statistic interval of values, one per launch. ValueError without values."""
    ordered = sorted(values)
    rank = outer_rank(len(ordered))
    low, high = (ordered[0], ordered[-1]) if ordered else (0.0, 0.0)
    if rank is not None:
        low, high = ordered[rank], ordered[len(ordered) - 1 - rank]
    return Summary(median(ordered), low, high, len(ordered), rank is not None)


def precise_enough(
    values: Sequence[float],
    relative_half_width: float = 0.02,
    minimum: int = FEWEST_FOR_INTERVAL,
) -> bool:
    """Whether the interval of the median lies within the given part of the median."""
    if len(values) < max(minimum, FEWEST_FOR_INTERVAL):
        return False
    found = summarize(values)
    allowed = relative_half_width * abs(found.median)
    return found.median - found.low <= allowed and found.high - found.median <= allowed


def shared_ranks(summaries: Sequence[Summary]) -> list[int]:
    """A rank for each, the smallest first; those whose intervals overlap share the better rank.

    Overlap is followed from row to row, so that no two rows of different rank ever overlap.
    """
    order = sorted(range(len(summaries)), key=lambda i: summaries[i].low)
    ranks = [0] * len(summaries)
    rank, reach = 0, -math.inf
    for position, index in enumerate(order, start=1):
        if summaries[index].low > reach:
            rank = position
        ranks[index] = rank
        reach = max(reach, summaries[index].high)
    return ranks


def modes(values: Iterable[float]) -> list[Mode]:
    """The clusters of positive values, split wherever a gap is wider than MODE_GAP times."""
    ordered = sorted(value for value in values if value > 0)
    clusters: list[list[float]] = []
    for value in ordered:
        if clusters and value <= MODE_GAP * clusters[-1][-1]:
            clusters[-1].append(value)
        else:
            clusters.append([value])
    found = [Mode(median(c), c[0], c[-1], len(c) / len(ordered)) for c in clusters]
    return [mode for mode in found if mode.share >= SMALLEST_MODE]
