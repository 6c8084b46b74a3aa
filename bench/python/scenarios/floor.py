"""What pools are compared with: the same tasks one after the other, by this process alone."""

from collections.abc import Callable, Iterable
from typing import Any

from bench.python import cost
from bench.python.cost import Cost
from bench.python.crew import here, pin, sized_phase
from bench.python.pool_phases import fewest_of, prepared
from bench.python.request import Outcome, Request


class Serial:
    """Calls the function itself."""

    def map(self, function: Callable[[Any], Any], tasks: Any, _: int) -> Iterable[Any]:
        return map(function, tasks)


def measure(request: Request) -> Outcome:
    (cpu,) = request.cpus
    pin(cpu)

    def cost_of_all() -> Cost:
        return sum(map(cost.of_process, request.servers()), cost.of_this_process())

    run = here(prepared(request)(Serial()), cost_of_all)
    result, count = sized_phase(run, request.slice_ns, fewest_of(request, workers=1))
    return Outcome(count, result.elapsed_ns * 1e-9, result.elapsed_ns / count, result.cost)
