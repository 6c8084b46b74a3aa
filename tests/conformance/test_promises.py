"""Each promise of a family is proved by tests that exist, or does not apply for a stated reason."""

import json
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.lines.json"))
CHECK = re.compile(r"\b(?:CHECK_NAMED|CHECK_ALONE|ADAPTOR_CHECK)\((\w+)\)")
TEST = re.compile(r"\bTEST(?:_F|_P)?\(\s*\w+,\s*(\w+)\s*\)")


def names_of_tests(family: str) -> set[str]:
    """Of the suite's table, and of the tests beside it."""
    sources = [path.read_text() for path in HERE.glob(f"{family}_*.cpp")]
    return {name for text in sources for kind in (CHECK, TEST) for name in kind.findall(text)}


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_promise_has_tests_or_a_reason(path: Path) -> None:
    promises = json.loads(path.read_text())
    assert promises
    known = names_of_tests(path.name.split(".")[0])
    for line, promise in promises.items():
        assert promise["text"], line
        assert bool(promise.get("tests")) != bool(promise.get("not_applicable")), line
        unknown = set(promise.get("tests", ())) - known
        assert not unknown, f"{line} names tests that do not exist: {sorted(unknown)}"
