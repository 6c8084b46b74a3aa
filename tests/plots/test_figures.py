"""What figures show: every number of the data, few names, and no name on another."""

import copy
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from plots import draw, floors, highlight, style
from plots.figures import (
    cost_map,
    dot_charts,
    line_charts,
    percentile_curves,
    process_start,
    scenario_dots,
)
from plots.figures.common import shown_size
from results.load import MERIT, Case, Run, load
from results.names import CaseName
from tests.results.make_run import write_run

COPIES = 4  # of each implementation: as many rows as a grown catalogue has


def doubled(case: Case, number: int) -> Case:
    """The case as of one more implementation, a little slower."""
    name = case.name
    stem, plus, policy = name.implementation.partition("+")
    named = CaseName(name.family, f"{stem}_{number}{plus}{policy}", name.scenario, name.fields)
    samples = copy.deepcopy(case.samples)
    for sample in samples:
        for key in sample.values:
            sample.values[key] *= 1 + number / 40
    return Case(named, samples, case.histogram)


def crowded(run: Run) -> Run:
    """The run with several times as many implementations."""
    cases, facts = list(run.cases), list(run.meta["implementations"])
    for number in range(1, COPIES):
        cases += [doubled(case, number) for case in run.cases if case.name.family != "floor"]
        for row in run.meta["implementations"]:
            stem, plus, policy = row["name"].partition("+")
            facts.append({**row, "name": f"{stem}_{number}{plus}{policy}"})
    return Run(run.folder, {**run.meta, "implementations": facts}, run.context, cases)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return crowded(load(write_run(tmp_path_factory.mktemp("run"), 2, full=True)))


