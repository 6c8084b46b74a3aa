"""Choosing cases: by a filter, by family, by the names of implementations."""

import difflib
import json
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cli import build
from cli.errors import Exit, Failure
from cli.paths import FAMILIES

NEAREST = 5
MATCHER_HELP = """A filter is one or more pieces, separated by blanks; a case is chosen when every piece fits:
  a piece that is a whole part of case names   size:64  mpmc_ring+spin  ping_pong
  else text that case names contain            ring/stream
  else a regular expression                    size:(64|4096)$"""


@dataclass(frozen=True)
class Choice:
    """What the command line asked for."""

    filter: str = ""
    family: str = ""
    names: tuple[str, ...] = ()


def ask(family: str, flag: str) -> str:
    """What a benchmark binary prints for one of handoff's own flags."""
    binary = build.bench_binary(family)
    done = subprocess.run([str(binary), flag], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(Exit.FAILED, f"{binary.name} {flag} failed:\n{done.stderr.strip()}")
    return done.stdout


def all_cases(families: Iterable[str]) -> dict[str, list[str]]:
    """The names of every case of this machine, by family."""
    return {family: ask(family, "--handoff_names").split() for family in families}


def implementation_rows(families: Iterable[str]) -> list[dict[str, object]]:
    """The rows that the benchmark binaries hold."""
    rows: list[dict[str, object]] = []
    for family in families:
        if family != "floor":
            rows += json.loads(ask(family, "--handoff_list"))
    return rows


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """The known names that somebody who typed `word` may have meant, best first."""
    return difflib.get_close_matches(word, list(dict.fromkeys(known)), n=NEAREST, cutoff=0.4)


def unknown(kind: str, word: str, known: Iterable[str]) -> Failure:
    """The error for a name that does not exist."""
    near = nearest(word, known)
    hint = "\nNearest:\n    " + "\n    ".join(near) if near else ""
    return Failure(Exit.USAGE, f"unknown {kind} '{word}'{hint}")


def check_filter(text: str) -> None:
    """Raises when a piece is neither text that may occur in a name nor a regular expression."""
    for piece in text.split():
        try:
            re.compile(piece)
        except re.error as error:
            if re.fullmatch(r"[\w:+/.-]+", piece):
                continue
            raise Failure(
                Exit.USAGE,
                f"bad filter '{piece}': {error}\n{MATCHER_HELP}",
            ) from error


def piece_matcher(piece: str, names: list[str]) -> Callable[[str], bool]:
    """The test for one piece, decided once over all names: whole part, text, expression."""
    if any(piece in name.split("/") for name in names):
        return lambda name: piece in name.split("/")
    if any(piece in name for name in names):
        return lambda name: piece in name
    try:
        expression = re.compile(piece)
    except re.error:
        return lambda name: False
    return lambda name: expression.search(name) is not None


def matching(text: str, names: list[str]) -> list[str]:
    """The names that fit every piece of a filter."""
    tests = [piece_matcher(piece, names) for piece in text.split()]
    return [name for name in names if all(test(name) for test in tests)]


def implementation_of(case: str) -> str:
    """The second part of a case's name."""
    parts = case.split("/")
    return parts[1] if len(parts) > 1 else ""


def by_names(names: Iterable[str], cases: list[str]) -> list[str]:
    """The cases of the named implementations; `ring` alone means every `ring+policy`."""
    known = list(dict.fromkeys(implementation_of(case) for case in cases))
    chosen: set[str] = set()
    for name in names:
        wanted = name.split("/")[-1]
        found = [k for k in known if wanted in (k, k.split("+")[0])]
        if not found:
            raise unknown("implementation", name, known + [k.split("+")[0] for k in known])
        chosen.update(found)
    return [case for case in cases if implementation_of(case) in chosen]


def choose(choice: Choice, by_family: dict[str, list[str]]) -> dict[str, list[str]]:
    """The chosen cases by family; families without any are left out. Raises when nothing is left."""
    check_filter(choice.filter)
    everything = [case for cases in by_family.values() for case in cases]
    chosen = by_names(choice.names, everything) if choice.names else everything
    chosen = matching(choice.filter, chosen)
    if not chosen:
        near = nearest(choice.filter.replace(" ", "/"), everything)
        hint = "\nNearest cases:\n    " + "\n    ".join(near) if near else ""
        raise Failure(Exit.USAGE, f"no case matches the filter '{choice.filter}'{hint}")
    kept = set(chosen)
    result = {family: [c for c in cases if c in kept] for family, cases in by_family.items()}
    return {family: cases for family, cases in result.items() if cases}


def select(choice: Choice) -> dict[str, list[str]]:
    """The chosen cases of this machine, by family."""
    check_filter(choice.filter)
    families = [choice.family] if choice.family else list(FAMILIES)
    return choose(choice, all_cases(families))
