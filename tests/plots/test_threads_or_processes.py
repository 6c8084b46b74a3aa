"""Threads against processes, and the old rule: winners, ties, what is missing and what failed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from plots import threads_or_processes
from plots.duels import Duel, duels
from plots.threads_or_processes import FAILS, HOLDS, OPEN, answer, verdict
from results.load import MERIT, Case, Run, Sample
from results.names import build

LAUNCHES = (0.99, 1.0, 1.01, 0.98, 1.02, 1.0, 1.0)  # of which each case takes its time
NOISY = (0.8, 1.25, 0.9, 1.3, 0.7, 1.1, 1.0)
THREADS, PROCESSES = "mutex_condition_threads", "prefork_socketpair"
PYTHON = {"threads": "cpython_threading", "processes": "cpython_multiprocessing"}


def case(
    name: str,
    ns: float,
    work: str = "sieve",
    workers: int = 2,
    error: str = "",
    launches: Sequence[float] = LAUNCHES,
) -> Case:
    peers = "processes" if name.startswith("prefork") or name.endswith("processing") else "threads"
    kind = "io_bound" if work.startswith(("wait", "fsync")) else "cpu_bound"
    where: dict[str, Any] = {"peers": peers, "place": "compact", "workers": workers, "work": work}
    values = [
        {
            MERIT: ns * factor,
            "msgs_per_s": 1e9 / (ns * factor),
            "cpu_ns_per_msg": 2 * ns * factor,
            "operations": 100.0,
        }
        for factor in launches
    ]
    samples = [Sample(n, {} if error else v, error) for n, v in enumerate(values)]
    return Case(build("pool", name, kind, **where), samples)


def run_of(*cases: Case) -> Run:
    meta: dict[str, Any] = {"implementations": []}
    return Run(Path("."), meta, {}, sorted(cases, key=lambda found: found.text))


def only(*cases: Case) -> Duel:
    (found,) = duels(run_of(*cases))
    return found


def test_the_winner_is_named_with_its_gain_and_what_the_loser_costs() -> None:
    found = only(case(THREADS, 1000), case(PROCESSES, 2000), case("prefork_pipe", 3000))
    assert found.outcome == "threads" and found.missing == ""
    assert found.by_how_much == "2.00× (95 % CI 2.00× to 2.00×, n=7)"
    assert (found.ahead.name, found.behind.name) == (THREADS, PROCESSES)
    assert (found.behind.rate, found.behind.cpu) == ("500 k/s", "4.00 µs")


def test_processes_can_win_too() -> None:
    found = only(case(PYTHON["threads"], 9000), case(PYTHON["processes"], 3000))
    assert (found.language, found.outcome) == ("CPython", "processes")
    assert found.by_how_much.startswith("3.00×")


def test_launches_are_compared_with_themselves() -> None:
    """Noise that both share says nothing against either."""
    noisy = [case(name, ns, launches=NOISY) for name, ns in ((THREADS, 1000), (PROCESSES, 1100))]
    assert only(*noisy).outcome == "threads"


def test_a_tie_is_a_tie_whoever_has_the_better_median() -> None:
    found = only(case(THREADS, 1000), case(PROCESSES, 1050, launches=NOISY))
    assert found.outcome == "tie"
    assert (found.ahead.name, found.behind.name) == (THREADS, PROCESSES)
    gain = found.gain_of("threads")
    assert gain and gain.low < 1 < gain.high
    backwards = only(case(THREADS, 1050), case(PROCESSES, 1000, launches=NOISY))
    assert (backwards.outcome, backwards.ahead.name) == ("tie", PROCESSES)


def test_a_side_that_was_not_run_is_said_to_be_missing() -> None:
    found = only(case(THREADS, 1000))
    assert (found.outcome, found.missing) == ("–", "no processes: not in this run")
    assert (found.behind.name, found.behind.rate, found.behind.cpu) == ("–", "–", "–")


def test_a_side_that_failed_is_named_with_its_error() -> None:
    found = only(case(THREADS, 1000), case(PROCESSES, 1, error="wrong answer to task 3"))
    assert found.outcome == "–"
    assert f"no processes: failed: {PROCESSES}: wrong answer to task 3" in found.missing


def test_a_failed_case_does_not_stand_for_its_side() -> None:
    found = only(case(THREADS, 1000), case(PROCESSES, 1, error="lost"), case("prefork_pipe", 2000))
    assert (found.outcome, found.behind.name) == ("threads", "prefork_pipe")


def test_cases_of_different_launches_are_not_compared() -> None:
    late = case(PROCESSES, 500)
    late.samples = [Sample(sample.launch + 7, sample.values) for sample in late.samples]
    found = only(case(THREADS, 1000), late)
    assert (found.outcome, found.missing) == ("–", "no launch has both")


def test_languages_works_and_numbers_of_workers_are_compared_apart() -> None:
    names = (THREADS, PROCESSES, *PYTHON.values())
    cases = [
        case(name, 1000, work, workers)
        for name in names
        for work in ("wait_5ms", "sieve", "1us")
        for workers in (8, 1)
    ]
    found = [(duel.language, duel.text) for duel in duels(run_of(*cases))]
    assert len(found) == 12
    assert found[:3] == [
        ("C++", "CPU-bound: 1 µs, 1 worker"),
        ("C++", "CPU-bound: 1 µs, 8 workers"),
        ("C++", "CPU-bound: sieve, 1 worker"),
    ]


def judged(kind: str, threads_ns: float, processes_ns: float, noisy: bool = False) -> list[Case]:
    """CPython's threads and processes in a work of the kind, with 2, 4 and 8 workers."""
    work = {"cpu": "sieve", "io": "wait_5ms"}[kind]
    return [
        case(
            PYTHON[peers], ns, work, n, launches=NOISY if noisy and peers == "threads" else LAUNCHES
        )
        for n in (2, 4, 8)
        for peers, ns in (("threads", threads_ns), ("processes", processes_ns))
    ]


