"""The old rule of which work belongs to threads and which to processes, held against a run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from plots.duels import Duel, duels, other, with_interval
from plots.pools import KINDS, LANGUAGES, MEASURE, ONLY_THREADS, WORKS
from results.load import Run
from results.stats import FEWEST_FOR_INTERVAL, Summary

RULE = "CPU-bound work to processes, IO-bound work to threads"
HALVES = (("cpu_bound", "CPU-bound", "processes"), ("io_bound", "IO-bound", "threads"))
HOLDS, FAILS, OPEN = "holds", "does not hold", "cannot be told"
NO_GAIN = 1.05  # up to so many times as fast the rule's side is no better choice
FEWEST_WORKERS = 2  # a single worker has nobody to work beside
COUNTS = (1, 2, 4, 8)  # of workers, that a whole run has at least


def _where(found: Sequence[Duel]) -> str:
    """How many, and the works among them."""
    works = dict.fromkeys(WORKS.get(duel.work.work, duel.work.work) for duel in found)
    return f"{len(found)} ({', '.join(works)})" if works else "none"


@dataclass(frozen=True)
class Half:
    """One half of the rule for one language: the comparisons of several workers that it is about."""

    kind: str
    claimed: str
    duels: Sequence[Duel]

    @cached_property
    def gains(self) -> list[tuple[Duel, Summary]]:
        return [(duel, gain) for duel in self.duels if (gain := duel.gain_of(self.claimed))]

    @property
    def told(self) -> list[tuple[Duel, Summary]]:
        """Those that were launched often enough for a confidence interval."""
        return [(duel, gain) for duel, gain in self.gains if gain.is_interval]

    @property
    def supporting(self) -> list[Duel]:
        return [duel for duel, gain in self.told if gain.low > 1]

    @property
    def losing(self) -> list[Duel]:
        return [duel for duel, gain in self.told if gain.high < 1]

    @property
    def even(self) -> list[Duel]:
        """Where the claimed side gains next to nothing, if anything."""
        return [duel for duel, gain in self.told if gain.low <= 1 <= gain.high <= NO_GAIN]

    @property
    def verdict(self) -> str:
        """By the majority of all comparisons."""
        against = self.losing + self.even
        for word, found in ((HOLDS, self.supporting), (FAILS, against)):
            if 2 * len(found) > len(self.gains):
                return word
        return OPEN

    @property
    def text(self) -> str:
        """The verdict with its figures."""
        rule = f"{self.kind} work to {self.claimed}: {self.verdict}"
        if not self.gains:
            return (
                f"{rule}: this run compares no threads with processes in it, with {FEWEST_WORKERS}"
                f" workers or more. {MEASURE} measures them"
            )
        counts = ", ".join(self._counts())
        number = f"{len(self.gains)} comparison{'s' if len(self.gains) > 1 else ''}"
        return f"{rule}: of {number} {counts}{self._range()}"

    def _counts(self) -> list[str]:
        """How many comparisons went which way, and in which work."""
        counts = [f"{self.claimed} are faster in {_where(self.supporting)}"]
        counts.append(f"{other(self.claimed)} in {_where(self.losing)}")
        if self.even:
            counts.append(f"{self.claimed} gain less than {NO_GAIN - 1:.0%} in {_where(self.even)}")
        decided = len(self.supporting) + len(self.losing) + len(self.even)
        if unclear := len(self.told) - decided:
            counts.append(f"{unclear} can't be told apart")
        if few := len(self.gains) - len(self.told):
            counts.append(f"{few} had fewer than {FEWEST_FOR_INTERVAL} launches")
        return counts

    def _range(self) -> str:
        """The least and the largest gain, each with its work."""
        ordered = sorted(self.gains, key=lambda pair: pair[1].median)
        ends = [ordered[0], *ordered[1:][-1:]]
        said = " to ".join(with_interval(gain, duel.text) for duel, gain in ends)
        return f"; {self.claimed} are {said} as fast as {other(self.claimed)}"


@dataclass(frozen=True)
class Verdict:
    """What the rule is worth for a language on this machine."""

    language: str
    halves: Sequence[Half]

    @property
    def word(self) -> str:
        words = [half.verdict for half in self.halves]
        return FAILS if FAILS in words else OPEN if OPEN in words else HOLDS


def verdict(language_: str, found: Iterable[Duel]) -> Verdict:
    """By all comparisons of the language on several workers."""
    mine = [d for d in found if d.language == language_ and d.workers >= FEWEST_WORKERS]
    halves = [
        Half(kind, claimed, [duel for duel in mine if duel.work.scenario == scenario])
        for scenario, kind, claimed in HALVES
    ]
    return Verdict(language_, halves)


@dataclass(frozen=True)
class Answer:
    """What the section of the page holds."""

    rule: str
    verdicts: Sequence[Verdict]
    duels: Sequence[Duel]
    missing: Sequence[str]
    fewest_workers: int = FEWEST_WORKERS
    no_gain: str = f"{NO_GAIN - 1:.0%}"


def missing(found: Sequence[Duel]) -> list[str]:
    """What a run lacks for the whole answer, and how to get it."""
    compared = [(duel, gain) for duel in found if (gain := duel.gain_of("threads"))]
    works = {(duel.language, duel.work.scenario) for duel, _ in compared}
    lacks = []
    due = {kind: text for kind, text in KINDS.items() if kind not in ONLY_THREADS}
    for language_ in LANGUAGES:
        kinds = [text for kind, text in due.items() if (language_, kind) not in works]
        if kinds:
            lacks.append(f"{language_}: no threads beside processes in {', '.join(kinds)}")
    counts = {duel.workers for duel in found}
    if absent := [n for n in COUNTS if n not in counts]:
        lacks.append(f"no cases with {', '.join(map(str, absent))} workers")
    said = [f"This run lacks: {'; '.join(lacks)}. {MEASURE} measures all."] if lacks else []
    if few := sum(not gain.is_interval for _, gain in compared):
        said.append(
            f"{few} of {len(compared)} comparisons had fewer than {FEWEST_FOR_INTERVAL} launches, and so"
            f" no confidence interval: {MEASURE} with a larger --budget gives them one."
        )
    return said


def answer(run: Run) -> Answer:
    found = duels(run)
    verdicts = [verdict(language_, found) for language_ in LANGUAGES]
    return Answer(RULE, verdicts, found, missing(found))
