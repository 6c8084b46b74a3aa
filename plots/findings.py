"""The lines that matter most, computed from a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from plots import units
from results import stats
from results.load import TIME, Case, Run
from results.stats import Summary

MOST_NAMED = 4
ON_ONE = "same_cpu"
ACROSS = ("same_l3", "same_core", "same_node", "cross_node", "unpinned")
BLOCKS = "blocks"
TASKS = (
    ("one empty task and back", "apply", ""),
    ("a task of a map of tiny ones", "tiny_tasks", "1"),
)


@dataclass(frozen=True)
class Finding:
    """A line with its numbers, and the cases that it rests on."""

    text: str
    cases: list[str] = field(default_factory=list)


def across(run: Run) -> str:
    """The placement on two CPUs that most cases were measured with."""
    count = {place: len(run.good(place=place)) for place in ACROSS}
    return max(ACROSS, key=lambda place: count[place])


def summary(case: Case, counter: str = TIME) -> Summary:
    found = case.summary(counter)
    assert found is not None
    return found


def with_spread(found: Summary) -> str:
    """A time with spread and n."""
    low, high = units.time(found.low), units.time(found.high)
    return f"{units.time(found.median)} ({found.spread} {low} to {high}, n={found.n})"


def best(cases: Iterable[Case]) -> list[Case]:
    """The case with the smallest time, then those that can't be told from it."""
    ordered = sorted((c for c in cases if c.values()), key=lambda c: summary(c).median)
    return [c for c in ordered if summary(c).overlaps(summary(ordered[0]))]