@pytest.mark.parametrize(
    "cpu, io, words, whole",
    [
        ((2000, 1000), (1000, 2000), (HOLDS, HOLDS), HOLDS),
        ((1000, 2000), (1000, 2000), (FAILS, HOLDS), FAILS),
        ((2000, 1000), (1000, 1000), (HOLDS, FAILS), FAILS),
    ],
)
def test_the_rule_holds_where_the_claimed_side_wins_most_comparisons(
    cpu: tuple[float, float], io: tuple[float, float], words: tuple[str, str], whole: str
) -> None:
    found = verdict("CPython", duels(run_of(*judged("cpu", *cpu), *judged("io", *io))))
    assert (tuple(half.verdict for half in found.halves), found.word) == (words, whole)


def test_a_side_that_gains_next_to_nothing_speaks_against_the_rule() -> None:
    cases = [
        case(PYTHON[p], 1000, "sieve", n, launches=launches)
        for n in (2, 4)
        for p, launches in (("threads", LAUNCHES), ("processes", [1.0] * 7))
    ]
    found = verdict("CPython", duels(run_of(*cases))).halves[0]
    assert found.verdict == FAILS and "processes gain less than 5% in 2 (sieve)" in found.text


def test_noise_leaves_the_rule_open() -> None:
    cases = [*judged("cpu", 1000, 1000, noisy=True), *judged("io", 1000, 2000)]
    found = verdict("CPython", duels(run_of(*cases)))
    assert [half.verdict for half in found.halves] == [OPEN, HOLDS]
    assert found.word == OPEN and "3 can't be told apart" in found.halves[0].text


def test_the_figures_of_a_verdict_are_said() -> None:
    cases = [*judged("cpu", 2000, 1000), *(case(PYTHON[p], 1000, "1us", 2) for p in PYTHON)]
    cases[-1] = case(PYTHON["processes"], 9000, "1us", 2)
    text = verdict("CPython", duels(run_of(*cases))).halves[0].text
    assert text.startswith(
        "CPU-bound work to processes: holds: of 4 comparisons processes are faster in 3 (sieve),"
        " threads in 1 (1 µs); processes are 0.11× (CPU-bound: 1 µs, 2 workers; 95 % CI"
    )
    assert text.endswith("2.00× to 2.00×, n=7) as fast as threads")


def test_few_launches_give_no_verdict_but_a_figure() -> None:
    cases = [
        case(PYTHON[p], ns, "sieve", 2, launches=LAUNCHES[:3])
        for p, ns in (("threads", 2000), ("processes", 1000))
    ]
    found = verdict("CPython", duels(run_of(*cases))).halves[0]
    assert found.verdict == OPEN
    assert "1 had fewer than 6 launches" in found.text and "2.00× (" in found.text
    assert any("a larger --budget" in text for text in answer(run_of(*cases)).missing)


def test_a_single_worker_says_nothing_of_the_rule() -> None:
    cases = [case(PYTHON[p], 1000, "sieve", 1) for p in PYTHON]
    found = verdict("CPython", duels(run_of(*cases))).halves[0]
    assert found.verdict == OPEN and "compares no threads with processes" in found.text


def test_what_is_missing_is_said_with_the_command_that_measures_it() -> None:
    (text,) = answer(run_of(case(THREADS, 1000), case(PROCESSES, 2000))).missing
    assert "C++: no threads beside processes in memory-bound, mixed, IO-bound, table" in text
    assert "CPython: no threads beside processes in CPU-bound" in text
    assert "no cases with 1, 4, 8 workers" in text
    assert "./handoff report --filter '^(pool|floor/(cpython_)?serial)/'" in text


def test_a_run_without_such_cases_has_no_answer() -> None:
    assert answer(run_of()).duels == []
    assert threads_or_processes.answer(run_of(case(THREADS, 1, error="lost"))).duels == []
