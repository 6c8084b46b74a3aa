"""Which cases the rounds of a report measure."""

import collections
import random
from pathlib import Path

import pytest

from cli import measure, process, rounds

DECIDING = [
    "pool/std_async/cpu_bound/peers:threads/place:compact/workers:2/work:sieve",
    "floor/serial/cpu_bound/peers:threads/place:same_cpu/work:sieve",
]
OTHERS = [f"pipe/pipe_pair/ping_pong/peers:threads/place:same_l3/size:{n}" for n in range(50)]
COST_S = 0.5


class Clock:
    """Stands still but for what a case takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        self.launches: collections.Counter[str] = collections.Counter()
        monkeypatch.setattr(process, "now", lambda: self.now_s)
        monkeypatch.setattr(measure, "run_round", self.run_round)

    def run_round(
        self, measurement: measure.Measurement, _: Path, __: random.Random, ___: measure.Status
    ) -> None:
        for cases in measurement.active().values():
            for case in cases:
                self.now_s += COST_S
                self.launches[case] += 1
                overhead_s = COST_S - rounds.measuring_s(measurement.slice_ms)
                measurement.overheads_s[case] = overhead_s
        measurement.done += 1

    def measured(self, cases: list[str], budget_s: float) -> measure.Measurement:
        by_family = collections.defaultdict(list)
        for case in cases:
            by_family[case.split("/")[0]].append(case)
        measurement = measure.Measurement(
            by_family, budget_s, 1, rounds.SHORTEST_SLICE_MS, started=self.now_s
        )
        measure.measure(measurement, Path(), lambda _: False)
        return measurement


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_what_holds_no_whole_round_goes_to_the_cases_that_decide(clock: Clock) -> None:
    whole_s = COST_S * len(DECIDING + OTHERS)
    found = clock.measured(DECIDING + OTHERS, budget_s=3.5 * whole_s)
    assert {clock.launches[case] for case in OTHERS} == {3}
    assert {clock.launches[case] for case in DECIDING} == {rounds.PRECISION_ROUNDS}
    assert found.rounds_text() == "3 rounds, and 3 of the cases that judge threads and processes"


def test_the_budget_ends_the_rounds_of_the_cases_that_decide(clock: Clock) -> None:
    whole_s = COST_S * len(DECIDING + OTHERS)
    short_s = COST_S * len(DECIDING) + 2 * rounds.FAMILY_OVERHEAD_S
    clock.measured(DECIDING + OTHERS, budget_s=3 * whole_s + 1.5 * short_s)
    assert {clock.launches[case] for case in DECIDING} == {4}


def test_six_rounds_of_everything_are_enough_for_what_decides(clock: Clock) -> None:
    whole_s = COST_S * len(DECIDING + OTHERS) + 3 * rounds.FAMILY_OVERHEAD_S
    found = clock.measured(DECIDING + OTHERS, budget_s=7.5 * whole_s)
    assert set(clock.launches.values()) == {7}
    assert found.rounds_text() == "7 rounds"


def test_without_cases_that_decide_the_rounds_are_all_alike(clock: Clock) -> None:
    found = clock.measured(OTHERS, budget_s=3.5 * COST_S * len(OTHERS))
    assert found.rounds_text() == "3 rounds"
    assert set(clock.launches.values()) == {3}


@pytest.mark.parametrize(
    ("case", "decides"),
    [
        ("pool/tbb_task_group/io_bound/peers:threads/place:compact/workers:8/work:wait_5ms", True),
        ("floor/cpython_serial/io_bound/peers:threads/place:same_cpu/work:wait_5ms", True),
        ("pool/tbb_task_group/cpu_bound/peers:threads/place:unpinned/workers:8/work:1us", False),
        ("pool/tbb_task_group/apply/peers:threads/place:compact/workers:1", False),
        ("floor/serial/table/peers:threads/place:same_cpu/work:inherited", False),
    ],
)
def test_threads_and_processes_are_judged_by_bound_work(case: str, decides: bool) -> None:
    assert rounds.is_deciding(case) == decides
