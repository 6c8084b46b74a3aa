"""Names of cases: the one place in Python that builds and parses them."""

import re
from dataclasses import dataclass, field

FAMILIES = (
    "pipe",
    "queue",
    "value",
    "file",
    "pool",
    "lock",
    "semaphore",
    "event",
    "condition",
    "barrier",
    "process",
    "manager",
    "signal",
    "floor",
)
KEYS = (
    "peers",
    "place",
    "producers",
    "consumers",
    "workers",
    "size",
    "capacity",
    "chunk",
    "work",
)
NUMERIC_KEYS = frozenset({"producers", "consumers", "workers", "size", "capacity", "chunk"})
# What Google Benchmark appends to a name.
APPENDED = re.compile(
    r"manual_time|real_time|process_time|(iterations|min_time|repeats|threads|min_warmup_time):.*"
)
IMPLEMENTATION = re.compile(r"[a-z0-9_]+(\+[a-z_]+)?")
WORD = re.compile(r"[a-z0-9_]+")
NUMBER = re.compile(r"[1-9][0-9]*")
LEADING_PARTS = 3


class BadName(ValueError):
    """A name that is not a case's, with the part that does not fit."""

    def __init__(self, name: str, part: str, why: str) -> None:
        super().__init__(f"case name '{name}': '{part}' {why}")


@dataclass(frozen=True)
class CaseName:
    """family/implementation/scenario/key:value/... with the keys in the order of KEYS."""

    family: str
    implementation: str
    scenario: str
    fields: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [self.family, self.implementation, self.scenario]
        return "/".join(parts + [f"{key}:{value}" for key, value in self.fields.items()])

    def __hash__(self) -> int:
        return hash(str(self))

    def get(self, key: str) -> str:
        """The value of a field, empty where the name has none."""
        return self.fields.get(key, "")

    def number(self, key: str) -> int:
        """The value of a numeric field, 0 where the name has none."""
        return int(self.fields.get(key, "0"))

    @property
    def policy(self) -> str:
        """The waiting policy in the implementation's name, empty where it has none."""
        return self.implementation.partition("+")[2]


def _fault(key: str, value: str) -> str:
    if key not in KEYS:
        return "has an unknown key"
    if not value:
        return "has no value"
    if key in NUMERIC_KEYS:
        return "" if NUMBER.fullmatch(value) else "is not a positive number"
    return "" if WORD.fullmatch(value) else "has a value of other letters than a-z, 0-9 and _"


def _check_leading(text: str, family: str, implementation: str, scenario: str) -> None:
    if family not in FAMILIES:
        raise BadName(text, family, "is not a family")
    if not IMPLEMENTATION.fullmatch(implementation):
        raise BadName(text, implementation, "is not an implementation's name")
    if not WORD.fullmatch(scenario):
        raise BadName(text, scenario, "is not a scenario's name")


def parse(text: str) -> CaseName:
    """The case of a name; what Google Benchmark appends is dropped. Raises BadName."""
    parts = text.split("/")
    while len(parts) > LEADING_PARTS and APPENDED.fullmatch(parts[-1]):
        parts.pop()
    if len(parts) < LEADING_PARTS:
        raise BadName(text, text, "has not the form family/implementation/scenario")
    family, implementation, scenario = parts[:LEADING_PARTS]
    _check_leading(text, family, implementation, scenario)
    fields: dict[str, str] = {}
    last = -1
    for part in parts[LEADING_PARTS:]:
        key, colon, value = part.partition(":")
        why = _fault(key, value) if colon else "is not key:value"
        if why:
            raise BadName(text, part, why)
        if KEYS.index(key) <= last:
            raise BadName(text, part, "is repeated or out of order")
        last = KEYS.index(key)
        fields[key] = value
    return CaseName(family, implementation, scenario, fields)


def build(family: str, implementation: str, scenario: str, **fields: str | int) -> CaseName:
    """A case's name from its parts, the fields given in any order. Raises BadName."""
    unknown = [key for key in fields if key not in KEYS]
    if unknown:
        raise BadName(f"{family}/{implementation}/{scenario}", unknown[0], "is an unknown key")
    ordered = {key: str(fields[key]) for key in KEYS if key in fields}
    return parse(str(CaseName(family, implementation, scenario, ordered)))
