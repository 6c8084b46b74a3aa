"""The figure of merit of a row: the one number by which cases are ranked, compared and stopped.

Standard library only: the front door uses it.
"""

from collections.abc import Mapping
from typing import Any

MEAN = "real_time"  # ns per message, round trip or task
MEDIAN = "p50_ns"  # of the latencies of one launch


def counter(row: Mapping[str, Any]) -> str:
    """Which counter it is: the median where latencies were sampled, else the mean.

    One preemption in a slice moves a mean of round trips by a thousand times, and no median.
    """
    return MEDIAN if MEDIAN in row else MEAN


def figure_of_merit(row: Mapping[str, Any]) -> float:
    """The time in ns that stands for one launch of a case. KeyError where the row has none."""
    return float(row[counter(row)])
