"""The page in a real browser."""

import re
from pathlib import Path
from typing import Any

import pytest

from plots import report
from tests.page.browser import Visit, visit
from tests.results.make_run import write_run

SCROLL_BAR = 15  # pixels; the browser of the tests hides them
SHOWN = "[...document.querySelectorAll('#table tbody tr')].filter((r) => !r.hidden)"
FILTER = f"""
  const text = document.getElementById("filter-text");
  const type = (value) => {{ text.value = value; text.dispatchEvent(new Event("input")); }};
  const choose = (id, value) => {{
    const box = document.getElementById(id);
    box.value = value;
    box.dispatchEvent(new Event("change"));
  }};
  const shown = () => {SHOWN}.map((row) => row.dataset.name);
"""


@pytest.fixture(scope="module")
def page(written_report: Path) -> Path:
    return written_report


def at(page: Path, folder: Path, script: str, width: int = 1400) -> Any:
    seen: Visit = visit(page, folder, width, script)
    assert seen.console == []
    return seen.result


def test_every_word_of_the_filter_must_occur(page: Path, tmp_path: Path) -> None:
    found = at(page, tmp_path, FILTER + "type('slot_ring ping_pong'); return shown();")
    assert found and all("slot_ring" in name and "ping_pong" in name for name in found)


def test_choices_narrow_the_table_and_say_how_many_are_left(page: Path, tmp_path: Path) -> None:
    script = (
        FILTER
        + """
      choose("filter-family", "pipe"); choose("filter-peers", "threads");
      choose("filter-place", "same_cpu");
      return [shown(), document.getElementById("shown").value];
    """
    )
    names, text = at(page, tmp_path, script)
    assert names and all(
        name.startswith("pipe/") and "peers:threads/place:same_cpu" in name for name in names
    )
    assert text.startswith(f"{len(names)} of ")


def test_a_long_table_shows_its_first_rows_until_asked_for_all(page: Path, tmp_path: Path) -> None:
    script = (
        FILTER
        + """
      const more = document.getElementById("more");
      const count = document.querySelectorAll("#table tbody tr").length;
      const said = () => [shown().length, more.hidden, document.getElementById("shown").value];
      const first = said();
      more.click();
      const all = said();
      document.querySelectorAll("#table thead th")[6].querySelector("button").click();
      const sorted = said();
      choose("filter-scenario", "stream");
      return [count, first, all, sorted, said(), shown()];
    """
    )
    count, first, every, ordered, _, names = at(page, tmp_path, script)
    assert first[0] < count and first[:2] == [150, False]
    assert first[2] == f"{count} of {count} cases, the first 150 shown"
    assert every == ordered == [count, True, f"{count} of {count} cases"]
    assert names and all("/stream/" in name for name in names)


def test_headings_sort_up_then_down_with_absent_values_last(page: Path, tmp_path: Path) -> None:
    script = f"""
      const heading = [...document.querySelectorAll("#table thead th")]
        .find((th) => th.textContent.includes("p99"));
      const keys = () => {SHOWN}.map((row) => row.cells[heading.cellIndex].dataset.key);
      const button = heading.querySelector("button");
      button.click();
      const up = [heading.getAttribute("aria-sort"), keys()];
      button.click();
      return [up, [heading.getAttribute("aria-sort"), keys()]];
    """
    (up, rising), (down, falling) = at(page, tmp_path, script)
    assert (up, down) == ("ascending", "descending")
    for keys, reverse in ((rising, False), (falling, True)):
        numbers = [float(key) for key in keys if key]
        assert numbers == sorted(numbers, reverse=reverse)
        assert "" not in keys[: len(numbers)]


def test_a_case_shows_the_command_that_reproduces_it(page: Path, tmp_path: Path) -> None:
    script = """
      const row = document.querySelector("#table tbody tr");
      row.querySelector("button").click();
      const box = document.getElementById("command");
      return [row.dataset.name, box.hidden, box.textContent];
    """
    name, hidden, text = at(page, tmp_path, script)
    assert not hidden and text == f"./handoff run --filter '{name}'"


@pytest.mark.parametrize("width", [400, 1400])
def test_nothing_is_wider_than_the_window(page: Path, tmp_path: Path, width: int) -> None:
    script = """
      const root = document.documentElement;
      const wide = [...document.querySelectorAll("body *")].filter((e) =>
        !e.parentElement.closest(".scroll") && e.getBoundingClientRect().right > innerWidth + 1);
      return [innerWidth, root.scrollWidth, wide.map((e) => e.outerHTML.slice(0, 80))];
    """
    inner, scroll, wide = at(page, tmp_path, script, width)
    assert inner == width
    assert (scroll <= width, wide) == (True, [])


def test_the_table_fits_a_window_of_1400_pixels_beside_scroll_bars(
    page: Path, tmp_path: Path
) -> None:
    script = """
      const box = document.getElementById("table").parentElement;
      return [box.clientWidth, box.scrollWidth];
    """
    client, scroll = at(page, tmp_path, script, 1400 - 2 * SCROLL_BAR)
    assert scroll <= client


def test_the_page_asks_for_nothing_outside_itself(page: Path, tmp_path: Path) -> None:
    script = "return performance.getEntriesByType('resource').map((e) => e.name);"
    assert [name for name in at(page, tmp_path, script) if not name.startswith("data:")] == []
    text = page.read_text()
    assert "default-src 'none'" in text
    assert re.findall(r'(?:src|href|action)="(?!#|data:|figures/)[^"]*"', text) == []


def test_every_control_has_a_name_and_ids_are_unique(page: Path, tmp_path: Path) -> None:
    script = """
      const bare = [...document.querySelectorAll("input, select, button")].filter((e) =>
        !(e.labels && e.labels.length) && !e.textContent.trim());
      const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
      return [bare.map((e) => e.outerHTML), ids.filter((id, i) => ids.indexOf(id) !== i)];
    """
    assert at(page, tmp_path, script) == [[], []]


def test_the_old_rule_is_judged_above_the_duels_of_each_language(
    page: Path, tmp_path: Path
) -> None:
    script = """
      const section = document.getElementById("threads-or-processes");
      const tables = [...section.querySelectorAll("table")];
      return [
        document.querySelector("nav [href='#threads-or-processes']").textContent,
        section.querySelector("em").textContent,
        [...section.querySelectorAll(".verdicts > li > strong")].map((e) => e.textContent),
        tables.map((e) => e.parentElement.previousElementSibling.textContent),
        tables.map((e) => [...e.tBodies[0].rows].map((row) => row.cells.length)),
      ];
    """
    link, rule, verdicts, titles, cells = at(page, tmp_path, script)
    assert link == "Threads or processes?"
    assert rule == "CPU-bound work to processes, IO-bound work to threads"
    assert [text.partition(":")[0] for text in verdicts] == titles == ["C++", "CPython"]
    assert all(rows and set(rows) == {10} for rows in cells)


def test_a_page_of_a_run_without_pools_asks_no_such_question(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 1)
    for path in folder.glob("*-*.json*"):
        if not path.name.startswith("value"):
            path.unlink()
    assert "hreads-or-processes" not in report.write(folder).path.read_text().partition("<main>")[2]