@pytest.fixture(scope="module")
def figures(run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Every figure, laid out as it is written."""
    found: dict[str, Figure] = {}

    def keep(figure: Figure, folder: Path, stem: str, settle: Any = None) -> None:
        style.lay_out(figure, settle)
        pyplot.close(figure)  # which only leaves it to us
        found[stem] = figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "save", keep)
        for make in draw.FIGURES:
            make(run, tmp_path_factory.getbasetemp())
    assert len(found) == len(draw.FIGURES)
    return found


SEATS = {"process_start": process_start.SEATS}
STEMS = [
    "barrier",
    "condition",
    "event",
    "file_append",
    "floor_multiples",
    "lock_contended",
    "lock_hand_over",
    "manager",
    "pipe_cost_map",
    "pipe_percentiles",
    "pipe_round_trip",
    "pipe_throughput",
    "pool_efficiency",
    "pool_interpreter_lock",
    "pool_memory",
    "pool_processor_time",
    "pool_speed_up",
    "pool_start",
    "pool_workers",
    "process_places",
    "process_start",
    "queue_cost_map",
    "queue_percentiles",
    "queue_throughput",
    "semaphore",
    "signal",
    "value_access",
    "value_add",
    "value_size",
]


def points(figure: Figure) -> Counter[tuple[str, float, float]]:
    """Implementation and peers, and both coordinates, of all that is drawn of cases."""
    lines = [line for axes in figure.axes for line in axes.lines]
    titled = [line for line in lines if (line.get_gid() or "").startswith(style.TITLED)]
    return Counter(
        (line.get_gid().removeprefix(style.TITLED), x, y)
        for line in titled
        for x, y in zip(line.get_xdata(), line.get_ydata())
    )


def across(figure: Figure) -> Counter[tuple[str, float]]:
    return Counter((title, x) for title, x, _ in points(figure).elements())


def title_of(case: Case) -> str:
    return f"{case.name.implementation}, {case.name.get('peers')}"


def medians(cases: list[Case], counter: str) -> Counter[tuple[str, float]]:
    return Counter((title_of(c), value) for c in cases if (value := c.median(counter)) is not None)


def test_dot_charts_show_the_median_of_every_case(run: Run, figures: dict[str, Figure]) -> None:
    cases = [c for c in run.good("queue", "stream") if c.name.number("size") == 8]
    assert across(figures["queue_throughput"]) == medians(cases, "msgs_per_s")
    assert across(figures["value_add"]) == medians(run.good("value", "add"), "msgs_per_s")
    assert across(figures["file_append"]) == medians(run.good("file", "append"), "msgs_per_s")
    others = run.good("value", "read_mostly") + run.good("value", "element_write")
    assert across(figures["value_access"]) == medians(others, "msgs_per_s")


def test_figures_of_scenarios_show_the_median_of_every_case_that_they_are_for(
    run: Run, figures: dict[str, Figure]
) -> None:
    for sheet in scenario_dots.SHEETS:
        expected = medians(sheet.cases(run), sheet.measure.counter)
        assert expected and across(figures[sheet.stem]) == expected, sheet.stem


def test_line_charts_show_the_median_of_every_case(run: Run, figures: dict[str, Figure]) -> None:
    pools = run.good("pool", "cpu_bound") + run.good("pool", "io_bound")
    pools = [c for c in pools if c.name.get("work") in line_charts.POOL_WORKS]
    sizes = run.good("value", "slice_copy") + run.good("value", "wide_value")
    for stem, cases, field, counter in (
        ("pipe_round_trip", run.good("pipe", "ping_pong"), "size", MERIT),
        ("pipe_throughput", run.good("pipe", "stream"), "size", "bytes_per_s"),
        ("value_size", sizes, "size", "bytes_per_s"),
        ("pool_workers", pools, "workers", "msgs_per_s"),
    ):
        expected = Counter((title_of(c), c.name.number(field), c.median(counter)) for c in cases)
        assert points(figures[stem]) == expected, stem


def test_starts_stand_over_the_memory_of_the_parent_by_its_number_of_pages(
    run: Run, figures: dict[str, Figure]
) -> None:
    cases = run.good("process", place="unpinned")
    at = {"resident_0": 0, "resident_1gib_huge": 1, "resident_256mib": 2, "resident_1gib": 3}
    expected = Counter((title_of(c), at[c.name.get("work")], c.median()) for c in cases)
    assert expected and points(figures["process_start"]) == expected


def test_pools_whose_slice_held_no_task_for_each_worker_are_left_out_and_counted(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = copy.deepcopy(run.cases)
    short = next(c for c in cases if c.name.scenario == "io_bound" and c.name.number("workers") > 1)
    for sample in short.samples:
        sample.values["operations"] = short.name.number("workers") - 1
    drawn: list[Figure] = []
    monkeypatch.setattr(style, "save", lambda figure, *_: drawn.append(figure))
    caption = line_charts.pools(replace(run, cases=cases), tmp_path).text
    assert caption.startswith("Left out: 1 cases")
    shown = (title_of(short), short.name.number("workers"), short.median("msgs_per_s"))
    assert shown not in points(drawn[0])


def test_no_point_lies_on_the_edge_of_an_axis_from_zero(figures: dict[str, Figure]) -> None:
    for axes in figures["pool_workers"].axes:
        highest = max((y for line in axes.lines for y in line.get_ydata()), default=0.0)
        assert highest < 0.99 * axes.get_ylim()[1]


def test_values_that_are_measured_between_one_kind_of_peers_share_a_panel(
    run: Run, figures: dict[str, Figure], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(figures["value_size"].axes) == 4
    names = {"atomic": "threads"}
    few = [
        case
        for case in run.cases
        if case.name.family != "value"
        or case.name.get("peers") == names.get(case.name.implementation, "processes")
    ]
    drawn: list[Figure] = []
    monkeypatch.setattr(style, "save", lambda figure, *_: drawn.append(figure))
    caption = line_charts.slices(replace(run, cases=few), tmp_path).text
    assert caption.startswith("Between threads: atomic. ")
    assert [axes.get_title() for axes in drawn[0].axes] == [
        "slices copied",
        "one wide value changed",
    ]


@pytest.mark.parametrize("family", ["pipe", "queue"])
def test_cost_maps_show_both_medians_of_every_case(
    run: Run, figures: dict[str, Figure], family: str
) -> None:
    cases = run.good(family, "ping_pong")
    cases = [c for c in cases if c.name.number("size") == shown_size(cases)]
    expected = Counter((title_of(c), c.median(cost_map.CPU), c.median()) for c in cases)
    assert points(figures[f"{family}_cost_map"]) == expected


def test_percentile_curves_show_the_percentiles_of_all_samples(
    run: Run, figures: dict[str, Figure]
) -> None:
    cases = run.good("queue", "ping_pong")
    values = points(figures["queue_percentiles"])
    for case in cases:
        for share in percentile_curves.SHARES[:3]:
            at = percentile_curves.nines(share)
            assert (title_of(case), at, case.histogram.percentile(share)) in values


def test_multiples_are_over_the_floor_of_the_same_placement(
    run: Run, figures: dict[str, Figure]
) -> None:
    cases = [c for c in run.good("queue", "ping_pong") if c.name.get("place") == "same_l3"]
    values = across(figures["floor_multiples"])
    for case in cases:
        found = floors.multiple(run, case)
        assert found and (title_of(case), found.value) in values


def test_the_reference_points_of_pipes_and_of_queues_have_a_row_over_the_futex(
    figures: dict[str, Figure]
) -> None:
    panels = [a for a in figures["floor_multiples"].axes if "futex" in a.get_title()]
    assert panels
    for axes in panels:
        names = {text.get_text() for text in axes.get_yticklabels()}
        assert {*highlight.REFERENCES["pipe"], *highlight.REFERENCES["queue"]} <= names


def test_rows_are_sorted_and_the_others_share_the_last(
    run: Run, figures: dict[str, Figure]
) -> None:
    for stem in ("queue_throughput", "value_add"):
        for axes in figures[stem].axes:
            names = [text.get_text() for text in axes.get_yticklabels()]
            best = {name: 0.0 for name in names}
            for line in axes.lines:
                name = (line.get_gid() or "").removeprefix(style.TITLED).partition(",")[0]
                if name in best:
                    best[name] = max(best[name], *line.get_xdata())
            assert len(names) <= highlight.ROWS + 1
            rows = [best[name] for name in names[: highlight.ROWS]]
            assert rows and rows == sorted(rows, reverse=True)
            assert len(names) <= highlight.ROWS or names[-1].endswith(" others")


@pytest.mark.parametrize("stem", STEMS)
def test_few_have_names_and_no_text_covers_another(figures: dict[str, Figure], stem: str) -> None:
    figure = figures[stem]
    names: dict[int, list[str]] = {}
    for text in figure.findobj(Annotation):
        names.setdefault(id(text.axes), []).append(text.get_text())
    for found in names.values():
        assert 0 < len(set(found)) == len(found) <= SEATS.get(stem, highlight.LINES)
    texts = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]
    renderer = figure.canvas.get_renderer()
    boxes = {}
    for text in texts:
        if isinstance(text, Annotation):
            text.update_positions(renderer)
        boxes[text] = Text.get_window_extent(text, renderer)
    seen = [text for text in texts if not _is_hidden_tick(text)]
    for index, one in enumerate(seen):
        for other in seen[index + 1 :]:
            if isinstance(one, Annotation) or isinstance(other, Annotation):
                assert not boxes[one].overlaps(boxes[other]), (one, other)


@pytest.mark.parametrize("stem", STEMS)
def test_labels_of_an_axis_stand_apart(figures: dict[str, Figure], stem: str) -> None:
    for axes in figures[stem].axes:
        if axes.axison:
            assert not style.crowded(figures[stem], axes), axes.get_title()


def _is_hidden_tick(text: Text) -> bool:
    """Whether matplotlib keeps a tick's text that lies outside of its axis."""
    axes = text.axes
    if axes is None or isinstance(text, Annotation):
        return False
    (left, right), (low, high) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
    if text in axes.get_xticklabels():
        return not left <= text.get_position()[0] <= right
    if text in axes.get_yticklabels():
        return not low <= text.get_position()[1] <= high
    return False


def test_a_caption_names_the_reference_points_that_the_figure_holds(run: Run) -> None:
    assert (
        "reference points (atomic, shared_mutex, cpython_multiprocessing, cpython_threading),"
        in highlight.note(run.good("value", "add"))
    )
    cases = [c for c in run.good("value", "add") if c.name.implementation != "atomic"]
    assert "reference points (shared_mutex, cpython_multi" in highlight.note(cases)
    assert "reference" not in highlight.note([])


def test_names_in_the_svg_show_when_pointed_at(run: Run, tmp_path: Path) -> None:
    dot_charts.adds(run, tmp_path)
    svg = (tmp_path / "value_add.svg").read_text()
    titles = {title_of(case) for case in run.good("value", "add")}
    assert all(f"<title>{title}</title>" in svg for title in titles)
    assert style.TITLED not in svg
