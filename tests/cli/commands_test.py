"""The command line: help, list, run, the closing lines of test."""

import json
from pathlib import Path

import pytest

from cli import build, listing, main, process, terminal, testing
from cli.errors import Exit


@pytest.mark.parametrize("command", ["setup", "list", "run", "report", "test"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main([command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "examples:" in said and "exit codes:" in said


@pytest.mark.parametrize(
    "words",
    [["fly"], ["report", "--budget", "soon"], ["list", "--family", "quue"], ["list", "--", "x"]],
)
def test_wrong_usage_is_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == Exit.USAGE


def test_an_unknown_family_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.main(["list", "--family", "quue"])
    assert "nearest: queue" in capsys.readouterr().err


def test_list_shows_what_was_not_built_and_why(
    fake_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["list"]) == Exit.OK
    said = capsys.readouterr().out
    assert "not built: needs the package x" in said
    assert "messages up to 8192 B" in said


def test_list_as_json_is_a_list_of_objects(
    fake_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["list", "--json"]) == Exit.OK
    rows = json.loads(capsys.readouterr().out)
    keys = {"family", "name", "mechanism", "source", "reach", "waiting", "built", "reason"}
    assert all(keys <= set(row) for row in rows)
    assert {row["name"] for row in rows if not row["built"]} == {"other"}


def test_list_of_a_family_shows_only_that(
    fake_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["list", "--json", "--family", "pool"]) == Exit.OK
    assert [row["family"] for row in json.loads(capsys.readouterr().out)] == ["pool"]


def test_run_prints_what_the_binaries_print_and_passes_flags_on(
    fake_build: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--family", "pipe", "--filter", "size:64", "--", "--benchmark_filter=processes"]
    assert main.main(words) == Exit.OK
    cases = [line.split()[0] for line in capfd.readouterr().out.splitlines()]
    assert len(cases) == 2
    assert all("processes" in case and "size:64/" in case for case in cases)


def test_run_names_the_nearest_of_an_unknown_implementation(
    fake_build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["run", "pipe_pear"]) == Exit.USAGE
    assert "pipe_pair" in capsys.readouterr().err


def test_run_refuses_one_output_file_for_several_families(fake_build: Path) -> None:
    assert main.main(["run", "--", "--benchmark_out=x.json"]) == Exit.USAGE


def test_run_names_a_binary_that_failed_and_goes_on(
    fake_build: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANDOFF_FAKE_CRASH", "floor/")
    assert main.main(["run"]) == Exit.FAILED
    said = capfd.readouterr()
    assert "bench_floor: killed by SIGSEGV" in said.err
    assert "pool/std_async" in said.out


def numbers(counts: testing.Counts) -> tuple[int, int, int]:
    return counts.passed, counts.failed, counts.skipped


def test_ctest_and_pytest_summaries_are_counted() -> None:
    ctest = """90% tests passed, 2 tests failed out of 20

The following tests did not run:
\t  3 - fifo.works_through_two_mappings/threads (Skipped)
\t 11 - redis_list.a_batch_moves_what_fits/threads (Skipped)

The following tests FAILED:
\t  5 - fifo.is_quick/threads (Failed)
\t  6 - fifo.is_quick/processes (Timeout)
"""
    assert numbers(testing.ctest_counts(ctest)) == (16, 2, 2)
    assert numbers(testing.ctest_counts("nothing")) == (0, 1, 0)
    pytest_line = "..\n3 failed, 41 passed, 1 skipped in 2.50s"
    assert numbers(testing.pytest_counts(pytest_line)) == (41, 3, 1)
    assert numbers(testing.pytest_counts("12 passed, 1 error in 1.00s")) == (12, 1, 0)


def test_a_tool_that_ends_with_an_error_has_failed() -> None:
    fine = testing.Counts(3, 0, 0, "fine")
    assert testing.or_failed(fine, 0) == fine
    assert testing.or_failed(fine, 8).failed == 1


def test_the_last_line_of_the_tests_counts_all_of_them() -> None:
    found = [testing.Counts(3, 0, 1, "x"), testing.Counts(1, 2, 4, "y")]
    stages = [testing.Stage(name, counts) for name, counts in zip("ab", found)]
    assert testing.closing(stages).splitlines()[-1] == "4 passed, 2 failed, 5 skipped"


def test_a_failed_build_shows_what_failed(tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    log.write_text("[1/3] fine\nFAILED: x.o\nx.cpp:1: error: no\n[2/3] fine\n")
    assert build.errors_of(log).startswith("FAILED: x.o\nx.cpp:1: error: no")


def test_a_child_that_prints_nothing_is_ended() -> None:
    with pytest.raises(process.Silent):
        process.stream(["sleep", "60"], print, silence_s=0.2)


def test_limits_name_the_shape_of_a_queue() -> None:
    row: dict[str, object] = {"family": "queue", "built": True, "available": True, "reason": ""}
    row |= {"producers": "one", "consumers": "many", "bounded": False}
    assert listing.limits(row) == "1 to n, unbounded"


def test_long_texts_lose_their_middle() -> None:
    assert terminal.shorten("abcdefghijkl", 9) == "abc...jkl"
    assert terminal.duration(125) == "2 min 05 s"
