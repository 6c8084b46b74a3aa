"""Loading and validating run folders."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from results import validate
from results.files import NotAResult
from results.histogram import Histogram, bucket_index, bucket_value
from results.load import load
from tests.results.make_run import write_run

Change = Callable[[dict[str, Any]], object]


def change(path: Path, how: Change) -> None:
    data = json.loads(path.read_text())
    how(data)
    path.write_text(json.dumps(data))


def test_the_same_arguments_write_the_same_run(tmp_path: Path) -> None:
    one, two = write_run(tmp_path / "one", 2), write_run(tmp_path / "two", 2)
    assert [p.read_text() for p in sorted(one.iterdir())] == [
        p.read_text() for p in sorted(two.iterdir())
    ]


def test_a_sound_run_loads_with_all_launches(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 7)
    assert validate.check_folder(folder) == []
    run = load(folder)
    case = run.by_text["pipe/pipe_pair/ping_pong/peers:processes/place:same_cpu/size:64"]
    found = case.summary()
    assert found and found.n == 7 and found.is_interval
    assert found.low < found.median < found.high
    assert case.histogram.total == 7 * 400
    p50, p99 = case.percentile(0.5), case.percentile(0.99)
    assert p50 and p99 and p50 < p99


def test_a_failed_case_has_its_error_and_no_values(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 2)
    row = "pipe/pipe_pair/stream/peers:threads/place:same_cpu/size:64"

    def fail(data: dict[str, Any]) -> None:
        for found in data["benchmarks"]:
            if found["name"].startswith(row):
                found.update(error_occurred=True, error_message="checksum differs")

    change(folder / "pipe-01.json", fail)
    case = load(folder).by_text[row]
    assert case.error == "checksum differs (1 of 2 launches failed)"
    assert row not in [c.text for c in load(folder).good()]


@pytest.mark.parametrize(
    "file, how, says",
    [
        ("run.json", lambda d: d.pop("seed"), "'seed' is a required property"),
        ("run.json", lambda d: d.update(schema=2), "schema"),
        ("pipe-00.json", lambda d: d["context"].pop("machine_id"), "not a handoff result"),
        ("pipe-00.json", lambda d: d.pop("benchmarks"), "not a handoff result"),
        ("pipe-00.json", lambda d: d["benchmarks"][0].update(name="pipe/x"), "case name 'pipe/x'"),
        ("pipe-00.json", lambda d: d["benchmarks"].append(d["benchmarks"][0]), "occurs twice"),
        ("pipe-00.json", lambda d: d["benchmarks"][0].pop("real_time"), "benchmarks/0"),
        ("pipe-01.json", lambda d: d["context"].update(kernel="other"), "context/kernel"),
        ("pipe-01.json", lambda d: d["context"].update(launch="7"), "context/launch"),
    ],
)
def test_faults_are_named(tmp_path: Path, file: str, how: Change, says: str) -> None:
    folder = write_run(tmp_path, 2)
    change(folder / file, how)
    faults = validate.check_folder(folder)
    assert any(says in fault and file in fault for fault in faults), faults
    with pytest.raises(NotAResult):
        load(folder)


@pytest.mark.parametrize(
    "line", ["{", '{"name": "x"}', '{"name":"pipe/a/b","subbucket_bits":7,"counts":[[1]]}']
)
def test_bad_histograms_are_named(tmp_path: Path, line: str) -> None:
    folder = write_run(tmp_path, 1)
    (folder / "pipe-00.histograms.jsonl").write_text(line + "\n")
    assert any("pipe-00.histograms.jsonl:1" in fault for fault in validate.check_folder(folder))


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"context": {}, "benchmarks": []}'])
def test_foreign_files_are_not_handoff_results(tmp_path: Path, text: str, capsys: Any) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    assert validate.main([str(path)]) == 1
    assert "not a handoff result" in capsys.readouterr().out


def test_a_folder_without_run_json_is_not_a_result(tmp_path: Path) -> None:
    assert "not a handoff result" in validate.check_folder(tmp_path)[0]
    assert "no such folder" in validate.check_folder(tmp_path / "absent")[0]


REFERENCE = Path(__file__).parent.parent.parent / "results"


@pytest.mark.parametrize("path", sorted(REFERENCE.glob("*/*/run.json")), ids=str)
def test_committed_results_are_sound(path: Path) -> None:
    assert validate.check_folder(path.parent) == []


def test_buckets_are_exact_when_small_and_within_half_a_percent_else() -> None:
    for value in [0, 1, 127, 128, 129, 255, 256, 1000, 12345, 10**6 + 7, 10**11]:
        assert bucket_value(bucket_index(value)) == pytest.approx(value, rel=0.004, abs=0)


def test_percentiles_are_over_all_counts() -> None:
    histogram = Histogram()
    histogram.add([(10, 50), (20, 49)])
    histogram.add([(100, 1)])
    assert histogram.percentiles([0.0, 0.5, 0.99, 1.0]) == [10, 10, 20, 100]
