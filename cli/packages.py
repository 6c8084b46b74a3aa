"""The Debian packages that handoff needs: what for, which are missing, installing them."""

import os
import shutil
import sys
import time
from pathlib import Path

from cli import process
from cli.errors import Exit, Failure
from cli.paths import BUILD
from cli.terminal import Progress, say

BUILDING = {
    "g++": "the compiler",
    "cmake": "configures the build",
    "ninja-build": "runs the build",
    "pkg-config": "finds hwloc",
    "git": "names the commit that was measured",
    "libbenchmark-dev": "Google Benchmark",
    "libgtest-dev": "GoogleTest",
    "libgmock-dev": "named by GoogleTest's CMake package",
    "libhwloc-dev": "topology of the machine",
    "libboost-dev": "Boost.Lockfree, Boost.Interprocess and Boost.Asio",
    "libconcurrentqueue-dev": "moodycamel's queues",
    "libatomic-queue-dev": "atomic_queue",
    "libreaderwriterqueue-dev": "moodycamel's queues of one producer and one consumer",
    "libtbb-dev": "oneTBB's queues, mutexes, task groups and loops, under libstdc++'s too",
    "libabsl-dev": "Abseil's mutex",
    "libxenium-dev": "xenium's queues",
    "libck-dev": "Concurrency Kit's ring",
    "liburcu-dev": "liburcu's queue, and read-copy-update",
    "liblmdb-dev": "LMDB",
    "libsqlite3-dev": "SQLite",
    "libzmq3-dev": "ZeroMQ",
    "libnng-dev": "nng",
    "liburing-dev": "io_uring",
}
REPORTING = {
    "python3-matplotlib": "figures",
    "python3-numpy": "statistics",
    "python3-scipy": "confidence intervals",
    "python3-jinja2": "the page",
    "python3-jsonschema": "validates results",
}
TESTING = {
    "clang": "the second compiler, and the sanitizers",
    "libclang-rt-14-dev": "sanitizer run times",
    "libomp-14-dev": "OpenMP's header, for clang-tidy",
    "llvm": "names the functions in what sanitizers report and are told to suppress",
    "clang-format": "C++ format check",
    "clang-tidy": "C++ static analysis",
    "black": "Python format check",
    "mypy": "Python type check",
    "python3-pytest": "Python tests",
    "relacy-dev": "model checker of the own algorithms",
    "chromium": "tests of the page in a browser",
}
HEAVY = {
    "redis-server": "Redis; the service that Debian starts with it is stopped",
    "libhiredis-dev": "Redis's client library",
    "nats-server": "NATS; the same",
    "libnats-dev": "NATS's client library",
    "libgrpc++-dev": "gRPC",
    "libiceoryx-posh-dev": "Eclipse iceoryx",
    "iceoryx": "its daemon",
    "nginx": "the web server that pools fetch pages from; the same",
    "libnginx-mod-http-echo": "has it take its time to answer",
}
SERVICES = ("redis-server", "nats-server", "nginx")  # of packages and services alike
SYSTEMD = Path("/run/systemd/system")  # is there where systemd runs
INIT_SCRIPTS = Path("/etc/init.d")  # what starts services elsewhere
LISTS = Path("/var/lib/apt/lists")
LISTS_MAX_AGE_S = 7 * 24 * 3600
TAIL_LINES = 15


def wanted(report: bool, test: bool, heavy: bool = False) -> dict[str, str]:
    """Package name to purpose, for what is going to be done."""
    names = BUILDING | (REPORTING if report or test else {}) | (TESTING if test else {})
    return names | (HEAVY if heavy or test else {})


def is_debian(os_release: Path = Path("/etc/os-release")) -> bool:
    """True on Debian and on what says that it is like it, where dpkg and apt are."""
    try:
        fields = dict(
            line.split("=", 1) for line in os_release.read_text().splitlines() if "=" in line
        )
    except OSError:
        return False
    names = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").split()
    return "debian" in names and shutil.which("dpkg-query") is not None


