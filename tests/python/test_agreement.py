"""CPython's rows agree with a bare script that has nothing of this project."""

import random
from dataclasses import replace

from tests.agreement.python_agreement import Case, add_pairs, cases_of_this_machine

PAIRS = 6  # at first, and then of those that do not agree yet: other work disturbs medians of few
MOST_PAIRS = 42
LENGTH_NS = 100_000_000
FEWEST_THAT_AGREE = 10  # noise leaves some of them open


def test_rows_agree_with_a_bare_script_within_ten_percent() -> None:
    cases = cases_of_this_machine()
    chance = random.Random(1)
    apart = cases
    while apart and len(apart[0].rows) < MOST_PAIRS:
        add_pairs(apart, PAIRS, LENGTH_NS, chance)
        apart = [case for case in apart if not case.agrees()]
    # One interval in twenty misses: a case that differs has to differ in fresh pairs too.
    again = [replace(case, rows=[], bare=[]) for case in apart if case.differs()]
    add_pairs(again, MOST_PAIRS, LENGTH_NS, chance)
    table = "row, bare, row / bare:\n" + "\n".join(map(Case.text, cases + again))
    print(table)
    assert not any(map(Case.differs, again)), table
    assert len(cases) - len(apart) >= FEWEST_THAT_AGREE, table


def test_a_row_that_costs_a_fifth_more_does_not_agree() -> None:
    case = Case("", "", (0,), rows=[1.2, 1.25, 1.15, 1.22, 1.3, 1.19], bare=[1.0] * 6)
    assert not case.agrees() and case.differs()
    noisy = Case("", "", (0,), rows=[1.2, 0.9, 1.15, 1.22, 1.3, 1.19], bare=[1.0] * 6)
    assert not noisy.agrees() and not noisy.differs()
