"""The number that stands for a launch."""

import json
from pathlib import Path

import pytest

from results.load import load
from results.merit import figure_of_merit
from tests.results.make_run import write_run


def test_it_is_the_median_where_latencies_were_sampled() -> None:
    assert figure_of_merit({"real_time": 121_000.0, "p50_ns": 107.0}) == 107.0


def test_it_is_the_mean_elsewhere() -> None:
    assert figure_of_merit({"real_time": 8.5}) == 8.5


def test_a_row_without_a_time_has_none() -> None:
    with pytest.raises(KeyError):
        figure_of_merit({"name": "pipe/pipe_pair/stream"})


def test_cases_are_summarized_by_it(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 1)
    rows = json.loads((folder / "pipe-00.json").read_text())["benchmarks"]
    run = load(folder)
    for row in rows:
        if "error_occurred" not in row:
            case = run.by_text[row["name"].removesuffix("/manual_time")]
            assert case.values() == [figure_of_merit(row)]
            assert case.of_medians == (case.name.scenario == "ping_pong")
