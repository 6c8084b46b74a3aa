"""How a report spends its budget. Pure functions; the rule is stated in RULE."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

RULE = """how the budget is spent:
  A round runs every chosen case once, in random order (seeded), in a fresh process per family, the
  families in random order too. Rounds repeat until the budget is spent, three at least. A case
  measures for 50 ms in each; where eight rounds would not fit, for less, but never for less than
  10 ms, because many short slices in many processes tell more than few long ones. If not even
  three such rounds fit, the time that they will take is said before they start. A case whose
  95 % confidence interval of the median lies within 2 % after at least six rounds is left out of
  later rounds, so that the time goes to those that are still uncertain. Time that is left before the
  sixth round, and that a whole round would exceed, goes to rounds of the cases alone by which the
  page judges threads and processes, until they have six, which an interval takes."""

SLICE_MS = 50.0
SHORTEST_SLICE_MS = 10.0
FEWEST_ROUNDS = 3
WANTED_ROUNDS = 8
MOST_ROUNDS = 99  # file names carry two digits
PRECISION_ROUNDS = 6
WARM_UP = 0.6  # of a slice, goes before it
CASE_OVERHEAD_S = 0.016  # starting workers, probes: a guess until the first round has told
CPYTHON_OVERHEAD_S = 0.1  # starting an interpreter and its workers: a guess likewise
POOL_OVERHEAD_S = 0.06  # starting workers, tasks for each of them: a guess likewise
FAMILY_OVERHEAD_S = 0.2  # starting a benchmark binary
# Pools at work that is bound by the processor or by waiting, and the same work without a pool.
DECIDING = re.compile(
    r"pool/[^/]+/(cpu|io)_bound/.*place:compact/|floor/(cpython_)?serial/(cpu|io)_bound/"
)
UNITS_S = {"h": 3600.0, "m": 60.0, "min": 60.0, "s": 1.0, "": 1.0}


def parse_duration(text: str) -> float:
    """Seconds in '3m', '90s', '1m30s', '90'; ValueError for anything else or for nothing."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|min|m|s|)", text.strip())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        raise ValueError(f"'{text}' is no duration; examples: 90s, 3m, 1m30s")
    seconds = sum(float(number) * UNITS_S[unit] for number, unit in parts)
    if seconds <= 0:
        raise ValueError(f"'{text}' is no time at all")
    return seconds


@dataclass(frozen=True)
class Plan:
    """Slice and expected length before anything was measured."""

    slice_ms: float
    round_s: float
    rounds: int
    over_budget: bool

    @property
    def total_s(self) -> float:
        """What the planned rounds take."""
        return self.rounds * self.round_s


def measuring_s(slice_ms: float) -> float:
    """What a slice takes with its warm-up."""
    return (1 + WARM_UP) * slice_ms / 1000.0


def fitting_slice_ms(available_s: float, overhead_s: float, cases: int, longest_ms: float) -> float:
    """The slice with which a round of `cases` takes `available_s`, within its bounds."""
    fitting = 1000.0 * (available_s - overhead_s) / cases / (1 + WARM_UP)
    return max(SHORTEST_SLICE_MS, min(longest_ms, fitting))


def guessed_overhead_s(case: str) -> float:
    """What a case costs beside its slice, as far as its name tells."""
    if "/cpython_" in case:
        return CPYTHON_OVERHEAD_S
    return POOL_OVERHEAD_S if case.startswith("pool/") else CASE_OVERHEAD_S


def first_plan(cases: Collection[str], families: int, budget_s: float) -> Plan:
    """The plan before the first round, on guessed overheads."""
    overhead_s = sum(map(guessed_overhead_s, cases)) + families * FAMILY_OVERHEAD_S
    slice_ms = fitting_slice_ms(budget_s / WANTED_ROUNDS, overhead_s, len(cases), SLICE_MS)
    round_s = overhead_s + len(cases) * measuring_s(slice_ms)
    rounds = max(FEWEST_ROUNDS, min(MOST_ROUNDS, int(budget_s / round_s)))
    return Plan(slice_ms, round_s, rounds, rounds * round_s > budget_s * 1.01)


def later_slice_ms(
    overheads_s: Mapping[str, float], slice_ms: float, done: int, left_s: float
) -> float:
    """The slice after a round: shorter when the wanted rounds would not fit, never longer."""
    if done >= WANTED_ROUNDS:
        return slice_ms
    available_s = left_s / (WANTED_ROUNDS - done)
    overhead_s = sum(overheads_s.values())
    return fitting_slice_ms(available_s, overhead_s, len(overheads_s), slice_ms)


def round_length_s(
    active: Collection[str], overheads_s: Mapping[str, float], slice_ms: float, families: int
) -> float:
    """How long a round of the active cases will take."""
    overhead_s = sum(overheads_s.get(case, guessed_overhead_s(case)) for case in active)
    return overhead_s + len(active) * measuring_s(slice_ms) + families * FAMILY_OVERHEAD_S


def is_deciding(case: str) -> bool:
    """Whether the page judges threads and processes by it."""
    return DECIDING.match(case) is not None


def another_round(
    done: int, active: int, left_s: float, round_s: float, most: int = MOST_ROUNDS
) -> bool:
    """Whether one more round is run."""
    if active == 0 or done >= most:
        return False
    return done < FEWEST_ROUNDS or round_s <= left_s


def rounds_to_come(done: int, left_s: float, round_s: float, most: int = MOST_ROUNDS) -> int:
    """How many more rounds the budget holds."""
    fitting = int(left_s / round_s) if round_s > 0 else 0
    return max(FEWEST_ROUNDS - done, min(fitting, most - done), 0)
