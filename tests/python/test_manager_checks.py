"""Every scenario of managers rejects one that does not keep what it is given."""

import os
from types import SimpleNamespace
from typing import Any

import pytest

from bench.python.scenarios import manager
from tests.python.doubles import measure


class Stale(dict[str, bytes]):
    """A dictionary that keeps the first value of a key."""

    def __setitem__(self, key: str, value: bytes) -> None:
        self.setdefault(key, value)


class Torn(dict[str, bytes]):
    """A dictionary whose values end in another byte than they were given."""

    def __getitem__(self, key: str) -> bytes:
        value = super().__getitem__(key)
        return value[:-1] + bytes([value[-1] ^ 1])


class Leaky(list[bytes]):
    """A list that loses the 20th element."""

    def append(self, value: bytes) -> None:
        if len(self) != 19:
            super().append(value)


class Shuffled(list[bytes]):
    """A list whose last element comes first."""

    def append(self, value: bytes) -> None:
        self.insert(0, value)


class Double:
    """A manager of such dictionaries and lists."""

    _process = SimpleNamespace(pid=os.getpid())

    def __init__(self, dictionary: Any, items: Any) -> None:
        self.dict, self.list = dictionary, items

    def __enter__(self) -> "Double":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    "scenario, work, dictionary, items",
    [
        ("set", "", Stale, list),
        ("get", "", Torn, list),
        ("mix", "/work:sets_50", Torn, list),
        ("append", "", dict, Leaky),
        ("append", "", dict, Shuffled),
    ],
)
def test_a_manager_that_does_not_keep_what_it_is_given(
    workers: int, scenario: str, work: str, dictionary: Any, items: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(manager, "make_manager", lambda: Double(dictionary, items))
    rest = f"/workers:{workers}/size:64{work}"
    with pytest.raises(ValueError, match="wrong message|torn|elements are there"):
        measure(manager.measure, "manager", scenario, "processes", rest)


def test_what_is_kept_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "make_manager", lambda: Double(dict, list))
    for scenario, work in (("set", ""), ("get", ""), ("append", ""), ("mix", "/work:sets_5")):
        rest = f"/workers:1/size:64{work}"
        assert measure(manager.measure, "manager", scenario, "processes", rest).operations > 0
