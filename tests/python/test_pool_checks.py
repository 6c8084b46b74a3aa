"""Every scenario of pools rejects one that answers wrong, and every work is what its name says."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bench.python import pool_tasks, table
from bench.python.cost import Cost
from bench.python.pool_tasks import CALIBRATED, WORKS
from bench.python.scenarios import floor, pool
from bench.python.request import Outcome, Request, WebServer
from bench.python.table import Table
from tests.python.doubles import SLICE_NS, both_kinds, measure

FETCHES = ("", "http", "http_5ms")  # the last two of a server
SCENARIOS = [
    *((scenario, f"/workers:2/work:{work}") for scenario, work in WORKS if work not in FETCHES),
    ("tiny_tasks", "/workers:2/chunk:1"),
    ("apply", "/workers:2"),
]
TABLES = ["inherited", "shared", "copied", "mapped"]


class Double:
    """A pool that runs everything itself, and may change answers."""

    def __init__(self, change: Callable[[int, Any], Any]) -> None:
        self.change = change

    def apply(self, function: Callable[[int], Any], task: int) -> Any:
        return self.change(task, function(task))

    def map(self, function: Callable[[Any], Any], tasks: Any, _: int) -> Iterable[Any]:
        return [self.change(n, function(task)) for n, task in enumerate(tasks)]

    def cost(self) -> Cost:
        return Cost()

    def resident_mib(self) -> float:
        return 0.0

    def end(self) -> None:
        pass


def measure_double(
    monkeypatch: Any, change: Callable[[int, Any], Any], scenario: str, rest: str
) -> Outcome:
    monkeypatch.setattr(pool, "Contender", lambda _: Double(change))
    return measure(pool.measure, "pool", scenario, "threads", rest)


@pytest.mark.parametrize("scenario, rest", SCENARIOS)
def test_a_pool_that_mixes_up_answers(scenario: str, rest: str, monkeypatch: Any) -> None:
    def late(task: int, answer: int) -> int:
        return answer + (task % 5 == 4)

    with pytest.raises(ValueError, match="wrong answer to task"):
        measure_double(monkeypatch, late, scenario, rest)


@pytest.mark.parametrize("offset_ns", [-(10**9), 10**9])
def test_a_task_that_did_not_run_when_it_says(offset_ns: int, monkeypatch: Any) -> None:
    with pytest.raises(ValueError, match="began before it was submitted or after it had ended"):
        measure_double(monkeypatch, lambda _, ns: ns + offset_ns, "submit_to_start", "/workers:2")


@pytest.mark.parametrize("work", TABLES)
def test_a_table_with_a_wrong_number(work: str, monkeypatch: Any) -> None:
    usual = table.products

    def products(first: memoryview, second: memoryview) -> Any:
        found = usual(first, second)
        found[-1] += first[0] == 0
        return found

    monkeypatch.setattr(table, "products", products)
    with pytest.raises(ValueError, match="third column"):
        measure_double(monkeypatch, lambda _, rows: rows, "table", f"/workers:2/work:{work}")


class Forgetful(Double):
    """Leaves out one part, whose rows were right the last time."""

    def map(self, function: Callable[[Any], Any], tasks: Any, _: int) -> Iterable[Any]:
        return super().map(function, list(tasks)[:-1], _)


@pytest.mark.parametrize("work", TABLES)
def test_a_table_with_a_part_of_the_last_time(work: str) -> None:
    table.Kept.table = Table(work)
    table.Kept.table.compute(Double(lambda _, rows: rows))
    with pytest.raises(ValueError, match="third column"):
        table.Kept.table.compute(Forgetful(lambda _, rows: rows))


@both_kinds
@pytest.mark.parametrize("work", TABLES)
def test_a_table_of_real_pools(work: str, peers: str) -> None:
    outcome = measure(pool.measure, "pool", "table", peers, f"/workers:2/work:{work}")
    assert outcome.operations >= 1 and outcome.cost.cpu_ns > 0


def test_the_serial_case_calls_every_task_and_checks_it(monkeypatch: Any) -> None:
    request = Request.parse(
        "floor/cpython_serial/cpu_bound/peers:threads/place:same_cpu/work:1us", [-1], SLICE_NS
    )
    assert floor.measure(request).operations >= 10
    monkeypatch.setattr(pool_tasks, "jump", lambda _: (1, 0))
    with pytest.raises(ValueError, match="wrong answer to task 0"):
        floor.measure(request)


class Handler(BaseHTTPRequestHandler):
    """Serves the pages 0 and 1; of those that are slow the wrong one."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        number = int(self.path[-1])
        if self.path.startswith("/slow/"):
            number = 1 - number
        text = page(number)
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        pass


def page(number: int) -> bytes:
    return f"page {number}".encode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    for number in range(2):
        (tmp_path / str(number)).write_bytes(page(number))
    (tmp_path / "configuration").write_text("no page")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield WebServer(listening.server_address[1], str(tmp_path), os.getpid())
        listening.shutdown()


@both_kinds
def test_pages_are_fetched_by_connections_of_the_workers(peers: str, server: WebServer) -> None:
    rest = "/workers:2/work:http"
    outcome = measure(pool.measure, "pool", "io_bound", peers, rest, server)
    assert outcome.operations >= 20 and outcome.cost.cpu_ns > 0


def test_another_page_than_was_due(server: WebServer) -> None:
    with pytest.raises(ValueError, match="/slow/0: another page"):
        measure(pool.measure, "pool", "io_bound", "threads", "/workers:2/work:http_5ms", server)


def test_steps_end_where_their_closed_form_does() -> None:
    for steps in (1, 2, 17, 1000):
        for task in (0, 1, 12345, pool_tasks.ALL_BITS):
            due = pool_tasks.due_after_steps(task, steps)
            assert pool_tasks.after_steps(task, steps) == due


def test_longer_work_has_more_steps_in_proportion() -> None:
    CALIBRATED.find(10_000, 1_000_000)
    ratio = CALIBRATED.steps[1_000_000] / CALIBRATED.steps[10_000]
    assert 30 < ratio < 300  # of 100: the calibration of either length may meet a busy machine


def test_one_of_every_ten_tasks_is_long_and_which_one_changes() -> None:
    lengths = [pool_tasks.mixed_ns(task) for task in range(2000)]
    places = [lengths[at : at + 10].index(pool_tasks.LONG_NS) for at in range(0, 2000, 10)]
    assert lengths.count(pool_tasks.LONG_NS) == 200
    assert len(set(places)) == 10 and places[:100] == places[100:]


def test_the_slices_hold_64_mib_and_have_sums_of_their_own() -> None:
    pool_tasks.NUMBERS.make()
    assert pool_tasks.NUMBERS.all.nbytes == 64 << 20
    sums = {pool_tasks.sum_of_slice(task) for task in range(64)}
    assert sums == {pool_tasks.due_sum(task) for task in range(64)} and len(sums) == 64
