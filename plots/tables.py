"""What the page's tables hold."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from plots import floors, units
from results import merit
from results.load import Case, Run
from results.names import FAMILIES
from results.stats import Summary, shared_ranks

SHOWN_FIELDS = ("workers", "size", "capacity", "chunk", "work")
NAMED = {"capacity": "cap.", "work": ""}  # what does not explain itself, kept short


@dataclass(frozen=True)
class Cell:
    """A cell: what is read, and what it is sorted by."""

    text: str
    key: float | str
    hint: str = ""


def number(value: float | None, text: str = "", hint: str = "") -> Cell:
    """A cell of a number; absent ones sort last."""
    if value is None:
        return Cell("–", "", hint)
    return Cell(text or units.digits(value), value, hint)


def ranks(run: Run) -> dict[str, tuple[int, int]]:
    """Rank and number of contenders, by case: contenders differ in the implementation only."""
    groups: dict[tuple[str, ...], list[Case]] = {}
    for case in run.cases:
        if not case.error and case.values() and case.name.family != "floor":
            name = case.name
            key = (name.family, name.scenario, *map(str, sorted(name.fields.items())))
            groups.setdefault(key, []).append(case)
    found = {}
    for cases in groups.values():
        summaries = [s for case in cases if (s := case.summary())]
        for case, rank in zip(cases, shared_ranks(summaries)):
            found[case.text] = (rank, len(cases))
    return found


@dataclass(frozen=True)
class CaseRow:
    """A row of the table of all cases."""

    name: str
    family: str
    scenario: str
    peers: str
    place: str
    cells: list[Cell]


COLUMNS = (
    "implementation",
    "scenario",
    "peers",
    "place",
    "with",
    "rank",
    "time per operation",
    "spread",
    "mean",
    "p99",
    "CPU time",
    "switches",
    "× floor",
    "notes",
)


def _field(case: Case, key: str, value: str) -> str:
    if key == "size":
        return units.size(int(value))
    if key == "capacity" and case.name.family == "semaphore":
        return f"permits {value}"
    return f"{NAMED.get(key, key)} {value}".strip()


def _with(case: Case) -> str:
    ends = [case.name.get(key) for key in ("producers", "consumers")]
    parts = [" × ".join(ends)] if all(ends) else []
    fields = [(key, value) for key in SHOWN_FIELDS if (value := case.name.get(key))]
    return ", ".join(parts + [_field(case, key, value) for key, value in fields])


def _notes(run: Run, case: Case) -> str:
    notes = []
    if case.noisy:
        notes.append("noisy")
    elif case.share("noisy") > 0 or case.share("probe_moved") > 0:
        notes.append("some noisy")
    if case.few_samples:
        notes.append("few samples")
    if (share := case.median("arrived_share")) is not None:
        notes.append(f"{units.digits(100 * share)} % arrive")
    if run.meta["stopped_by"].get(case.text) == "precision":
        notes.append("precise")
    return ", ".join(notes)


def _main(case: Case, found: Summary | None) -> Cell:
    if found is None:
        return number(None)
    hint = "median of the samples" if case.of_medians else "mean time per operation"
    return number(found.median, units.time(found.median), hint)


def _spread(found: Summary | None) -> Cell:
    if found is None:
        return number(None)
    text = f"{units.time(found.low)} … {units.time(found.high)}"
    width = (found.high - found.low) / found.median if found.median else 0.0
    return Cell(text, width, f"{found.spread}, n={found.n}")


def case_row(run: Run, case: Case, rank: tuple[int, int] | None) -> CaseRow:
    """The row of a case that did not fail."""
    name, found = case.name, case.summary()
    mean, p99 = case.median(merit.MEAN), case.percentile(0.99)
    cpu, multiple = case.median("cpu_ns_per_msg"), floors.multiple(run, case)
    cells = [
        Cell(name.implementation, name.implementation, case.text),
        Cell(f"{name.family} {name.scenario}", f"{name.family} {name.scenario}"),
        Cell(name.get("peers") or "–", name.get("peers")),
        Cell(name.get("place") or "–", name.get("place")),
        Cell(_with(case), name.number("size") or _with(case)),
        number(rank[0], f"{rank[0]}/{rank[1]}", "of so many contenders") if rank else number(None),
        _main(case, found),
        _spread(found),
        number(mean, units.time(mean)),
        number(p99, units.time(p99)),
        number(cpu, units.time(cpu)),
        number(case.median("ctx_switches_per_msg")),
        number(multiple.value, f"{units.digits(multiple.value)}×", multiple.floor.text)
        if multiple
        else number(None),
        Cell(_notes(run, case), _notes(run, case)),
    ]
    return CaseRow(
        case.text, name.family, name.scenario, name.get("peers"), name.get("place"), cells
    )


def case_rows(run: Run) -> list[CaseRow]:
    """The rows of all cases that did not fail, those of pipes and queues first."""
    ranked = ranks(run)
    good = [case for case in run.cases if not case.error and case.values()]
    good.sort(key=lambda case: (FAMILIES.index(case.name.family), case.text))
    return [case_row(run, case, ranked.get(case.text)) for case in good]


def failures(run: Run) -> list[tuple[str, str]]:
    """Each failed case with its error."""
    return [(case.text, case.error) for case in run.cases if case.error]


def over_a_limit(run: Run) -> list[str]:
    """The rows that take no messages of the largest sizes that their family was measured with."""
    largest: dict[str, int] = {}
    for case in run.cases:
        family = case.name.family
        largest[family] = max(largest.get(family, 0), case.name.number("size"))
    return [
        f"{row['family']}/{row['name']}: sizes over {row['largest_message']} B, its limit."
        for row in run.meta["implementations"]
        if (row.get("largest_message") or math.inf) < largest.get(row["family"], 0)
    ]


def left_out(run: Run) -> list[str]:
    """What this run does not hold, and why."""
    meta = run.meta
    found = [*meta.get("left_out", [])]
    found += [f"Placement {row['place']}: {row['reason']}." for row in meta["absent_placements"]]
    found += [
        f"{row['family']}/{row['name']}: not built: {row['reason']}." for row in meta["not_built"]
    ]
    for row in meta["implementations"]:
        if row["built"] and not row.get("available", True):
            found.append(f"{row['family']}/{row['name']}: not on this machine: {row['reason']}.")
    found += over_a_limit(run)
    stopped = Counter(meta["stopped_by"].values())
    if stopped:
        found.append(
            f"Repetitions ended because the median was precise enough in {stopped['precision']} cases,"
            f" because the budget of {meta['budget_s']:g} s was spent in {stopped['budget']}."
        )
    if meta["filter"]:
        found.append(f"Only cases that fit the filter '{meta['filter']}' were run.")
    return found


def peer_death(run: Run) -> list[dict[str, Any]]:
    """What implementations say of the death of a peer, by family and name."""
    rows = [row for row in run.meta["implementations"] if row["built"] and "on_peer_death" in row]
    return sorted(rows, key=lambda row: (row["family"], row["name"]))
