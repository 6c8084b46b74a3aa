"""Packages: what is missing is named, installed where that is possible, and said otherwise."""

import os
from pathlib import Path

import pytest

from cli import packages
from cli.errors import Exit, Failure


def install_fake(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where everything but cmake and libhwloc-dev is installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    query = """shift 3
for name; do
  case $name in
    cmake) test -e INSTALLED && echo "cmake installed" || echo "cmake config-files" ;;
    libhwloc-dev) test -e INSTALLED && echo "$name installed" || echo "no packages found" >&2 ;;
    *) echo "$name installed" ;;
  esac
done
""".replace(
        "INSTALLED", str(tmp_path / "installed")
    )
    install_fake(folder, "dpkg-query", query)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(packages, "BUILD", tmp_path)
    monkeypatch.setattr(packages, "is_debian", lambda: True)
    return tmp_path


def test_missing_packages_are_found(machine: Path) -> None:
    assert packages.missing(packages.BUILDING) == ["cmake", "libhwloc-dev"]


def test_no_install_names_them_and_says_what_to_type(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Failure, match="--no-install was given") as caught:
        packages.ensure(report=False, test=False, may_install=False)
    assert caught.value.code == Exit.PACKAGES
    assert "install --no-install-recommends cmake libhwloc-dev" in str(caught.value)
    assert "cmake" in capsys.readouterr().err


def test_without_root_and_sudo_it_says_what_to_type(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(Failure, match="not root and has no sudo") as caught:
        packages.ensure(report=False, test=False, may_install=True)
    assert "su -c 'apt-get update && apt-get install" in str(caught.value)


def test_sudo_is_used_where_it_needs_no_password(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_fake(machine / "bin", "sudo", "exit 0\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert packages.privilege() == ["sudo", "-n"]


def test_root_installs_with_apt_and_refreshes_the_lists_when_that_fails(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = machine / "apt.log"
    updated = machine / "updated"
    script = f"""echo "$@" >> {log}
case "$*" in
  *update*) touch {updated} ;;
  *) test -e {updated} && touch {machine}/installed || exit 100 ;;
esac
"""
    install_fake(machine / "bin", "apt-get", script)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages, "lists_are_stale", lambda: False)
    assert packages.ensure(report=False, test=False, may_install=True)
    calls = [line.split() for line in log.read_text().splitlines()]
    assert ["install" in call for call in calls] == [True, False, True]
    assert calls[0][-2:] == ["cmake", "libhwloc-dev"]


@pytest.mark.parametrize(
    "systemd, called",
    [(True, "systemctl disable --now cmake"), (False, "service cmake stop")],
)
def test_services_that_came_with_a_package_are_stopped(
    machine: Path, monkeypatch: pytest.MonkeyPatch, systemd: bool, called: str
) -> None:
    install_fake(machine / "bin", "apt-get", f"touch {machine}/installed\n")
    log = machine / "calls.log"
    for name in ("systemctl", "service"):
        install_fake(machine / "bin", name, f'echo "{name} $@" >> {log}\n')
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages, "SERVICES", ("cmake", "ninja-build"))
    monkeypatch.setattr(packages, "SYSTEMD", machine if systemd else machine / "absent")
    monkeypatch.setattr(packages, "INIT_SCRIPTS", machine)
    (machine / "cmake").touch()
    assert packages.ensure(report=False, test=False, may_install=True)
    assert log.read_text().splitlines() == [called]


def test_a_service_that_cannot_be_stopped_is_named(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install_fake(machine / "bin", "systemctl", "exit 1\n")
    monkeypatch.setattr(packages, "SYSTEMD", machine)
    packages.stop_service("nginx", [])
    assert "nginx may be running" in capsys.readouterr().err


def test_a_service_that_nothing_starts_is_left_alone(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install_fake(machine / "bin", "service", "echo nats-server: unrecognized service; exit 1\n")
    monkeypatch.setattr(packages, "SYSTEMD", machine / "absent")
    monkeypatch.setattr(packages, "INIT_SCRIPTS", machine)
    packages.stop_service("nats-server", [])
    assert capsys.readouterr().err == ""


def test_a_failing_apt_is_shown(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_fake(machine / "bin", "apt-get", "echo 'E: no space left'; exit 100\n")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Failure, match="no space left") as caught:
        packages.ensure(report=False, test=False, may_install=True)
    assert caught.value.code == Exit.PACKAGES


def test_lists_are_stale_when_there_are_none(tmp_path: Path) -> None:
    assert packages.lists_are_stale(tmp_path)
    (tmp_path / "deb.debian.org_main_binary-amd64_Packages.lz4").touch()
    assert not packages.lists_are_stale(tmp_path)


def test_debian_is_recognised(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text("ID=fedora\n")
    assert not packages.is_debian(release)
    assert not packages.is_debian(tmp_path / "absent")


def test_elsewhere_what_is_needed_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(packages, "is_debian", lambda: False)
    assert not packages.ensure(report=True, test=True, may_install=True)
    assert "libbenchmark-dev" in capsys.readouterr().err
