"""Numbers for people."""

from collections.abc import Collection

from matplotlib.ticker import FuncFormatter

TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))
BIG = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
SIZES = ((1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B"))


def digits(value: float) -> str:
    """Three significant digits, never in scientific notation."""
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    if value >= 100 or value == 0:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.1g}"


def time(ns: float | None) -> str:
    """A time with its unit."""
    if ns is None:
        return "–"
    scale, unit = next(((s, u) for s, u in TIMES if ns >= s * 0.9995), TIMES[-1])
    return f"{digits(ns / scale)} {unit}"


def rate(per_s: float, unit: str = "/s") -> str:
    """A rate with its unit."""
    scale, prefix = next(((s, p) for s, p in BIG if per_s >= s * 0.9995), BIG[-1])
    return f"{digits(per_s / scale)} {prefix}{unit}"


def size(count: float) -> str:
    """A size in bytes with its unit."""
    scale, unit = next(((s, u) for s, u in SIZES if count >= s), SIZES[-1])
    return f"{count / scale:g} {unit}"


def span(counts: Collection[int]) -> str:
    """How many, where that differs: "3", or "3 to 6"."""
    least, most = min(counts, default=0), max(counts, default=0)
    return f"{least}" if least == most else f"{least} to {most}"


def tight(text: str) -> str:
    """Without a decimal part of zeros, for axes."""
    number, _, unit = text.partition(" ")
    return f"{float(number.replace(',', '')):g} {unit}".strip()


def time_axis() -> FuncFormatter:
    return FuncFormatter(lambda value, _: tight(time(value)))


def rate_axis(unit: str = "/s") -> FuncFormatter:
    return FuncFormatter(lambda value, _: tight(rate(value, unit)))


def size_axis() -> FuncFormatter:
    return FuncFormatter(lambda value, _: size(value))


def mebibyte_axis() -> FuncFormatter:
    """Of values in MiB."""
    return FuncFormatter(lambda value, _: f"{value:g} MiB")
