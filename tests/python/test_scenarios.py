"""CPython's rows: every case of them runs, and what is wrong is an error and no figure."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.python.crew import Body, Crew, Report  # noqa: E402
from bench.python.payload import Payload  # noqa: E402
from bench.python.request import Request  # noqa: E402
from cli.paths import FAMILIES, RELEASE  # noqa: E402

PING_PONG = "pipe/cpython_multiprocessing/ping_pong/peers:{}/place:unpinned/size:8"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_case_of_cpython_is_measured_and_verified(family: str, tmp_path: Path) -> None:
    binary = RELEASE / "bench" / f"bench_{family}"
    if not binary.exists():
        pytest.skip(f"bench_{family} was not built")
    names = subprocess.run([binary, "--handoff_names"], capture_output=True, text=True, check=True)
    wanted = [name for name in names.stdout.split() if "/cpython_" in name]
    if not wanted:
        pytest.skip(f"CPython offers nothing for {family}")
    flags = ["--benchmark_filter=/cpython_", "--handoff_slice_ms=1", "--benchmark_out=result.json"]
    subprocess.run([binary, *flags], cwd=tmp_path, capture_output=True, check=True)
    entries = json.loads((tmp_path / "result.json").read_text())["benchmarks"]
    assert [e["error_message"] for e in entries if e.get("error_occurred")] == []
    assert {e["name"].removesuffix("/manual_time") for e in entries} == set(wanted)
    assert all(e["cpu_ns_per_msg"] > 0 for e in entries)


@pytest.mark.parametrize("peers", ["threads", "processes"])
def test_what_a_worker_throws_reaches_who_measures(peers: str) -> None:
    def join(worker: int) -> Body:
        def body(_: int) -> Report:
            if worker == 1:
                raise ValueError("the milk is sour")
            return Report()

        return body

    crew = Crew(Request.parse(PING_PONG.format(peers), [-1, -1], 1), join)
    with pytest.raises(ValueError, match="milk"):
        crew.run(1)


def test_a_payload_knows_wrong_numbers_and_wrong_bytes() -> None:
    payload = Payload(64)
    payload.check(payload.message(1, 7), 1, 7)
    torn = bytearray(payload.message(1, 7))
    torn[40] ^= 1
    for message in (payload.message(1, 8), payload.message(0, 7), bytes(torn)):
        with pytest.raises(ValueError):
            payload.check(message, 1, 7)
    with pytest.raises(ValueError, match="torn"):
        payload.parts(bytes(torn))
