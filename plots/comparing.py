"""Comparing cases by their figure of merit, and saying so."""

from collections.abc import Iterable, Sequence

from plots import units
from results import stats
from results.load import MERIT, Case, Run
from results.stats import Summary

ACROSS = ("same_l3", "same_core", "same_node", "cross_node", "unpinned")


def across(run: Run) -> str:
    """The placement on two CPUs that most cases were measured with."""
    count = {place: len(run.good(place=place)) for place in ACROSS}
    return max(ACROSS, key=lambda place: count[place])


def summary(case: Case, counter: str = MERIT) -> Summary:
    """The summary of a case that is known to have the counter."""
    found = case.summary(counter)
    assert found is not None
    return found


def with_spread(found: Summary) -> str:
    """A time with spread and n."""
    low, high = units.time(found.low), units.time(found.high)
    if low.split()[-1] == high.split()[-1]:
        low = low.split()[0]
    return f"{units.time(found.median)} ({found.spread} {low} to {high}, n={found.n})"


def best(cases: Iterable[Case]) -> list[Case]:
    """The case with the smallest time, then those that can't be told from it."""
    ordered = sorted((c for c in cases if c.values()), key=lambda c: summary(c).median)
    return [c for c in ordered if summary(c).overlaps(summary(ordered[0]))]


def named(cases: Sequence[Case]) -> str:
    """The winner, or the tie: two of its members, and how many more."""
    names = list(dict.fromkeys(case.name.implementation for case in cases))
    if len(names) == 1:
        return names[0]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{names[0]} (tied with {names[1]}{more})"


def ratios(pairs: Sequence[tuple[Case, Case]]) -> Summary:
    """The ratios second over first, a pair each; the spread is that over pairs."""
    found = [(b.median() or 0) / (a.median() or 1) for a, b in pairs]
    return Summary(stats.median(found), min(found), max(found), len(found), False)


def partners(run: Run, cases: Iterable[Case], key: str, value: str) -> list[tuple[Case, Case]]:
    """Each case with the one that differs in one field only."""
    found = []
    for case in cases:
        other = type(case.name)(
            case.name.family,
            case.name.implementation,
            case.name.scenario,
            {**case.name.fields, key: value},
        )
        partner = run.by_text.get(str(other))
        if partner and not partner.error and partner.values() and case.values():
            found.append((case, partner))
    return found


def pair_texts(pairs: Iterable[tuple[Case, Case]]) -> list[str]:
    return [case.text for pair in pairs for case in pair]


def times(value: float) -> str:
    return f"{units.digits(value)}×"


def round_trips(run: Run, place: str) -> list[Case]:
    """The round trips of pipes and queues, smallest size of each."""
    found = []
    for family in ("pipe", "queue"):
        cases = run.good(family, "ping_pong", place=place)
        size = min((c.name.number("size") for c in cases), default=0)
        found += [c for c in cases if c.name.number("size") == size]
    return found
