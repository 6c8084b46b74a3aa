"""Whether a folder or a file holds handoff results: `python3 -m results.validate FOLDER`."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from results import names
from results.files import RUN, LaunchFile, NotAResult, launch_files
from results.histogram import LARGEST_INDEX

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text())
SAME_IN_ALL_LAUNCHES = ("machine_id", "cpu_model", "kernel", "commit", "compiler", "compile_flags")
MOST_SHOWN = 20


def _validator(definition: str) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator({**SCHEMA, "$ref": f"#/definitions/{definition}"})


VALIDATORS = {name: _validator(name) for name in SCHEMA["definitions"]}


def read_json(path: Path) -> Any:
    """A JSON file. Raises NotAResult."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotAResult(f"{path}: can't be read: {error.strerror}") from error
    except ValueError as error:
        raise NotAResult(f"{path}: not a handoff result: no JSON ({error})") from error


def _faults(definition: str, data: Any, where: str) -> Iterator[str]:
    for error in VALIDATORS[definition].iter_errors(data):
        cause = jsonschema.exceptions.best_match([error]) or error
        place = "/".join(str(part) for part in cause.absolute_path) or "top level"
        yield f"{where}: {place}: {cause.message[:200]}"


def _name_fault(text: Any, where: str) -> Iterator[str]:
    try:
        names.parse(str(text))
    except names.BadName as error:
        yield f"{where}: {error}"


def check_launch(path: Path, family: str = "") -> Iterator[str]:
    """The faults of one launch file, each with file, place and what."""
    data = read_json(path)
    if not isinstance(data, dict) or not {"context", "benchmarks"} <= data.keys():
        yield f"{path}: not a handoff result: no 'context' and 'benchmarks'"
        return
    if "machine_id" not in data["context"]:
        yield f"{path}: not a handoff result: Google Benchmark's, but without handoff's context"
        return
    yield from _faults("launch", data, str(path))
    seen: set[str] = set()
    for number, row in enumerate(data["benchmarks"]):
        where = f"{path}: benchmarks/{number}"
        name = str(row.get("name", ""))
        yield from _name_fault(name, where)
        if family and not name.startswith(family + "/"):
            yield f"{where}: '{name}' is not of the family {family}"
        if name in seen:
            yield f"{where}: '{name}' occurs twice in one launch"
        seen.add(name)


def _is_pair(pair: Any) -> bool:
    """Whether it is [bucket, count]; not in the schema, which takes seconds for so many."""
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    return all(type(n) is int and n >= 0 for n in pair) and pair[0] <= LARGEST_INDEX


def check_histograms(path: Path) -> Iterator[str]:
    """The faults of one file of histograms."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path}:{number}"
        try:
            data = json.loads(line)
        except ValueError as error:
            yield f"{where}: no JSON ({error})"
            continue
        yield from _faults("histogram", data, where)
        if not isinstance(data, dict):
            continue
        yield from _name_fault(data.get("name", ""), where)
        if not all(_is_pair(pair) for pair in data.get("counts", [])):
            yield f"{where}: counts: every entry must be [bucket 0..{LARGEST_INDEX}, count]"


def _agreement(files: list[LaunchFile]) -> Iterator[str]:
    first: dict[str, tuple[str, Path]] = {}
    for file in files:
        context = read_json(file.path)["context"]
        if int(context["launch"]) != file.launch:
            yield f"{file.path}: context/launch: is {context['launch']}, the file's name says {file.launch}"
        for key in SAME_IN_ALL_LAUNCHES:
            value = str(context.get(key, ""))
            known, where = first.setdefault(key, (value, file.path))
            if value != known:
                yield f"{file.path}: context/{key}: '{value}', but '{known}' in {where.name}"


def check_folder(folder: Path) -> list[str]:
    """Every fault of a run folder; empty when it is sound."""
    if not folder.is_dir():
        return [f"{folder}: not a handoff result: no such folder"]
    if not (folder / RUN).is_file():
        return [f"{folder}: not a handoff result: no {RUN} in it"]
    try:
        faults = list(_faults("run", read_json(folder / RUN), str(folder / RUN)))
        files = launch_files(folder)
        if not files:
            faults.append(f"{folder}: holds no launch, such as pipe-00.json")
        for file in files:
            faults += check_launch(file.path, file.family)
            if file.histograms.exists():
                faults += check_histograms(file.histograms)
        return faults or list(_agreement(files))
    except NotAResult as error:
        return [str(error)]


def require(folder: Path) -> None:
    """Raises NotAResult, naming the first faults, unless the folder is a sound run."""
    faults = check_folder(folder)
    if faults:
        more = len(faults) - MOST_SHOWN
        shown = faults[:MOST_SHOWN] + ([f"... and {more} more"] if more > 0 else [])
        raise NotAResult("\n".join(shown))


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="results.validate", description=__doc__)
    parser.add_argument("path", type=Path, nargs="+", help="a run folder, or one launch file")
    sound = True
    for path in parser.parse_args(arguments).path:
        try:
            faults = list(check_launch(path)) if path.is_file() else check_folder(path)
        except NotAResult as error:
            faults = [str(error)]
        sound = sound and not faults
        print("\n".join(faults) if faults else f"{path}: sound")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
