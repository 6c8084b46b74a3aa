"""Measuring for a report: rounds of launches until the budget is spent."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli import process, rounds
from cli.bench import Files, Launch, add_failed, entries, launch
from cli.terminal import Progress, duration
from results.merit import figure_of_merit

MOST_CRASHES = 4  # of one family in one round
Precise = Callable[[Sequence[float]], bool]


@dataclass
class Measurement:
    """What is known while measuring, and what is left of it afterwards."""

    cases: dict[str, list[str]]  # by family, as chosen
    budget_s: float
    seed: int
    slice_ms: float
    started: float = field(default_factory=process.now)
    done: int = 0  # complete rounds
    whole: int | None = None  # so many of all cases; later ones are of the deciding cases alone
    overheads_s: dict[str, float] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=dict)
    precise: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)
    crashed: dict[str, str] = field(default_factory=dict)  # cases that ended their process, and how

    def left_s(self) -> float:
        """What is left of the budget."""
        return self.budget_s - (process.now() - self.started)

    def active(self) -> dict[str, list[str]]:
        """The cases of the next round."""
        out = self.precise | self.crashed.keys()
        left = {
            family: [case for case in cases if case not in out and self.takes_part(case)]
            for family, cases in self.cases.items()
        }
        return {family: cases for family, cases in left.items() if cases}

    def takes_part(self, case: str) -> bool:
        """Whether a case is wanted in the next round, unless it is known well enough."""
        return self.whole is None or rounds.is_deciding(case)

    def most_rounds(self) -> int:
        """After so many there is no other."""
        return rounds.MOST_ROUNDS if self.whole is None else rounds.PRECISION_ROUNDS

    def goes_on(self) -> bool:
        """Whether the budget holds one more round."""
        active = sum(len(cases) for cases in self.active().values())
        left_s, most = self.left_s(), self.most_rounds()
        return rounds.another_round(self.done, active, left_s, self.round_s(), most)

    def narrow(self) -> None:
        """From now on the deciding cases alone."""
        if self.whole is None:
            self.whole = self.done

    def rounds_text(self) -> str:
        """How many rounds were run."""
        if self.whole is None or self.whole == self.done:
            return f"{self.done} rounds"
        rest = self.done - self.whole
        return f"{self.whole} rounds, and {rest} of the cases that judge threads and processes"

    def round_s(self) -> float:
        """How long the next round will take."""
        active = self.active()
        names = [case for cases in active.values() for case in cases]
        return rounds.round_length_s(names, self.overheads_s, self.slice_ms, len(active))

    def stopped_by(self) -> dict[str, str]:
        """Why each case was not measured any further."""
        names = [case for cases in self.cases.values() for case in cases]
        return {name: "precision" if name in self.precise else "budget" for name in names}


def case_name(entry: dict[str, object]) -> str:
    """The case of a row of Google Benchmark's JSON."""
    return str(entry["name"]).removesuffix("/manual_time")


def read_result(measurement: Measurement, files: Files) -> None:
    """Takes a launch's figures of merit, by case, and the errors of the cases that failed."""
    for entry in entries(files.result) or []:
        name = case_name(entry)
        if entry.get("error_occurred"):
            measurement.errors[name] = str(entry.get("error_message", ""))
        else:
            measurement.values.setdefault(name, []).append(figure_of_merit(entry))


def learn(measurement: Measurement, launched: Launch) -> None:
    """Remembers what each case costs beside its slice (the dearest seen)."""
    for case, wall_s in launched.walls_s.items():
        overhead_s = max(0.0, wall_s - rounds.measuring_s(measurement.slice_ms))
        known = measurement.overheads_s.get(case, 0.0)
        measurement.overheads_s[case] = max(known, overhead_s)


class Status:
    """The progress line: case, share done, time left."""

    def __init__(self, progress: Progress, measurement: Measurement, total_s: float) -> None:
        self.progress = progress
        self.measurement = measurement
        self.total_s = total_s

    def show(self, case: str) -> None:
        elapsed = process.now() - self.measurement.started
        share = min(0.99, elapsed / self.total_s)
        left = duration(max(1.0, self.total_s - elapsed))
        number = self.measurement.done + 1
        self.progress.show(f"{share:4.0%}  {left} left  round {number}  {case}")


def run_family(measurement: Measurement, files: Files, cases: list[str], status: Status) -> None:
    """One launch of a family. A case that ends its process is named, and the others run again."""
    failed: dict[str, str] = {}
    for _ in range(MOST_CRASHES):
        left = [case for case in cases if case not in failed]
        if not left:
            break
        done = launch(files, left, measurement.seed, measurement.slice_ms, status.show)
        learn(measurement, done)
        if not done.problem:
            if failed:
                add_failed(files, failed)
            read_result(measurement, files)
            break
        where = f" in {done.culprit}" if done.culprit else " after its last case"
        crash = f"bench_{files.family}{where}: {done.problem}"
        status.progress.say(f"error: {crash}")
        measurement.crashes.append(crash)
        if not done.culprit:
            break
        failed[done.culprit] = f"bench_{files.family} ended in this case: {done.problem}"
    measurement.crashed.update(failed)


def run_round(
    measurement: Measurement, folder: Path, chance: random.Random, status: Status
) -> None:
    """Every active case once, each family in a fresh process, families in random order."""
    active = measurement.active()
    families = list(active)
    chance.shuffle(families)
    for family in families:
        files = Files(folder, family, measurement.done)
        run_family(measurement, files, active[family], status)
    measurement.done += 1


def settle(measurement: Measurement, precise: Precise) -> None:
    """Takes the cases that are known well enough out of later rounds."""
    if measurement.done < rounds.PRECISION_ROUNDS:
        return
    for name, values in measurement.values.items():
        if len(values) >= rounds.PRECISION_ROUNDS and precise(values):
            measurement.precise.add(name)


def expected_total_s(measurement: Measurement) -> float:
    """How long everything will take, as far as is known now."""
    elapsed = process.now() - measurement.started
    round_s = measurement.round_s()
    left_s = measurement.budget_s - elapsed
    most = measurement.most_rounds()
    coming = rounds.rounds_to_come(measurement.done, left_s, round_s, most)
    return elapsed + coming * round_s


def measure(measurement: Measurement, folder: Path, precise: Precise) -> None:
    """Rounds until the budget is spent, or every case is precise."""
    chance = random.Random(measurement.seed)
    with Progress() as progress:
        plan_s = expected_total_s(measurement)
        status = Status(progress, measurement, plan_s)
        while measurement.goes_on():
            run_round(measurement, folder, chance, status)
            measurement.slice_ms = rounds.later_slice_ms(
                measurement.overheads_s,
                measurement.slice_ms,
                measurement.done,
                measurement.left_s(),
            )
            settle(measurement, precise)
            if not measurement.goes_on():
                measurement.narrow()
            status.total_s = max(1.0, expected_total_s(measurement))
            if measurement.done == 1 and status.total_s > 1.1 * measurement.budget_s:
                took = duration(status.total_s)
                progress.say(f"Three rounds will take {took}, more than the budget.")
