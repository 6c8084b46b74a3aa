"""A run folder in memory: every case with its values of all launches."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from results import merit, names, stats, validate
from results.files import RUN, launch_files
from results.histogram import Histogram
from results.names import CaseName

MERIT = "figure_of_merit"  # ns: merit.figure_of_merit of each row, kept beside its counters
FEW_SAMPLES = 10  # of a launch, below which its median is hardly better than its luckiest sample
SPINNING = "spins"


@dataclass(frozen=True)
class Sample:
    """One launch of a case."""

    launch: int
    values: dict[str, float]
    error: str = ""


@dataclass
class Case:
    """A case with its samples, ordered by launch."""

    name: CaseName
    samples: list[Sample] = field(default_factory=list)
    histogram: Histogram = field(default_factory=Histogram)

    @cached_property
    def text(self) -> str:
        return str(self.name)

    @cached_property
    def errors(self) -> list[str]:
        return [sample.error for sample in self.samples if sample.error]

    @property
    def error(self) -> str:
        """Why the case counts as failed; empty when no launch failed."""
        if not self.errors:
            return ""
        return f"{self.errors[0]} ({len(self.errors)} of {len(self.samples)} launches failed)"

    def values(self, counter: str = MERIT) -> list[float]:
        """One value per launch that has it."""
        return [s.values[counter] for s in self.samples if not s.error and counter in s.values]

    def summary(self, counter: str = MERIT) -> stats.Summary | None:
        """Median and spread over launches; None where no launch has the counter."""
        values = self.values(counter)
        return stats.summarize(values) if values else None

    def median(self, counter: str = MERIT) -> float | None:
        values = self.values(counter)
        return stats.median(values) if values else None

    def percentile(self, share: float) -> float | None:
        """Over the samples of all launches together; None without a histogram."""
        return self.histogram.percentile(share) if self.histogram.total else None

    @property
    def of_medians(self) -> bool:
        """Whether the figure of merit is the median of sampled round trips, not a mean."""
        return bool(self.values(merit.MEDIAN))

    @property
    def few_samples(self) -> bool:
        """Whether half of the launches or more sampled too few round trips for a median."""
        samples = self.median("samples")
        return self.of_medians and samples is not None and samples < FEW_SAMPLES

    def share(self, flag: str) -> float:
        """The share of launches in which a 0/1 counter is set."""
        values = self.values(flag)
        return sum(value > 0 for value in values) / len(values) if values else 0.0

    @property
    def noisy(self) -> bool:
        """Whether half of the launches or more were noisy or saw the probe move."""
        return max(self.share("noisy"), self.share("probe_moved")) >= 0.5

    @property
    def probes(self) -> list[float]:
        """Every raw cache-line round trip measured beside the case, ns."""
        return self.values("probe_before_ns") + self.values("probe_after_ns")


@dataclass
class Run:
    """A run folder."""

    folder: Path
    meta: dict[str, Any]
    context: dict[str, Any]
    cases: list[Case]

    @cached_property
    def by_text(self) -> dict[str, Case]:
        return {case.text: case for case in self.cases}

    @cached_property
    def facts(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What each implementation states about itself, by family and name."""
        return {(row["family"], row["name"]): row for row in self.meta["implementations"]}

    def good(self, family: str = "", scenario: str = "", **fields: str) -> list[Case]:
        """The cases without errors that fit."""
        return [case for case in self.matching(family, scenario, **fields) if not case.error]

    def matching(self, family: str = "", scenario: str = "", **fields: str) -> Iterator[Case]:
        """The cases that fit, failed ones too."""
        for case in self.cases:
            name = case.name
            if family not in ("", name.family) or scenario not in ("", name.scenario):
                continue
            if all(name.get(key) == value for key, value in fields.items()):
                yield case

    def waiting(self, name: CaseName) -> str:
        """How the implementation of a case waits, as it states."""
        return str(self.facts.get((name.family, name.implementation), {}).get("waiting", ""))

    def spins(self, name: CaseName) -> bool:
        """Whether a waiter burns processor time before anything else."""
        return self.waiting(name).startswith((SPINNING, "never"))

    def probe_modes(self) -> dict[str, list[stats.Mode]]:
        """The modes of the raw cache-line probe, by placement."""
        values: dict[str, list[float]] = {}
        for case in self.cases:
            values.setdefault(case.name.get("place"), []).extend(case.probes)
        return {place: stats.modes(found) for place, found in values.items() if found}


def _numbers(row: dict[str, Any]) -> dict[str, float]:
    return {
        key: float(value)
        for key, value in row.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def _sample(launch: int, row: dict[str, Any]) -> Sample:
    if row.get("error_occurred"):
        return Sample(launch, {}, str(row["error_message"]))
    return Sample(launch, {**_numbers(row), MERIT: merit.figure_of_merit(row)})


def _add_histograms(path: Path, cases: dict[str, Case]) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        case = cases.get(str(names.parse(row["name"])))
        if case:
            case.histogram.add((index, count) for index, count in row["counts"])


def load(folder: Path) -> Run:
    """The run in a folder, validated first. Raises NotAResult."""
    validate.require(folder)
    cases: dict[str, Case] = {}
    context: dict[str, Any] = {}
    for file in launch_files(folder):
        data = validate.read_json(file.path)
        context = context or data["context"]
        for row in data["benchmarks"]:
            name = names.parse(row["name"])
            case = cases.setdefault(str(name), Case(name))
            case.samples.append(_sample(file.launch, row))
        if file.histograms.exists():
            _add_histograms(file.histograms, cases)
    meta = validate.read_json(folder / RUN)
    return Run(folder, meta, context, [cases[text] for text in sorted(cases)])
