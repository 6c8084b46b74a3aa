"""`handoff report` over fake benchmark binaries: the run folder, and everything that goes wrong."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli import folder, main, report
from cli.errors import Exit, Failure
from cli.paths import FAMILIES

ROOT = Path(__file__).resolve().parents[2]


def run_folder(output: Path) -> Path:
    runs = [path for path in output.glob("*/*") if path.is_dir()]
    assert len(runs) == 1
    return runs[0]


def test_a_report_leaves_a_named_run_folder(fake_build: Path) -> None:
    output = fake_build / "results"
    words = ["report", "--budget", "2s", "--seed", "7", "--output", str(output)]
    assert main.main(words) == Exit.OK
    run = run_folder(output)
    assert run.parent.name == "fake-machine"
    record = json.loads((run / "run.json").read_text())
    assert record["seed"] == 7
    assert record["launches"] >= 3
    assert record["machine"] == "fake-machine"
    assert record["command"] == ["./handoff", *words]
    assert record["absent_placements"] == [{"place": "same_core", "reason": "no SMT siblings"}]
    assert record["not_built"] == [
        {"family": "queue", "name": "other", "reason": "needs the package x"}
    ]
    assert set(record["stopped_by"].values()) == {"budget"}
    for family in FAMILIES:
        assert len(list(run.glob(f"{family}-??.json"))) == record["launches"]
    assert not list(output.glob(folder.UNFINISHED + "*"))
    assert not list(run.glob(".*"))


def test_a_second_run_of_the_day_gets_a_number(
    fake_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_day = date(2026, 1, 2)
    monkeypatch.setattr(folder, "date", SimpleNamespace(today=lambda: the_day))
    output = fake_build / "results"
    for _ in range(2):
        assert main.main(["report", "--budget", "1s", "--output", str(output)]) == Exit.OK
    names = sorted(path.name for path in output.glob("fake-machine/*"))
    assert names[1] == names[0] + "-2"


def test_only_what_the_filter_chooses_is_measured(fake_build: Path) -> None:
    output = fake_build / "results"
    wanted = "size:64 peers:threads"
    words = ["report", "--budget", "1s", "--filter", wanted, "--output", str(output)]
    assert main.main(words) == Exit.OK
    names = json.loads((run_folder(output) / "run.json").read_text())["stopped_by"]
    assert len(names) == 4
    assert all("/size:64" in name and "peers:threads" in name for name in names)


def test_precise_cases_are_left_out_of_later_rounds(
    fake_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def precise(values: Sequence[float]) -> bool:
        return len(values) >= 6

    monkeypatch.setattr(report, "precise_enough", precise)
    output = fake_build / "results"
    assert main.main(["report", "--budget", "1m", "--output", str(output)]) == Exit.OK
    record = json.loads((run_folder(output) / "run.json").read_text())
    assert record["launches"] == 6
    assert set(record["stopped_by"].values()) == {"precision"}


def test_a_small_budget_leaves_sizes_out_and_says_so(
    fake_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = fake_build / "results"
    assert main.main(["report", "--budget", "1s", "--output", str(output)]) == Exit.OK
    run = run_folder(output)
    (sentence,) = json.loads((run / "run.json").read_text())["left_out"]
    assert sentence.startswith("Left out: ") and "because the budget is 1 s" in sentence
    assert sentence in capsys.readouterr().err
    names = [row["name"] for row in json.loads((run / "queue-00.json").read_text())["benchmarks"]]
    assert len(names) == 2 and all("/size:8/" in name for name in names)


def test_cases_that_this_machine_lacks_are_named_once_with_the_reason(
    fake_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_FAKE_ABSENT", "work:http: no server; work:disk: no device")
    output = fake_build / "results"
    assert main.main(["report", "--budget", "2s", "--output", str(output)]) == Exit.OK
    found = json.loads((run_folder(output) / "run.json").read_text())["left_out"]
    said = [text for text in found if text.startswith("Cases ")]
    assert said == ["Cases work:http: no server.", "Cases work:disk: no device."]


def test_a_case_that_ends_its_binary_is_named_and_all_others_go_on(
    fake_build: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANDOFF_FAKE_CRASH", "spin_park/stream/peers:threads")
    output = fake_build / "results"
    # Chosen, so that none is left out for want of time, however many families there are.
    words = ["report", "--budget", "5s", "--filter", "queue", "--output", str(output)]
    assert main.main(words) == Exit.FAILED
    said = capsys.readouterr().err
    assert "bench_queue in queue/mpmc_ring+spin_park/stream" in said
    assert "killed by SIGSEGV" in said
    run = run_folder(output)
    first = json.loads((run / "queue-00.json").read_text())["benchmarks"]
    failed = [row["name"] for row in first if row.get("error_occurred")]
    assert len(first) == 4
    assert len(failed) == 2 and all("spin_park" in name for name in failed)
    later = json.loads((run / "queue-01.json").read_text())["benchmarks"]
    assert len(later) == 2 and not any(row.get("error_occurred") for row in later)


def test_a_family_that_only_crashes_leaves_the_others(
    fake_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_FAKE_CRASH", "pool/")
    output = fake_build / "results"
    assert main.main(["report", "--budget", "1s", "--output", str(output)]) == Exit.FAILED
    run = run_folder(output)
    assert not list(run.glob("pool-*"))
    record = json.loads((run / "run.json").read_text())
    assert ["pool/" in case for case in record["crashed"]] == [True]
    assert list(run.glob("pipe-*.json"))


def test_an_unwritable_results_folder_is_an_error_before_anything_is_measured(
    fake_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = fake_build / "file"
    blocked.write_text("")
    words = ["report", "--output", str(blocked / "results")]
    assert main.main(words) == Exit.RESULTS
    assert "cannot be written" in capsys.readouterr().err


def test_a_full_results_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="is full") as caught:
        folder.check(tmp_path, needed=2**62)
    assert caught.value.code == Exit.RESULTS


def test_two_reports_do_not_measure_at_once(
    fake_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(fake_build / "build" / "measuring.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main.main(["report", "--output", str(fake_build)]) == Exit.BUSY
    assert "another report" in capsys.readouterr().err


def test_the_lock_is_private_and_not_inherited(fake_build: Path) -> None:
    with folder.measuring_alone():
        path = fake_build / "build" / "measuring.lock"
        assert path.stat().st_mode & 0o777 == 0o600
        listed = subprocess.run(
            ["ls", "-l", "/proc/self/fd"], capture_output=True, text=True, close_fds=False
        )
        assert "measuring.lock" not in listed.stdout


DRIVER = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from pathlib import Path
import pytest, conftest
patch = pytest.MonkeyPatch()
conftest.fake_build.__wrapped__(Path({folder!r}), patch)
from cli import main
sys.exit(main.main(["report", "--budget", "60s", "--output", {output!r}]))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_report_leaves_nothing(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    output = tmp_path / "results"
    script = DRIVER.format(
        root=str(ROOT), tests=str(ROOT / "tests/cli"), folder=str(tmp_path), output=str(output)
    )
    environment = os.environ | {"HANDOFF_FAKE_SLEEP": "0.5"}
    child = subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while not list(output.glob(folder.UNFINISHED + "*/.*.cases")):
        assert time.monotonic() < deadline and child.poll() is None
        time.sleep(0.05)
    child.send_signal(number)
    _, said = child.communicate(timeout=30)
    assert child.returncode == code
    assert "interrupted" in said
    assert not list(output.iterdir())
    mine = [path for path in Path("/proc").glob("[0-9]*/cmdline") if holds(path, str(tmp_path))]
    assert not mine


def holds(path: Path, text: str) -> bool:
    try:
        return text.encode() in path.read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("run.json", "{", "is not JSON"),
        ("run.json", '{"schema": 99}', "is not ours"),
        ("run.json", "[]", "is not ours"),
        ("pipe-00.json", '{"context": {}, "benchmarks": []}', "not a results file of handoff"),
        ("stranger.json", "{}", "not a results file of handoff"),
    ],
)
def test_a_results_file_that_is_not_ours_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, message: str
) -> None:
    (tmp_path / "run.json").write_text('{"schema": 1}')
    (tmp_path / name).write_text(content)
    assert main.main(["report", "--from", str(tmp_path)]) == Exit.RESULTS
    said = capsys.readouterr().err
    assert name in said and message in said


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    assert main.main(["report", "--from", str(tmp_path / "absent")]) == Exit.RESULTS
