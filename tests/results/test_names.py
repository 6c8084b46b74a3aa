"""Names of cases, on the examples that the C++ parser is tested on too."""

import json
from pathlib import Path
from typing import Any

import pytest

from results import names

EXAMPLES = json.loads((Path(__file__).parent.parent / "case_names.json").read_text())


@pytest.mark.parametrize("example", EXAMPLES["valid"], ids=lambda e: str(e["name"]))
def test_valid_names_parse_into_their_parts(example: dict[str, Any]) -> None:
    parsed = names.parse(example["name"])
    found = (parsed.family, parsed.implementation, parsed.scenario, parsed.fields)
    assert found == tuple(
        example[key] for key in ("family", "implementation", "scenario", "fields")
    )
    assert example["name"].startswith(str(parsed))
    assert names.parse(str(parsed)) == parsed


@pytest.mark.parametrize("example", EXAMPLES["invalid"], ids=lambda e: str(e["why"]))
def test_invalid_names_are_rejected(example: dict[str, Any]) -> None:
    with pytest.raises(names.BadName):
        names.parse(example["name"])


def test_build_puts_the_fields_in_their_order() -> None:
    built = names.build("pipe", "pipe_pair", "stream", size=64, place="same_cpu", peers="threads")
    assert str(built) == "pipe/pipe_pair/stream/peers:threads/place:same_cpu/size:64"


def test_build_rejects_an_unknown_key() -> None:
    with pytest.raises(names.BadName, match="colour"):
        names.build("pipe", "pipe_pair", "stream", colour="red")
