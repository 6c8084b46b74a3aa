"""Figures, findings and page of a synthetic run."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from plots import comparing, findings, floors, notices, report, style, tables, units
from plots.figures.cost_map import front
from results.load import Run, load
from tests.results.make_run import write_run

FIGURES = {
    "floor_multiples",
    "lock_contended",
    "lock_hand_over",
    "semaphore",
    "event",
    "condition",
    "barrier",
    "process_places",
    "process_start",
    "signal",
    "manager",
    "pipe_round_trip",
    "pipe_throughput",
    "queue_throughput",
    "pipe_cost_map",
    "queue_cost_map",
    "pipe_percentiles",
    "queue_percentiles",
    "value_add",
    "value_access",
    "value_size",
    "file_append",
    "pool_workers",
    "pool_interpreter_lock",
    "pool_speed_up",
    "pool_efficiency",
    "pool_processor_time",
    "pool_memory",
    "pool_start",
}


@pytest.fixture(scope="module")
def folder(written_report: Path) -> Path:
    return written_report.parent


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return load(folder)


def test_every_figure_is_written_as_svg_with_text_and_as_png(folder: Path) -> None:
    assert {path.stem for path in (folder / "figures").glob("*.png")} == FIGURES
    for path in (folder / "figures").glob("*.svg"):
        root = ElementTree.parse(path).getroot()
        assert root.findall(".//{http://www.w3.org/2000/svg}text"), path


def test_the_page_holds_findings_table_and_figures(folder: Path, run: Run) -> None:
    page = (folder / "report.html").read_text()
    assert page.count("<svg") == len(FIGURES)
    assert "<strong>Placement decides:</strong>" in page
    assert page.count("<tr data-name=") == len(tables.case_rows(run))
    assert "claims" in page and "no SMT siblings" in page and "libtbb-dev is missing" in page


def test_five_lines_come_from_the_run(run: Run) -> None:
    lines = findings.main_lines(run)
    assert len(lines) == 5
    assert all(line.cases for line in lines)
    assert all(name in run.by_text for line in lines for name in line.cases)
    assert "slot_ring" in lines[1].text and "n=7" in lines[1].text


def test_a_run_of_one_family_still_makes_a_page(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 3)
    for path in folder.glob("*-*.json*"):
        if not path.name.startswith("value"):
            path.unlink()
    written = report.write(folder)
    assert written.lines == []
    others = [stem for stem in FIGURES if not stem.startswith("value")]
    assert written.path.read_text().count("Not drawn: this run holds no") == len(others)


def test_failed_cases_are_listed_and_never_shown(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 1)
    path = folder / "pipe-00.json"
    data = json.loads(path.read_text())
    row = data["benchmarks"][0]
    row.update(error_occurred=True, error_message="<b>lost 3 messages</b>")
    path.write_text(json.dumps(data))
    run = load(folder)
    name = row["name"].removesuffix("/manual_time")
    assert name in [failed for failed, _ in tables.failures(run)]
    assert name not in [shown.name for shown in tables.case_rows(run)]


def test_spinning_is_held_against_a_cache_line_and_blocking_against_a_futex(run: Run) -> None:
    ends = "peers:processes/place:same_l3/producers:1/consumers:1/size:8/capacity:4096"
    for name, floor in (("slot_ring+spin", "cache_line"), ("slot_ring+park", "futex")):
        case = run.by_text[f"queue/{name}/ping_pong/{ends}"]
        multiple = floors.multiple(run, case)
        assert multiple and multiple.floor.name.implementation == floor
    on_one = run.by_text[f"queue/slot_ring+spin/ping_pong/{ends.replace('same_l3', 'same_cpu')}"]
    assert floors.multiple(run, on_one) is None


def test_ties_are_named_as_ties(run: Run) -> None:
    cases = comparing.best(run.good("pipe", "ping_pong", place="same_l3", size="65536"))
    assert "tied with" in comparing.named(cases)


def test_a_tie_of_many_names_two_and_counts_the_others(run: Run) -> None:
    cases = run.good("queue", "ping_pong", place="same_l3", peers="threads")[:5]
    names = [case.name.implementation for case in cases]
    assert comparing.named(cases) == f"{names[0]} (tied with {names[1]} and 3 more)"


def test_an_interrupted_launch_changes_the_mean_column_only(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 3)
    name = "pipe/pipe_pair/ping_pong/peers:processes/place:same_cpu/size:64"
    before = load(folder)
    for path in folder.glob("pipe-0[01].json"):
        data = json.loads(path.read_text())
        row = next(r for r in data["benchmarks"] if r["name"].startswith(f"{name}/"))
        row["real_time"] *= 1000
        path.write_text(json.dumps(data))
    after = load(folder)
    assert tables.ranks(before) == tables.ranks(after)
    assert [f.text for f in findings.main_lines(before)] == [
        f.text for f in findings.main_lines(after)
    ]
    mean = tables.COLUMNS.index("mean")
    cells = [tables.case_row(run, run.by_text[name], None).cells for run in (before, after)]
    assert cells[0][:mean] == cells[1][:mean] and cells[0][mean] != cells[1][mean]


def test_few_samples_are_noted(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 1)
    path = folder / "pipe-00.json"
    data = json.loads(path.read_text())
    row = next(r for r in data["benchmarks"] if "samples" in r)
    row["samples"] = 2.0
    path.write_text(json.dumps(data))
    name = row["name"].removesuffix("/manual_time")
    assert [f.cases for f in notices.notices(load(folder)) if f.lead == "Few samples:"] == [[name]]


def test_slow_copies_are_noted_where_the_processor_has_them(run: Run) -> None:
    def lead_and_parts(**costs: str) -> list[str]:
        found = notices.notices(replace(run, context=run.context | costs))
        return [f.text for f in found if f.lead.startswith("Slow copies")]

    even = {"memcpy_16KiB_ns": "172", "memcpy_16KiB_displaced_ns": "180"}
    slow_reads = {"read_16KiB_ns": "700", "read_16KiB_displaced_ns": "5650"}
    assert lead_and_parts() == lead_and_parts(**even) == []
    (text,) = lead_and_parts(**even, **slow_reads)
    assert "by the kernel into a process 5.65 µs instead of 700 ns" in text
    assert "by memcpy" not in text


def test_processes_are_held_against_threads_by_medians_of_pairs(run: Run) -> None:
    found = findings.peers(run)
    assert found and "round trips between processes take" in found.text
    assert "median of" in found.text and "can't be told apart" in found.text


def test_the_fastest_pipe_is_named_at_sizes_that_most_have_in_common(run: Run) -> None:
    assert (found := findings.pipe(run)) and "64 B: " in found.text
    few = [c for c in run.cases if c.name.get("size") != "64" or "pipe_pair" in c.text]
    assert (found := findings.pipe(replace(run, cases=few))) and "64 B: " not in found.text


def test_the_front_is_what_nothing_beats_in_both() -> None:
    assert front([(1, 9), (2, 5), (3, 6), (4, 1), (2, 7)]) == [0, 1, 3]


def test_every_way_of_waiting_has_a_look_of_its_own() -> None:
    looks = [style.look(way) for way in style.COLOURS]
    for key in ("color", "marker"):
        assert len({look[key] for look in looks}) == len(looks)
    assert style.look("spins", "threads") != style.look("spins", "processes")


def test_a_row_that_takes_no_larger_messages_is_named_with_its_limit(run: Run) -> None:
    rows = [dict(row) for row in run.meta["implementations"]]
    limits = {"socketpair_seqpacket": 4096, "pipe_pair": 65536, "posix_message_queue": 8192}
    for row in rows:
        row["largest_message"] = limits.get(row["name"], 0)  # 0: no limit
    limited = Run(run.folder, {**run.meta, "implementations": rows}, run.context, run.cases)
    found = tables.over_a_limit(limited)
    # The run's pipes carry up to 64 KiB, its queues 8 B only.
    assert found == ["pipe/socketpair_seqpacket: sizes over 4096 B, its limit."]
    assert found[0] in tables.left_out(limited)


@pytest.mark.parametrize(
    "ns, text", [(0, "0 ns"), (87.4, "87.4 ns"), (51234, "51.2 µs"), (8e6, "8.00 ms")]
)
def test_times_have_three_digits_and_a_unit(ns: float, text: str) -> None:
    assert units.time(ns) == text


def test_a_foreign_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main([str(tmp_path)]) == 1
    assert "not a handoff result" in capsys.readouterr().err
