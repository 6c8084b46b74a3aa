"""The phases of scenarios that map a function over tasks, by a pool or by nothing but a loop."""

from collections.abc import Callable

from bench.python.crew import Body, Report
from bench.python.pool_tasks import PAGES, WORKS, Work
from bench.python.request import Request
from bench.python.table import Kept, Mapper, Table

MOST_AT_ONCE = 1 << 14
TURNS_PER_WORKER = 10


def check(task: int, got: int, due: int) -> None:
    if got != due:
        raise ValueError(f"wrong answer to task {task}: {got} where {due} was due")


def check_all(got: list[int], due: list[int]) -> None:
    """Of the tasks from number 0 on. Where all is right this costs little of an empty task's time."""
    if got != due:
        for task, (one, due_one) in enumerate(zip(got, due, strict=True)):
            check(task, one, due_one)


def map_phase(mapper: Mapper, work: Work, chunk: int) -> Body:
    """Tasks of a work, as many as are asked for, each answer checked."""
    due = [work.due(task) for task in range(MOST_AT_ONCE)]

    def phase(count: int) -> Report:
        while count > 0:
            now = min(count, MOST_AT_ONCE)
            check_all(list(mapper.map(work.function, range(now), chunk)), due[:now])
            count -= now
        return Report()

    return phase


def table_phase(mapper: Mapper) -> Body:
    """Whole tables."""

    def phase(count: int) -> Report:
        for _ in range(count):
            Kept.table.compute(mapper)
        return Report()

    return phase


def prepared(request: Request) -> Callable[[Mapper], Body]:
    """Makes what tasks need, and returns who makes the phase: to be called once workers are there,
    which inherit what was made."""
    work = request.name.get("work")
    if request.scenario == "table":
        Kept.table = Table(work)
        return table_phase
    if request.server:
        PAGES.find(request.server)
    found = WORKS[request.scenario, work]
    found.prepare()
    return lambda mapper: map_phase(mapper, found, request.name.number("chunk") or 1)


def fewest_of(request: Request, workers: int) -> int:
    """So many that those who have none left while the last ones end hardly show: a table has parts
    enough."""
    return 1 if request.scenario == "table" else TURNS_PER_WORKER * workers
