"""`handoff list`: every implementation, built or not, and why not."""

import json

from cli import build, cases
from cli.paths import FAMILIES
from cli.terminal import markdown_table, table

COLUMNS = ["family", "name", "mechanism", "source", "reach", "waiting", "limits"]
TABLE_FAMILIES = [family for family in FAMILIES if family != "floor"]


def absent_row(line: dict[str, str]) -> dict[str, object]:
    """The row of a catalogue line that was not built."""
    unknown = {"mechanism": "", "source": "", "reach": "", "waiting": ""}
    return {**line, **unknown, "built": False, "available": False}


def rows(family: str = "") -> list[dict[str, object]]:
    """Every implementation of one family, or of all: the built rows, then what was not built."""
    families = [family] if family else TABLE_FAMILIES
    found = cases.implementation_rows(families)
    absent = [absent_row(line) for line in build.not_built() if line["family"] in families]
    return found + absent


def is_one(row: dict[str, object], ends: str) -> bool:
    return row.get(ends) == "one"


def limits(row: dict[str, object]) -> str:
    """The limits of an implementation in a few words."""
    if not row.get("built"):
        return f"not built: {row['reason']}"
    words = []
    if row["family"] == "queue":
        ends = ["1" if is_one(row, end) else "n" for end in ("producers", "consumers")]
        words.append(f"{ends[0]} to {ends[1]}")
        words.append("bounded" if row.get("bounded") else "unbounded")
    if row.get("largest_message") is not None:
        words.append(f"messages up to {row['largest_message']} B")
    if row.get("largest_capacity") is not None:
        words.append(f"capacity up to {row['largest_capacity']}")
    if row.get("on_peer_death") == "hangs":
        words.append("hangs when a peer dies")
    if not row.get("available", True):
        words.append(f"not on this machine: {row['reason']}")
    return ", ".join(words)


def cells(row: dict[str, object]) -> list[str]:
    return [str(row[column]) for column in COLUMNS[:-1]] + [limits(row)]


def as_table(found: list[dict[str, object]]) -> str:
    """What a person reads."""
    absent = sum(not row["built"] for row in found)
    end = f"{len(found) - absent} implementations built, {absent} not built."
    return table(COLUMNS, [cells(row) for row in found]) + "\n\n" + end


def as_json(found: list[dict[str, object]]) -> str:
    """What a program reads: a list of objects."""
    return json.dumps(found, indent=2)


def as_markdown(found: list[dict[str, object]]) -> str:
    """The table of the README: nothing in it depends on the machine."""
    header = ["family", "name", "mechanism", "source", "reach", "waiting", "producers to consumers"]
    lines = []
    for row in found:
        if not row["built"]:
            continue
        ends = ["one" if is_one(row, end) else "many" for end in ("producers", "consumers")]
        shape = f"{ends[0]} to {ends[1]}" if row["family"] == "queue" else ""
        lines.append([f"`{row['name']}`" if c == "name" else str(row[c]) for c in COLUMNS[:-1]])
        lines[-1].append(shape)
    return markdown_table(header, lines)
