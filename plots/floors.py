"""Each round trip as a multiple of what the machine allows."""

from dataclasses import dataclass

from results.load import Case, Run
from results.names import CaseName

CACHE_LINE, FUTEX, MEMORY = "cache_line", "futex", "memory"


@dataclass(frozen=True)
class Multiple:
    """A case over its floor, medians both."""

    value: float
    low: float
    high: float
    floor: Case


def _hand_over(run: Run, name: CaseName) -> Case | None:
    found = run.good("floor", "hand_over", place=name.get("place"))
    return next((case for case in found if case.name.get("size") == name.get("size")), None)


def floor_of(run: Run, name: CaseName) -> Case | None:
    """A cache line's round trip for who spins first, a futex wake-up's for who blocks; for a stream
    of large messages the bytes through memory.

    None where the run did not measure it: on one CPU no cache line travels.
    """
    if name.scenario == "stream":
        return _hand_over(run, name)
    if name.scenario != "ping_pong":
        return None
    kind = CACHE_LINE if run.spins(name) else FUTEX
    found = run.good("floor", place=name.get("place"))
    found = [case for case in found if case.name.implementation == kind]
    same = [case for case in found if case.name.get("peers") in ("", name.get("peers"))]
    return next(iter(same or found), None)


def multiple(run: Run, case: Case) -> Multiple | None:
    """The median of the case, and its spread, over the median of its floor."""
    floor, own = floor_of(run, case.name), case.summary()
    base = floor.median() if floor else None
    if floor is None or own is None or not base:
        return None
    return Multiple(own.median / base, own.low / base, own.high / base, floor)