def named(cases: Sequence[Case]) -> str:
    """The winner, or the tie."""
    names = list(dict.fromkeys(case.name.implementation for case in cases))
    if len(names) == 1:
        return names[0]
    shown = ", ".join(names[1:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{names[0]} (tied with {shown}{more})"


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


def texts(pairs: Iterable[tuple[Case, Case]]) -> list[str]:
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


def placement(run: Run) -> Finding | None:
    """How much slower blocking round trips are on two CPUs, and spinning ones on one."""
    place = across(run)
    pairs = partners(run, round_trips(run, ON_ONE), "place", place)
    blocking = [p for p in pairs if run.waiting(p[0].name) == BLOCKS]
    spinning = [p[::-1] for p in pairs if run.waiting(p[0].name) == "spins"]
    parts = []
    if blocking:
        r = ratios(blocking)
        parts.append(
            f"a blocking round trip takes {times(r.median)} the time across two CPUs ({place}) that"
            f" it takes on one (cases from {times(r.low)} to {times(r.high)}, {r.n} cases)"
        )
    if spinning:
        r = ratios(spinning)
        parts.append(
            f"a spinning one takes {times(r.median)} the time on one CPU that it takes across two"
            f" ({times(r.low)} to {times(r.high)}, {r.n} cases)"
        )
    if not parts:
        return None
    return Finding("Placement decides: " + "; ".join(parts) + ".", texts(blocking + spinning))


def waiting(run: Run) -> Finding | None:
    """What spinning gains across CPUs and what it costs, on the best of each kind."""
    cases = round_trips(run, across(run))
    spin = best(c for c in cases if run.waiting(c.name) == "spins")
    block = best(c for c in cases if run.waiting(c.name) == BLOCKS)
    if not spin or not block:
        return None
    ratio = summary(block[0]).median / summary(spin[0]).median
    text = (
        f"Waiting decides: across two CPUs the best spinning round trip, {spin[0].name.implementation},"
        f" takes {with_spread(summary(spin[0]))}, the best blocking one, {named(block)},"
        f" {with_spread(summary(block[0]))}: {times(ratio)}."
    )
    prices = [c.median("cpu_ns_per_msg") for c in (spin[0], block[0])]
    if all(prices):
        text += (
            f" Processor time per round trip: {units.time(prices[0])} against"
            f" {units.time(prices[1])}; but a spinning waiter keeps its CPU busy while nothing comes."
        )
    return Finding(text, [spin[0].text, block[0].text])


def queue(run: Run) -> Finding | None:
    """The best queue for one producer and one consumer, threads and processes."""
    place, parts, cases = across(run), [], []
    ends = {"place": place, "producers": "1", "consumers": "1"}
    for peers in ("threads", "processes"):
        found = run.good("queue", "stream", peers=peers, **ends)
        size = min((c.name.number("size") for c in found), default=0)
        leaders = best(c for c in found if c.name.number("size") == size)
        if leaders:
            per_s = summary(leaders[0], "msgs_per_s")
            spread = f"{units.rate(per_s.low)} to {units.rate(per_s.high)}, n={per_s.n}"
            speed = f"{units.rate(per_s.median, ' msg/s')} of {units.size(size)} ({spread})"
            parts.append(f"between {peers} {named(leaders)}, {speed}")
            cases += [c.text for c in leaders]
    if not parts:
        return None
    return Finding(f"Fastest queue, one to one, {place}: " + "; ".join(parts) + ".", cases)


def pipe(run: Run) -> Finding | None:
    """The best pipe between processes at a small and at a large size."""
    place, parts, cases = across(run), [], []
    found = run.good("pipe", "ping_pong", peers="processes", place=place)
    sizes = {c.name.number("size") for c in found}
    for wanted in sorted(
        {min(sizes, key=lambda s: abs(s - w)) for w in (64, 65536)} if sizes else []
    ):
        leaders = best(c for c in found if c.name.number("size") == wanted)
        if leaders:
            here = f"{named(leaders)}, {with_spread(summary(leaders[0]))}"
            parts.append(f"at {units.size(wanted)} {here}")
            cases += [c.text for c in leaders]
    if not parts:
        return None
    return Finding(
        f"Fastest pipe, round trip between processes, {place}: " + "; ".join(parts) + ".", cases
    )


def _is(case: Case, peers: str, workers: int) -> bool:
    return (case.name.get("peers"), case.name.number("workers")) == (peers, workers)


def pool(run: Run) -> Finding | None:
    """The best pool for tiny tasks and for one task's way there and back."""
    parts, cases = [], []
    for title, scenario, chunk in TASKS:
        found = [c for c in run.good("pool", scenario) if c.name.get("chunk") == chunk]
        several = [c for c in found if c.name.number("workers") > 1]
        workers = min((c.name.number("workers") for c in several or found), default=0)
        for kind in ("threads", "processes"):
            leaders = best(c for c in found if _is(c, kind, workers))
            if leaders:
                time = with_spread(summary(leaders[0]))
                parts.append(f"{title}, {kind}: {named(leaders)}, {time}")
                cases += [c.text for c in leaders]
    return Finding("Pools: " + "; ".join(parts) + ".", cases) if parts else None


def peers(run: Run) -> Finding | None:
    """Processes against threads, everything else alike."""
    cases = [c for c in run.good(peers="threads") if c.name.family in ("pipe", "queue")]
    pairs = partners(run, cases, "peers", "processes")
    if not pairs:
        return None
    r = ratios(pairs)
    tied = sum(summary(a).overlaps(summary(b)) for a, b in pairs)
    text = (
        f"Processes against threads, everything else alike: {times(r.median)} the time per message"
        f" (cases from {times(r.low)} to {times(r.high)}); {tied} of {r.n} pairs can't be told apart."
    )
    return Finding(text, texts(pairs))


FIRST = (placement, waiting, queue, pipe, pool)


def main_lines(run: Run) -> list[Finding]:
    """The answer: at most five lines, fewer where the run lacks what they need."""
    found = [finding for make in FIRST if (finding := make(run))]
    if len(found) < len(FIRST) and (more := peers(run)):
        found.append(more)
    return found


def notices(run: Run) -> list[Finding]:
    """What to know before believing the numbers."""
    found = [more] if (more := peers(run)) else []
    noisy = [case.text for case in run.cases if case.noisy]
    some = [c.text for c in run.cases if max(c.share("noisy"), c.share("probe_moved")) > 0]
    text = f"{len(some)} of {len(run.cases)} cases had a noisy launch or one during which the probe moved"
    found.append(
        Finding(
            f"{text}; in {len(noisy)} cases that holds for half of the launches or more.", noisy
        )
    )
    for place, modes in sorted(run.probe_modes().items()):
        shown = ", ".join(f"{units.time(m.median)} ({m.share:.0%} of probes)" for m in modes)
        kind = (
            "one mode"
            if len(modes) == 1
            else f"{len(modes)} modes: the machine's pair of CPUs changed"
        )
        found.append(Finding(f"Raw cache-line probe, {place or 'no placement'}: {kind}: {shown}."))
    few = [c.text for c in run.cases if not c.error and len(c.values()) < stats.FEWEST_FOR_INTERVAL]
    if few:
        text = f"{len(few)} of {len(run.cases)} cases have fewer than {stats.FEWEST_FOR_INTERVAL} launches"
        found.append(Finding(f"{text}: min..max is shown for them, no confidence interval.", few))
    return found
