"""A checkout whose benchmark binaries are fakes."""

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from cli import build, folder, interruption, report  # noqa: E402
from cli.errors import Exit  # noqa: E402
from cli.paths import FAMILIES  # noqa: E402

FAKE = Path(__file__).with_name("fake_bench.py")


def never_precise(_: Sequence[float]) -> bool:
    return False


@pytest.fixture(autouse=True)
def handlers_of_before() -> Iterator[None]:
    """Restored after a command has listened to the signals."""
    before = {number: signal.getsignal(number) for number in interruption.SIGNALS}
    yield
    interruption.listen()  # forgets what came
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def fake_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fake binaries in place of a build; set-up does nothing, nothing is drawn."""
    release = tmp_path / "build" / "release"
    (release / "bench").mkdir(parents=True)
    for family in FAMILIES:
        (release / "bench" / f"bench_{family}").symlink_to(FAKE)
    lines = [
        {"family": "queue", "header": "mpmc_ring", "built": True, "reason": ""},
        {"family": "queue", "header": "other", "built": False, "reason": "needs the package x"},
    ]
    (release / "catalogue.json").write_text(json.dumps(lines))
    monkeypatch.setattr(build, "RELEASE", release)
    monkeypatch.setattr(build, "set_up", lambda **_: False)
    monkeypatch.setattr(folder, "BUILD", tmp_path / "build")
    monkeypatch.setattr(report, "precise_enough", never_precise)
    monkeypatch.setattr(report, "draw", lambda _: Exit.OK)
    return tmp_path