def missing(names: dict[str, str]) -> list[str]:
    """Those of the named packages that are not installed."""
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n"]
    installed: set[str] = set()

    def keep(line: str) -> None:
        fields = line.split()
        if len(fields) == 2 and fields[1] == "installed":
            installed.add(fields[0])

    process.stream([*command, *names], keep)
    return [name for name in names if name not in installed]


def privilege() -> list[str] | None:
    """The words before apt-get that make it root's: none, sudo, or None when neither is possible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if process.capture(["sudo", "-n", "true"]) is not None:
        return ["sudo", "-n"]
    return ["sudo"] if sys.stdin.isatty() else None


def what_to_type(names: list[str]) -> str:
    """The exact command that installs the packages, for whoever is sitting there."""
    install = "apt-get install --no-install-recommends " + " ".join(names)
    if os.geteuid() == 0:
        return f"    apt-get update && {install}"
    if shutil.which("sudo"):
        return f"    sudo apt-get update && sudo {install}"
    return f"    su -c 'apt-get update && {install}'"


def lists_are_stale(lists: Path = LISTS) -> bool:
    """True when apt knows no packages, or knew them too long ago."""
    try:
        ages = [time.time() - path.stat().st_mtime for path in lists.glob("*Packages*")]
    except OSError:
        return True
    return not ages or min(ages) > LISTS_MAX_AGE_S


def apt(prefix: list[str], arguments: list[str], title: str) -> int:
    """Runs apt-get with progress; its output is kept in build/packages.log."""
    BUILD.mkdir(parents=True, exist_ok=True)
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    command += ["-o", "DPkg::Lock::Timeout=120", *arguments]
    with Progress() as progress:
        return process.stream(
            command,
            lambda line: progress.show(f"{title}: {line.strip()}"),
            log=BUILD / "packages.log",
            own_group=prefix != ["sudo"],
        )


def install(names: list[str], prefix: list[str]) -> None:
    """Installs packages, refreshing apt's lists first where they are stale or turn out to be."""
    arguments = ["install", "--no-install-recommends", *names]
    refreshed = lists_are_stale()
    if refreshed:
        apt(prefix, ["update"], "package lists")
    code = apt(prefix, arguments, "packages")
    if code != 0 and not refreshed:
        apt(prefix, ["update"], "package lists")
        code = apt(prefix, arguments, "packages")
    if code != 0:
        raise Failure(
            Exit.PACKAGES,
            f"apt-get failed ({process.describe_exit(code)}); the end of build/packages.log:\n"
            + process.tail(BUILD / "packages.log", TAIL_LINES),
        )


def stop_service(name: str, prefix: list[str]) -> None:
    """Stops what Debian has started with a package, and where systemd runs keeps it from starting
    with the machine: the benchmarks start servers of their own."""
    command = ["service", name, "stop"]
    if SYSTEMD.exists():
        command = ["systemctl", "disable", "--now", name]
    elif not (INIT_SCRIPTS / name).exists():
        return  # nothing could have started it
    if process.stream([*prefix, *command], lambda _: None, own_group=prefix != ["sudo"]) != 0:
        say(f"warning: {' '.join(command)} failed: Debian's service {name} may be running")


def ensure(report: bool, test: bool, may_install: bool, heavy: bool = False) -> bool:
    """Sees to it that every needed package is there; returns whether any was installed."""
    names = wanted(report, test, heavy)
    if not is_debian():
        say(
            "This is not Debian: packages are neither checked nor installed. Needed (Debian's names):"
        )
        say("    " + " ".join(names))
        return False
    absent = missing(names)
    if not absent:
        return False
    say("Missing Debian packages:")
    for name in absent:
        say(f"    {name:24} {names[name]}")
    prefix = privilege() if may_install else None
    if prefix is None:
        why = (
            "--no-install was given" if not may_install else "this user is not root and has no sudo"
        )
        raise Failure(
            Exit.PACKAGES,
            f"Nothing was installed: {why}. Type\n{what_to_type(absent)}\nand start again.",
        )
    say("Installing them ...")
    install(absent, prefix)
    still = missing(names)
    if still:
        raise Failure(Exit.PACKAGES, "apt-get did not install: " + " ".join(still))
    for name in SERVICES:
        if name in absent:
            stop_service(name, prefix)
    return True
