"""The command line: help, list, run, the closing lines of test."""

import json
from pathlib import Path

import pytest

from cli import build, ctest_results, listing, main, process, terminal, testing
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


CTEST_REPORT = """<testsuite>
<testcase name="pipe/fifo" status="fail"><failure message="Failed"/></testcase>
<testcase name="pipe/udp" status="run"/>
<testcase name="pipe/tcp" status="fail"><failure message="Timeout"/></testcase>
<testcase name="queue/ring" status="fail"><failure message="SEGFAULT"/></testcase>
<testcase name="Probe.is_short" status="run"/>
<testcase name="Probe.needs_two_cpus" status="notrun">
  <skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>
<testcase name="bench_test_NOT_BUILT" status="notrun">
  <skipped message="Unable to find executable"/></testcase>
</testsuite>"""
FIFO = """<testsuites><testsuite>
<testcase name="keeps_order/threads" classname="fifo" status="run" result="completed">
  <failure message="message 7 came twice"/></testcase>
<testcase name="is_exact/threads" classname="fifo" status="run" result="completed"/>
<testcase name="is_quick/threads" classname="fifo" status="run" result="skipped"/>
</testsuite></testsuites>"""
UDP = """<testsuites><testsuite>
<testcase name="keeps_order/threads" classname="udp" status="run" result="completed"/>
</testsuite></testsuites>"""


def test_every_check_of_a_row_is_counted(tmp_path: Path) -> None:
    rows = tmp_path / ctest_results.ROWS
    for name, text in {"pipe/fifo": FIFO, "pipe/udp": UDP, "queue/ring": UDP}.items():
        (rows / name).parent.mkdir(parents=True, exist_ok=True)
        (rows / f"{name}.xml").write_text(text)
    (rows / "pipe/tcp.xml").write_text(FIFO[:100])  # broken off
    (tmp_path / ctest_results.REPORT).write_text(CTEST_REPORT)
    checks = ctest_results.of_run(tmp_path)
    assert [(check.name, check.message) for check in checks if check.state == "failed"] == [
        ("fifo.keeps_order/threads", "message 7 came twice"),
        ("pipe/tcp", "Timeout"),
        ("queue/ring", "SEGFAULT"),
        ("bench_test_NOT_BUILT", "Unable to find executable"),
    ]
    assert numbers(testing.ctest_counts(checks)) == (4, 4, 2)


def test_a_run_of_no_test_has_failed(tmp_path: Path) -> None:
    assert numbers(testing.ctest_counts(ctest_results.of_run(tmp_path))) == (0, 1, 0)


def test_the_summary_of_pytest_is_counted() -> None:
    pytest_line = "..\n3 failed, 41 passed, 1 skipped in 2.50s"
    assert numbers(testing.pytest_counts(pytest_line)) == (41, 3, 1)
    assert numbers(testing.pytest_counts("12 passed, 1 error in 1.00s")) == (12, 1, 0)


def test_a_tool_that_ends_with_an_error_has_failed() -> None:
    fine = testing.Counts(3, 0, 0, "fine")
    assert testing.or_failed(fine, 0) == fine
    assert testing.or_failed(fine, 8).failed == 1


def test_a_warning_of_a_compiler_fails_as_a_test_does(tmp_path: Path) -> None:
    log = tmp_path / "build.log"
    fine = testing.Counts(3, 0, 0, "fine")
    assert testing.with_warnings(fine, build.warnings_of(log)) == fine
    log.write_text("[1/2] Building ring.cpp\nring.hpp:3:5: warning: unused variable [-Wunused]\n")
    counts = testing.with_warnings(fine, build.warnings_of(log))
    assert numbers(counts) == (3, 1, 0)
    assert counts.summary == "fine, 1 compiler warnings"


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
