"""Lines of the best threads and processes of C++ and of CPython, and what they are held against."""

from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from plots import pools, style
from plots.figures import pool_lines
from plots.pools import Line, Work
from results.load import Run, load
from results.stats import Summary
from tests.results.make_run import write_run

SIEVE, WAIT = pool_lines.LOCK_WORKS
SIDES = ["C++ threads", "C++ processes", "CPython threads", "CPython processes"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load(write_run(tmp_path_factory.mktemp("run"), 7, full=True))


@pytest.fixture(name="drawn")
def keep_figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """What is drawn instead of being written."""
    found: list[Figure] = []
    monkeypatch.setattr(style, "save", lambda figure, *_: found.append(figure))
    return found


def line(run: Run, side: str, work: Work) -> Line:
    return next(found for found in pools.lines_of(run, work) if found.side == side)


def speed_ups(found: Line) -> dict[int, Summary]:
    values = {case.name.number("workers"): found.speed_up(case) for case in found.cases}
    return {workers: value for workers, value in values.items() if value}


def test_a_line_is_the_implementation_that_is_fastest_most_often(run: Run) -> None:
    found = line(run, "C++ threads", Work("cpu_bound", "1us"))
    assert found.implementation == "moodycamel_threads"
    assert [case.name.number("workers") for case in found.cases] == [1, 2, 4, 8]


def test_the_locks_figure_has_four_lines_in_each_panel(
    run: Run, tmp_path: Path, drawn: list[Figure]
) -> None:
    caption = pool_lines.interpreter_lock(run, tmp_path).text
    assert "no such case" not in caption and "95 % confidence interval" in caption
    for axes, work in zip(drawn[0].axes, pool_lines.LOCK_WORKS):
        assert axes.get_title() == work.text
        shown = {}
        for artist in axes.lines:
            if (artist.get_gid() or "").startswith(style.TITLED):
                shown[artist.get_gid()] = list(artist.get_ydata())
        lines = [line(run, side, work) for side in SIDES]
        assert shown == {
            f"{style.TITLED}{found.implementation}, {found.peers}": [
                value.median for value in speed_ups(found).values()
            ]
            for found in lines
        }


def test_threads_of_an_interpreter_compute_one_at_a_time_and_wait_together(run: Run) -> None:
    threads, processes = (line(run, side, SIEVE) for side in SIDES[2:])
    assert speed_ups(threads)[8].high < 1.3 < 1.7 < speed_ups(processes)[8].low
    assert speed_ups(line(run, "CPython threads", WAIT))[8].median > 6


def test_a_speed_up_is_over_the_serial_case_of_the_same_launches(run: Run) -> None:
    found = line(run, "C++ processes", WAIT)
    serial = run.by_text["floor/serial/io_bound/peers:threads/place:same_cpu/work:wait_5ms"]
    assert found.serial is serial
    case = found.cases[1]
    ratios = sorted(s / c for s, c in zip(serial.values(), case.values()))
    value = found.speed_up(case)
    assert value and value.median == ratios[len(ratios) // 2] and value.n == 7


def test_without_a_serial_case_one_worker_of_the_line_stands_for_it(
    run: Run, tmp_path: Path, drawn: list[Figure]
) -> None:
    cases = [c for c in run.cases if not c.text.startswith("floor/cpython_serial/")]
    caption = pool_lines.interpreter_lock(replace(run, cases=cases), tmp_path).text
    assert (
        "this run holds no such case for CPython processes, CPython threads: over one worker"
        in caption
    )
    found = line(replace(run, cases=cases), "CPython threads", SIEVE)
    assert speed_ups(found)[1] == Summary(1.0, 1.0, 1.0, 7, True)


def test_a_serial_case_that_failed_is_none(run: Run) -> None:
    name = "floor/serial/cpu_bound/peers:threads/place:same_cpu/work:sieve"
    case = run.by_text[name]
    failed = replace(case, samples=[replace(case.samples[0], error="wrong answer")])
    cases = [failed if c.text == name else c for c in run.cases]
    assert pools.serial_of(replace(run, cases=cases), "C++", SIEVE) is None


def test_what_has_neither_is_left_out(run: Run, tmp_path: Path, drawn: list[Figure]) -> None:
    cases = [
        c
        for c in run.cases
        if not c.text.startswith("floor/serial/")
        and not (c.name.family == "pool" and c.name.get("workers") == "1")
    ]
    few = replace(run, cases=cases)
    assert line(few, "C++ threads", SIEVE).base is None
    pool_lines.interpreter_lock(few, tmp_path)
    gids = {artist.get_gid() for axes in drawn[0].axes for artist in axes.lines}
    assert {f"{style.TITLED}cpython_threading, threads"} <= gids
    assert not any("mutex_condition" in gid for gid in gids if gid)


def test_launches_that_only_one_of_two_cases_has_do_not_count(run: Run) -> None:
    over, under = line(run, "C++ threads", SIEVE).cases[:2]
    late = replace(under, samples=under.samples[5:])
    found = pools.ratio(over, late)
    assert found and found.n == 2 and not found.is_interval
    assert pools.ratio(replace(over, samples=over.samples[:5]), late) is None


def test_pools_elsewhere_than_compact_are_no_points_of_these_lines(run: Run) -> None:
    case = line(run, "C++ threads", SIEVE).cases[1]
    moved = replace(case, name=replace(case.name, fields={**case.name.fields, "place": "unpinned"}))
    assert moved not in pools.cases_of(replace(run, cases=[*run.cases, moved]))


@pytest.mark.parametrize("index", [1, 2, 3])
def test_every_work_has_a_panel(run: Run, tmp_path: Path, drawn: list[Figure], index: int) -> None:
    text = pool_lines.FIGURES[index](run, tmp_path).text
    titles = [axes.get_title() for axes in drawn[0].axes if axes.get_title()]
    assert len(titles) == 18 and titles[:2] == ["CPU-bound: 1 µs", "CPU-bound: 10 µs"]
    assert titles[-2:] == ["nested: 1 µs", "nested: empty"]
    assert "A task of the table is a whole one." in text
    assert "A task of nested ones is a leaf." in text


def test_efficiency_is_the_speed_up_of_each_worker(run: Run) -> None:
    found = line(run, "C++ threads", WAIT)
    speed_up, efficiency = found.speed_up(found.cases[3]), pool_lines.EFFICIENCY.value(
        found, found.cases[3]
    )
    assert speed_up and efficiency and efficiency.median == speed_up.median / 8


def test_a_run_without_pools_says_so(run: Run, tmp_path: Path) -> None:
    few = replace(run, cases=[c for c in run.cases if c.name.family != "pool"])
    for make in pool_lines.FIGURES:
        assert make(few, tmp_path).missing.startswith("Not drawn: this run holds no pool")
