"""When a build folder is configured again, and with what."""

import subprocess
from pathlib import Path

import pytest

from cli import build
from cli.errors import Failure
from cli.paths import ROOT


def configured(folder: Path, home: Path, tests: str) -> Path:
    """A build folder as CMake leaves it."""
    (folder / "build.ninja").touch()
    lines = [f"CMAKE_HOME_DIRECTORY:INTERNAL={home}", f"HANDOFF_TESTS:BOOL={tests}"]
    (folder / "CMakeCache.txt").write_text("\n".join(lines))
    return folder


@pytest.mark.parametrize(
    "cached, wanted, expected",
    [
        ("OFF", False, None),
        ("OFF", True, ["-D", "HANDOFF_TESTS=ON"]),
        ("ON", True, None),
        ("ON", False, None),
    ],
)
def test_tests_are_built_from_when_they_are_wanted(
    tmp_path: Path, cached: str, wanted: bool, expected: list[str] | None
) -> None:
    folder = configured(tmp_path, ROOT, cached)
    assert build.configure_arguments(folder, False, wanted) == expected


def test_the_first_configuration_leaves_out_tests_that_nobody_wants(tmp_path: Path) -> None:
    assert build.configure_arguments(tmp_path, False, False) == ["-D", "HANDOFF_TESTS=OFF"]
    assert build.configure_arguments(tmp_path, False, True) == []


def test_a_folder_of_another_checkout_is_configured_afresh(tmp_path: Path) -> None:
    folder = configured(tmp_path, tmp_path, "ON")
    assert build.configure_arguments(folder, False, True) == ["--fresh"]


def test_benchmarks_are_configured_without_the_packages_of_the_tests(tmp_path: Path) -> None:
    wanted = build.configure_arguments(tmp_path, False, False)
    assert wanted is not None
    absent = ["-D", "CMAKE_DISABLE_FIND_PACKAGE_GTest=ON", "-D", "HANDOFF_RELACY=NOTFOUND"]
    command = ["cmake", "--preset", "release", "-B", str(tmp_path), *wanted, *absent]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_catalogue_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert build.catalogue(tmp_path) == []
    (tmp_path / "catalogue.json").write_text('[{"family": "queue\n"}]')
    with pytest.raises(Failure, match="catalogue.json cannot be read"):
        build.catalogue(tmp_path)
