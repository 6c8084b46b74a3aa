"""`handoff run`: the benchmark binaries themselves, with handoff's choice of cases."""

import contextlib
import tempfile
from pathlib import Path

from cli import build, cases, process, rounds
from cli.errors import Exit, Failure
from cli.terminal import say

LONGEST_SLICE_MS = 5000.0
OUT = "--benchmark_out="


def slice_ms(budget_s: float | None, count: int) -> float:
    """The measured time of each case that spends a budget on one pass."""
    if budget_s is None:
        return rounds.SLICE_MS
    overhead_s = count * rounds.CASE_OVERHEAD_S
    return rounds.fitting_slice_ms(budget_s, overhead_s, count, LONGEST_SLICE_MS)


def run_family(family: str, names: list[str], slice_: float, flags: list[str]) -> str:
    """Runs the chosen cases of one family; returns what went wrong, or nothing."""
    binary = build.bench_binary(family)
    with tempfile.TemporaryDirectory(prefix="handoff-") as folder:
        chosen = Path(folder) / "cases"
        chosen.write_text("\n".join(names) + "\n")
        command = [str(binary), f"--handoff_cases={chosen}"]
        if not any(flag.startswith("--benchmark_min_time") for flag in flags):
            command.append(f"--handoff_slice_ms={slice_:g}")
        code = process.attached([*command, *flags])
    return f"{binary.name}: {process.describe_exit(code)}" if code else ""


def run(choice: cases.Choice, budget_s: float | None, flags: list[str]) -> Exit:
    """Runs what was chosen, one family after the other; the others go on when one fails."""
    chosen = cases.select(choice)
    if len(chosen) > 1 and any(flag.startswith(OUT) for flag in flags):
        raise Failure(
            Exit.USAGE,
            f"{OUT}FILE would be overwritten by each of {', '.join(chosen)}; add --family",
        )
    count = sum(len(names) for names in chosen.values())
    length = slice_ms(budget_s, count)
    problems = [run_family(family, names, length, flags) for family, names in chosen.items()]
    with contextlib.suppress(BrokenPipeError):
        for problem in filter(None, problems):
            say(f"error: {problem}")
    return Exit.FAILED if any(problems) else Exit.OK
