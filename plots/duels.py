"""The best threads against the best processes: for each language, work and number of workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from plots import units
from plots.comparing import best, times
from plots.pools import (
    LANGUAGES,
    ONLY_THREADS,
    PEERS,
    PLACE,
    Work,
    cases_of,
    language,
    ratio,
    work_of,
)
from results.load import Case, Run
from results.stats import Summary


def other(peers: str) -> str:
    return PEERS[1 - PEERS.index(peers)]


def with_interval(gain: Summary, where: str = "") -> str:
    """A ratio with its spread."""
    text = f"{gain.spread} {times(gain.low)} to {times(gain.high)}, n={gain.n}"
    return f"{times(gain.median)} ({f'{where}; ' if where else ''}{text})"


@dataclass(frozen=True)
class Side:
    """The best implementation of threads, or of processes; none where all failed or none ran."""

    peers: str
    case: Case | None
    why_none: str = ""

    @property
    def name(self) -> str:
        return self.case.name.implementation if self.case else "–"

    @property
    def rate(self) -> str:
        found = self.case.median("msgs_per_s") if self.case else None
        return units.rate(found) if found else "–"

    @property
    def cpu(self) -> str:
        return units.time(self.case.median("cpu_ns_per_msg") if self.case else None)


@dataclass(frozen=True)
class Duel:
    """Threads against processes: the same language, work and number of workers."""

    language: str
    work: Work
    workers: int
    sides: tuple[Side, Side]

    @property
    def text(self) -> str:
        return f"{self.work.text}, {self.workers} worker{'s' if self.workers > 1 else ''}"

    def side(self, peers: str) -> Side:
        return self.sides[PEERS.index(peers)]

    def gain_of(self, peers: str) -> Summary | None:
        """How many times as fast as the others these peers are; None where one side is missing."""
        mine, theirs = self.side(peers).case, self.side(other(peers)).case
        return ratio(theirs, mine) if mine and theirs else None

    @cached_property
    def winner(self) -> str:
        """Whose interval lies on one side of 1; empty for a tie, and where a side is missing."""
        for peers in PEERS:
            gain = self.gain_of(peers)
            if gain and gain.low > 1:
                return peers
        return ""

    @property
    def outcome(self) -> str:
        """In a word: the winner, or that there is none."""
        return self.winner or ("–" if self.missing else "tie")

    @property
    def missing(self) -> str:
        """What lacks for a comparison."""
        absent = [side for side in self.sides if side.case is None]
        if not absent and self.gain_of(PEERS[0]) is None:
            return "no launch has both"
        return "; ".join(f"no {side.peers}: {side.why_none}" for side in absent)

    @property
    def ahead(self) -> Side:
        """The winner, or the one with the better median."""
        if self.winner:
            return self.side(self.winner)
        gain = self.gain_of(PEERS[0])
        return self.sides[0] if gain is None or gain.median >= 1 else self.sides[1]

    @property
    def behind(self) -> Side:
        return self.side(other(self.ahead.peers))

    @property
    def by_how_much(self) -> str:
        gain = self.gain_of(self.ahead.peers)
        if gain is None:
            return "–"
        return with_interval(gain)


def _fits(case: Case, language_: str, work: Work, workers: int, peers: str) -> bool:
    name = case.name
    return (language(name), name.get("peers"), work_of(name), name.number("workers")) == (
        language_,
        peers,
        work,
        workers,
    )


def _side(
    good: Sequence[Case], failed: Sequence[Case], contest: tuple[str, Work, int], peers: str
) -> Side:
    if leaders := best(c for c in good if _fits(c, *contest, peers)):
        return Side(peers, leaders[0])
    if errors := [c for c in failed if _fits(c, *contest, peers)]:
        return Side(peers, None, f"failed: {errors[0].name.implementation}: {errors[0].error}")
    return Side(peers, None, "not in this run")


def duels(run: Run) -> list[Duel]:
    """Every comparison that this run holds at least one side of, in the order of the works."""
    good = [case for case in cases_of(run) if case.name.scenario not in ONLY_THREADS]
    found = {work_of(case.name) for case in good}
    contests = {(language(c.name), work_of(c.name), c.name.number("workers")) for c in good}
    failed = [c for c in run.matching("pool", place=PLACE) if c.error]
    failed = [c for c in failed if c.name.scenario in {work.scenario for work in found}]
    ordered = sorted(contests, key=lambda c: (LANGUAGES.index(c[0]), c[1].order, c[2]))
    return [
        Duel(
            *contest,
            (_side(good, failed, contest, "threads"), _side(good, failed, contest, "processes")),
        )
        for contest in ordered
    ]
