#!/usr/bin/python3
"""Do the harness's numbers agree with a bare loop in C that has nothing of this project?

Both programs stay alive through a launch, with pinned workers that sleep until they are asked for
a sample; samples alternate in random order within each pair. Round trips are compared by the log
of harness / bare, the stream by the difference in ns per item. The launch is the unit of the
t interval; the interval over pairs comes from order statistics. Exits with 1 when a case differs.
"""

import argparse
import math
import os
import random
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
WARM_UP_SAMPLES = 4  # the first ones also find how many operations fill a sample
LARGEST_RATIO = 1.05
LARGEST_STREAM_NS = 2.0
TIME_TO_END_S = 20.0


@dataclass
class Case:
    mode: str
    place: str
    cpus: tuple[int, int]
    bare: list[float] = field(default_factory=list)
    harness: list[float] = field(default_factory=list)
    differences: list[list[float]] = field(default_factory=list)  # of each launch

    @property
    def name(self) -> str:
        return f"{self.mode}, {self.place}"

    def is_stream(self) -> bool:
        return self.mode == "stream"

    def difference(self, bare: float, harness: float) -> float:
        return harness - bare if self.is_stream() else math.log(harness / bare)

    def shown(self, difference: float) -> float:
        return difference if self.is_stream() else math.exp(difference)


class Sampler:
    """A program that takes a sample for each line it reads."""

    def __init__(self, program: Path, case: Case, sample_ms: float) -> None:
        self.command = [str(program), case.mode, *map(str, case.cpus), str(sample_ms)]
        pipe = subprocess.PIPE
        self.child = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, text=True, bufsize=1)

    def __enter__(self) -> "Sampler":
        return self

    def sample(self) -> float:
        """Mean nanoseconds per operation."""
        assert self.child.stdin and self.child.stdout
        try:
            self.child.stdin.write("\n")
            self.child.stdin.flush()
            value = float(self.child.stdout.readline())
        except (OSError, ValueError) as error:
            raise SystemExit(f"{' '.join(self.command)}: no sample: {error}") from error
        if not (math.isfinite(value) and value > 0):
            raise SystemExit(f"{' '.join(self.command)}: {value} ns is no mean")
        return value

    def __exit__(self, *error: object) -> None:
        assert self.child.stdin and self.child.stdout
        try:
            self.child.stdin.close()
            status = self.child.wait(TIME_TO_END_S)
        except (OSError, subprocess.TimeoutExpired):
            self.child.kill()
            status = self.child.wait()
        self.child.stdout.close()
        if status != 0 and error[0] is None:
            raise SystemExit(f"{' '.join(self.command)}: ended with {status}")


def cases_of_this_machine() -> list[Case]:
    cpus = sorted(os.sched_getaffinity(0))
    same, across = (cpus[0], cpus[0]), (cpus[0], cpus[-1])
    cases = [Case(mode, "one CPU", same) for mode in ("pipe_pair", "seqpacket")]
    if len(cpus) == 1:
        print("Two CPUs: absent, this process may use one.")
        return cases
    modes = ("pipe_pair", "seqpacket", "cache_line", "stream")
    return cases + [Case(mode, "two CPUs", across) for mode in modes]


def launch(case: Case, options: argparse.Namespace, chance: random.Random) -> None:
    programs = ["bare_loop", "agreement_harness"]
    chance.shuffle(programs)
    with ExitStack() as stack:
        samplers = {
            name: stack.enter_context(Sampler(options.programs / name, case, options.sample_ms))
            for name in programs
        }
        for _ in range(WARM_UP_SAMPLES):
            for sampler in samplers.values():
                sampler.sample()
        differences = []
        for _ in range(options.pairs):
            chance.shuffle(programs)
            pair = {name: samplers[name].sample() for name in programs}
            bare, harness = pair["bare_loop"], pair["agreement_harness"]
            case.bare.append(bare)
            case.harness.append(harness)
            differences.append(case.difference(bare, harness))
        case.differences.append(differences)


def interval_over_launches(differences: list[list[float]]) -> tuple[float, float, float]:
    """Mean of the launches' medians and its t interval."""
    medians = np.array([np.median(launch) for launch in differences])
    mean = float(medians.mean())
    error = float(medians.std(ddof=1)) / math.sqrt(len(medians))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(medians) - 1)) * error
    return mean, mean - reach, mean + reach


def interval_over_pairs(differences: list[list[float]]) -> tuple[float, float, float]:
    """Median of all pairs and its interval by order statistics."""
    values = np.sort(np.concatenate([np.array(launch) for launch in differences]))
    count = len(values)
    below = max(int(stats.binom.ppf((1 - CONFIDENCE) / 2, count, 0.5)), 1)
    return float(np.median(values)), float(values[below - 1]), float(values[count - below])


def verdict_of(case: Case) -> str:
    """By the interval over launches: agrees, differs, or it could be either."""
    _, low, high = interval_over_launches(case.differences)
    if case.is_stream():
        least, most = -math.inf, LARGEST_STREAM_NS
    else:
        least, most = -math.log(LARGEST_RATIO), math.log(LARGEST_RATIO)
    if least <= low and high <= most:
        return "agrees"
    return "differs" if high < least or low > most else "inconclusive"


def print_table(cases: list[Case], options: argparse.Namespace) -> None:
    print(
        f"{options.launches} launches of {options.pairs} pairs, samples of {options.sample_ms:g} ms,"
        f" seed {options.seed}; medians in ns; harness/bare as ratio (stream: difference in ns),"
        f" {CONFIDENCE:.0%} intervals"
    )
    print(f"{'case':22}{'bare':>10}{'harness':>10}{'over launches':>25}{'over pairs':>25}  verdict")
    for case in cases:
        columns = []
        for interval in (interval_over_launches, interval_over_pairs):
            middle, low, high = map(case.shown, interval(case.differences))
            columns.append(f"{middle:8.3f} [{low:.3f}, {high:.3f}]")
        print(
            f"{case.name:22}{np.median(case.bare):10.1f}{np.median(case.harness):10.1f}"
            f"{columns[0]:>25}{columns[1]:>25}  {verdict_of(case)}"
        )


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="folder of both programs")
    parser.add_argument("--launches", type=int, default=10)
    parser.add_argument("--pairs", type=int, default=25, help="of each launch")
    parser.add_argument("--sample-ms", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="cases whose names hold this")
    parser.add_argument("--quick", action="store_true", help="only shows that everything works")
    options = parser.parse_args()
    if options.quick:
        options.launches, options.pairs, options.sample_ms = 2, 3, 2
    if options.launches < 2 or options.pairs < 1:
        parser.error("an interval needs at least 2 launches of at least 1 pair")
    return options


def main() -> int:
    options = parse_options()
    chance = random.Random(options.seed)
    cases = [case for case in cases_of_this_machine() if options.only in case.name]
    launches = [case for case in cases for _ in range(options.launches)]
    chance.shuffle(launches)
    for case in launches:
        launch(case, options, chance)
    print_table(cases, options)
    if options.quick:  # too few samples to judge by
        return 0
    return 1 if any(verdict_of(case) == "differs" for case in cases) else 0


if __name__ == "__main__":
    sys.exit(main())
