"""Which files clang-tidy reads together."""

from pathlib import Path

import pytest

from cli import tidy
from cli.paths import ROOT


def entry(target: str, file: str, options: str = "-O3", own: bool = True) -> dict[str, str]:
    path = f"{ROOT}/{file}" if own else file
    compiler = f"g++ {options} -Winvalid-pch -include {target}.dir/cmake_pch.hxx"
    return {"command": f"{compiler} -o {target}.dir/{Path(file).name}.o -c {path}", "file": path}


def files_of(units: list[tidy.Unit]) -> list[list[str]]:
    return [[Path(file).name for file in unit.files] for unit in units]


def test_files_of_a_target_are_read_as_one_and_fakes_alone() -> None:
    names = ["pipe_suite.cpp", "pipe_broken_test.cpp", "pipe_checks.cpp"]
    built = [entry("tests/conformance_pipe", f"tests/{name}") for name in names]
    built.append(entry("harness/handoff", "harness/crew.cpp"))
    units = tidy.units_of_sources(built)
    assert files_of(units) == [
        ["crew.cpp"],
        ["pipe_checks.cpp", "pipe_suite.cpp"],
        ["pipe_broken_test.cpp"],
    ]
    assert all("cmake_pch" not in unit.options and " -o " not in unit.options for unit in units)


def test_files_with_options_of_their_own_are_read_apart() -> None:
    built = [entry("harness/handoff", f"harness/{name}.cpp") for name in ("account", "crew")]
    built.append(entry("harness/handoff", "harness/environment.cpp", "-O3 -DLIBRARIES"))
    assert files_of(tidy.units_of_sources(built)) == [
        ["account.cpp", "crew.cpp"],
        ["environment.cpp"],
    ]


def test_a_file_of_several_targets_is_read_once_for_the_first() -> None:
    built = [
        entry(target, "bench/main.cpp") for target in ("bench/bench_pipe", "bench/bench_queue")
    ]
    (unit,) = tidy.units_of_sources(built)
    assert unit.name.startswith("bench_pipe")


def test_a_unit_holds_few_files() -> None:
    count = 2 * tidy.FILES_PER_UNIT + 1
    built = [entry("bench/handoff", f"bench/{n}.cpp") for n in range(count)]
    sizes = [len(unit.files) for unit in tidy.units_of_sources(built)]
    assert sizes == [tidy.FILES_PER_UNIT, tidy.FILES_PER_UNIT, 1]


def test_headers_of_a_family_are_read_with_the_folders_of_all_its_rows() -> None:
    built = [
        entry("bench/bench_pipe", "/build/generated/bench/pipe_rows.cpp", own=False),
        entry("bench/bench_pipe", "/build/generated/bench/pipe_fifo.cpp", own=False),
        entry("bench/bench_pipe", "/build/generated/bench/pipe_io.cpp", "-isystem /io", own=False),
    ]
    unit = tidy.unit_of_family("pipe", built)
    assert unit is not None
    assert unit.files[-1].endswith("pipe_fifo.cpp")
    assert f"{ROOT}/impl/pipe/fifo.hpp" in unit.files
    assert unit.options.endswith("-isystem /io")


@pytest.mark.parametrize("clash", [True, False])
def test_files_that_do_not_compile_as_one_are_read_alone(
    clash: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looked_at: list[str] = []

    def look_at(unit: tidy.Unit) -> tuple[int, str]:
        looked_at.append(unit.name)
        fails = clash and len(unit.files) > 1
        return (1, f"redefinition {tidy.NOT_AS_ONE}") if fails else (0, "")

    (tmp_path / "compile_commands.json").write_text("[]")
    unit = tidy.Unit("two", [f"{ROOT}/harness/account.cpp", f"{ROOT}/harness/crew.cpp"], "g++")
    monkeypatch.setattr(tidy, "RELEASE", tmp_path)
    monkeypatch.setattr(tidy, "FOLDER", tmp_path / "tidy")
    monkeypatch.setattr(tidy, "units_of", lambda built: [unit])
    monkeypatch.setattr(tidy, "look_at", look_at)
    assert tidy.run() == (2, 0)
    assert looked_at == (["two", "two_account", "two_crew"] if clash else ["two"])
