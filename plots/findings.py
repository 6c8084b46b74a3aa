"""The lines that matter most, computed from a run."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from plots import units
from plots.comparing import (
    across,
    best,
    named,
    pair_texts,
    partners,
    ratios,
    round_trips,
    summary,
    times,
    with_spread,
)
from results.load import Case, Run

ON_ONE = "same_cpu"
SPINS, BLOCKS = "spins", "blocks"
PEERS = ("threads", "processes")
TASKS = (
    ("one empty task and back", "apply", ""),
    ("each of many tiny tasks", "tiny_tasks", "1"),
)
PIPE_SIZES = (64, 65536)


@dataclass(frozen=True)
class Finding:
    """A lead, what it rests on, and the cases behind it."""

    lead: str
    parts: Sequence[str]
    cases: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All in one line, for a terminal."""
        return f"{self.lead} {'; '.join(self.parts)}."


def placement(run: Run) -> Finding | None:
    """How much longer blocking round trips take on two CPUs, and spinning ones on one."""
    place = across(run)
    pairs = partners(run, round_trips(run, ON_ONE), "place", place)
    blocking = [p for p in pairs if run.waiting(p[0].name) == BLOCKS]
    spinning = [p[::-1] for p in pairs if run.waiting(p[0].name) == SPINS]
    parts = []
    if blocking:
        r = ratios(blocking)
        parts.append(
            f"a blocking round trip takes {times(r.median)} as long across two CPUs ({place}) as on"
            f" one ({times(r.low)} to {times(r.high)}, {r.n} cases)"
        )
    if spinning:
        r = ratios(spinning)
        parts.append(
            f"a spinning one takes {times(r.median)} as long on one CPU as across two"
            f" ({times(r.low)} to {times(r.high)}, {r.n} cases)"
        )
    return Finding("Placement decides:", parts, pair_texts(blocking + spinning)) if parts else None


def waiting(run: Run) -> Finding | None:
    """What spinning gains across CPUs and what it costs, on the best of each kind."""
    cases = round_trips(run, across(run))
    leaders = {
        kind: best(c for c in cases if run.waiting(c.name) == kind) for kind in (SPINS, BLOCKS)
    }
    if not all(leaders.values()):
        return None
    parts = []
    ratio = summary(leaders[BLOCKS][0]).median / summary(leaders[SPINS][0]).median
    for title, kind in (
        ("best spinning round trip", SPINS),
        (f"best blocking one, {times(ratio)} as long", BLOCKS),
    ):
        winner = leaders[kind][0]
        part = f"{title}: {named(leaders[kind])}, {with_spread(summary(winner))}"
        if cpu := winner.median("cpu_ns_per_msg"):
            part += f", {units.time(cpu)} of processor time"
        parts.append(part)
    parts.append("a spinning waiter keeps its CPU busy while nothing comes")
    cases = leaders[SPINS] + leaders[BLOCKS]
    return Finding("Waiting decides across two CPUs:", parts, [c.text for c in cases])


def _rate(case: Case) -> str:
    found = summary(case, "msgs_per_s")
    low, high = units.rate(found.low), units.rate(found.high)
    speed = units.rate(found.median, " msg/s")
    return f"{speed} of {units.size(case.name.number('size'))} ({found.spread} {low} to {high}, n={found.n})"


def queue(run: Run) -> Finding | None:
    """The best queue for one producer and one consumer, threads and processes."""
    place, parts, cases = across(run), [], []
    for kind in PEERS:
        found = run.good("queue", "stream", peers=kind, place=place, producers="1", consumers="1")
        size = min((c.name.number("size") for c in found), default=0)
        leaders = best(c for c in found if c.name.number("size") == size)
        if leaders:
            parts.append(f"between {kind} {named(leaders)}, {_rate(leaders[0])}")
            cases += [c.text for c in leaders]
    return Finding(f"Fastest queue, one to one, {place}:", parts, cases) if parts else None


def pipe(run: Run) -> Finding | None:
    """The best pipe between processes at a small and at a large size that most have in common."""
    place, parts, cases = across(run), [], []
    found = run.good("pipe", "ping_pong", peers="processes", place=place)
    counts = Counter(c.name.number("size") for c in found)
    sizes = [s for s, n in counts.items() if 2 * n >= max(counts.values())]
    for size in sorted({min(sizes, key=lambda s: abs(s - w)) for w in PIPE_SIZES if sizes}):
        if leaders := best(c for c in found if c.name.number("size") == size):
            spread = with_spread(summary(leaders[0]))
            parts.append(f"{units.size(size)}: {named(leaders)}, {spread}")
            cases += [c.text for c in leaders]
    lead = f"Fastest pipe, round trip between processes, {place}:"
    return Finding(lead, parts, cases) if parts else None


def _is(case: Case, peers: str, workers: int) -> bool:
    return (case.name.get("peers"), case.name.number("workers")) == (peers, workers)


def pool(run: Run) -> Finding | None:
    """The best pool for one task's way there and back, and for many tiny ones."""
    parts, cases = [], []
    for title, scenario, chunk in TASKS:
        found = [c for c in run.good("pool", scenario) if c.name.get("chunk") == chunk]
        several = [c for c in found if c.name.number("workers") > 1]
        workers = min((c.name.number("workers") for c in several or found), default=0)
        for kind in PEERS:
            if leaders := best(c for c in found if _is(c, kind, workers)):
                time = with_spread(summary(leaders[0]))
                parts.append(f"{title}, {kind}: {named(leaders)}, {time}")
                cases += [c.text for c in leaders]
    return Finding("Fastest pool:", parts, cases) if parts else None


def _pairs_line(title: str, pairs: Sequence[tuple[Case, Case]]) -> str:
    r = ratios(pairs)
    return f"{title} {times(r.median)} (median of {r.n} pairs, {times(r.low)} to {times(r.high)})"


def peers(run: Run) -> Finding | None:
    """Processes against threads, everything else alike."""
    cases = [c for c in run.good(peers="threads") if c.name.family in ("pipe", "queue")]
    pairs = partners(run, cases, "peers", "processes")
    if not pairs:
        return None
    parts = []
    for title, scenario in (("round trips take", "ping_pong"), ("streams take", "stream")):
        if kind := [p for p in pairs if p[0].name.scenario == scenario]:
            parts.append(_pairs_line(title, kind))
    parts[0] = parts[0].replace("take ", "between processes take ", 1)
    apart = [p for p in pairs if not summary(p[0]).overlaps(summary(p[1]))]
    tied = f"{len(pairs) - len(apart)} of {len(pairs)} pairs can't be told apart"
    parts.append(tied + (f"; {_pairs_line('the others take', apart)}" if apart else ""))
    return Finding("Processes against threads, all else alike:", parts, pair_texts(pairs))


Maker = Callable[[Run], Finding | None]
FIRST: tuple[Maker, ...] = (placement, waiting, queue, pipe, pool)


def main_lines(run: Run) -> list[Finding]:
    """The answer: at most five lines, fewer where the run lacks what they need."""
    found = [finding for make in FIRST if (finding := make(run))]
    if len(found) < len(FIRST) and (more := peers(run)):
        found.append(more)
    return found
