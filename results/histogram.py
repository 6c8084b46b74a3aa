"""Histograms of latencies as the recorder writes them: exact below 128 ns, then 0.4 %."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SUBBUCKET_BITS = 7
SUBBUCKETS = 1 << SUBBUCKET_BITS
LARGEST_INDEX = (64 << SUBBUCKET_BITS) - 1


def bucket_value(index: int) -> float:
    """The value in ns that stands for a bucket: its only value, or its middle."""
    if index < SUBBUCKETS:
        return float(index)
    octave, sub = index >> SUBBUCKET_BITS, index & (SUBBUCKETS - 1)
    lowest = (SUBBUCKETS + sub) << (octave - 1)
    width = 1 << (octave - 1)
    return lowest + (width - 1) / 2


def bucket_index(value: int) -> int:
    """The bucket of a value in ns."""
    if value < SUBBUCKETS:
        return value
    octave = value.bit_length() - SUBBUCKET_BITS
    return (octave << SUBBUCKET_BITS) + (value >> (octave - 1)) - SUBBUCKETS


@dataclass
class Histogram:
    """Counts of values by bucket; histograms of several launches add up."""

    counts: dict[int, int] = field(default_factory=dict)

    def add(self, counts: Mapping[int, int] | Iterable[tuple[int, int]]) -> None:
        """Adds counts by bucket."""
        pairs = counts.items() if isinstance(counts, Mapping) else counts
        for index, count in pairs:
            self.counts[index] = self.counts.get(index, 0) + count

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def percentiles(self, shares: Iterable[float]) -> list[float]:
        """The smallest values that at least these shares (0..1, ascending) do not exceed."""
        total, seen, found = self.total, 0, []
        if not total:
            raise ValueError("percentiles of an empty histogram")
        buckets = iter(sorted(self.counts.items()))
        index = 0
        for share in shares:
            while seen < share * total or not seen:
                index, count = next(buckets)
                seen += count
            found.append(bucket_value(index))
        return found

    def percentile(self, share: float) -> float:
        """One percentile, share from 0 to 1."""
        return self.percentiles([share])[0]
