"""How a budget is read and spent."""

import pytest

from cli import rounds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3m", 180),
        ("60s", 60),
        ("1m30s", 90),
        ("90", 90),
        ("1.5m", 90),
        ("1h", 3600),
        ("2min", 120),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert rounds.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "3 parsecs", "-3m", "0s", "3mm", "m3"])
def test_what_is_no_duration_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="'"):
        rounds.parse_duration(text)


def test_the_slice_is_the_default_where_the_budget_is_ample() -> None:
    plan = rounds.first_plan(cases=["queue/x"] * 10, families=1, budget_s=180)
    assert plan.slice_ms == rounds.SLICE_MS
    assert plan.rounds > rounds.FEWEST_ROUNDS
    assert plan.total_s <= 180
    assert not plan.over_budget


def test_the_slice_shrinks_until_the_wanted_rounds_fit() -> None:
    plan = rounds.first_plan(cases=["queue/x"] * 400, families=5, budget_s=180)
    assert rounds.SHORTEST_SLICE_MS < plan.slice_ms < rounds.SLICE_MS
    assert plan.rounds == rounds.WANTED_ROUNDS
    assert plan.total_s == pytest.approx(180)
    assert not plan.over_budget


def test_fewer_rounds_than_wanted_are_run_of_the_shortest_slices() -> None:
    plan = rounds.first_plan(cases=["queue/x"] * 400, families=5, budget_s=60)
    assert plan.slice_ms == rounds.SHORTEST_SLICE_MS
    assert rounds.FEWEST_ROUNDS <= plan.rounds < rounds.WANTED_ROUNDS
    assert plan.total_s <= 60
    assert not plan.over_budget


def test_a_budget_that_is_too_small_is_said_to_be_exceeded() -> None:
    plan = rounds.first_plan(cases=["queue/x"] * 1000, families=5, budget_s=10)
    assert plan.slice_ms == rounds.SHORTEST_SLICE_MS
    assert plan.over_budget
    assert plan.total_s > 10


def test_the_slice_shrinks_when_the_first_round_was_dear() -> None:
    overheads = {f"case{i}": 0.05 for i in range(100)}
    to_come = rounds.WANTED_ROUNDS - 1
    left_s = to_come * 100 * (0.05 + rounds.measuring_s(20))
    later = rounds.later_slice_ms(overheads, slice_ms=50, done=1, left_s=left_s)
    assert later == pytest.approx(20)


def test_the_slice_never_grows_and_stays_after_the_wanted_rounds() -> None:
    overheads = {"case": 0.001}
    assert rounds.later_slice_ms(overheads, slice_ms=30, done=1, left_s=1000) == 30
    assert rounds.later_slice_ms(overheads, slice_ms=30, done=8, left_s=0.001) == 30


def test_three_rounds_are_run_whatever_the_budget() -> None:
    assert rounds.another_round(done=2, active=1, left_s=-5, round_s=10)
    assert not rounds.another_round(done=3, active=1, left_s=9, round_s=10)
    assert rounds.another_round(done=3, active=1, left_s=10, round_s=10)


def test_rounds_end_when_every_case_is_precise() -> None:
    assert not rounds.another_round(done=6, active=0, left_s=1000, round_s=0)


def test_rounds_end_where_file_names_do() -> None:
    assert not rounds.another_round(rounds.MOST_ROUNDS, active=1, left_s=1000, round_s=1)
    assert rounds.rounds_to_come(90, left_s=1e6, round_s=1) == rounds.MOST_ROUNDS - 90


def test_a_round_costs_its_slices_and_the_overheads_that_were_seen() -> None:
    length = rounds.round_length_s(["a", "b"], {"a": 0.1, "b": 0.2}, slice_ms=50, families=1)
    measuring = 2 * rounds.measuring_s(50)
    assert length == pytest.approx(0.3 + measuring + rounds.FAMILY_OVERHEAD_S)


def test_cases_of_cpython_are_given_the_time_that_an_interpreter_takes() -> None:
    own = rounds.first_plan(["queue/mpmc_ring+spin/stream"] * 100, 1, 600)
    python = rounds.first_plan(["queue/cpython_threading/stream"] * 100, 1, 600)
    assert python.round_s > own.round_s + 100 * 0.05
