"""What is asked for, and what is answered."""

from dataclasses import dataclass, field

from bench.python.cost import Cost
from results.names import CaseName, parse


@dataclass(frozen=True)
class WebServer:
    """Started by the benchmark binary. Its pages are the files of its folder whose names are
    numbers; it serves them as /NUMBER at once and as /slow/NUMBER after 5 ms."""

    port: int
    folder: str
    pid: int


@dataclass(frozen=True)
class Request:
    """A case, with the CPU of each worker (-1: not pinned) and the length of the measured phase."""

    name: CaseName
    cpus: list[int]
    slice_ns: int
    server: WebServer | None = None  # where pages are fetched

    @staticmethod
    def parse(
        case: str, cpus: list[int], slice_ns: int, server: WebServer | None = None
    ) -> "Request":
        return Request(parse(case), cpus, slice_ns, server)

    def servers(self) -> list[int]:
        """Processes that work for the case beside its own."""
        return [self.server.pid] if self.server else []

    @property
    def scenario(self) -> str:
        return self.name.scenario

    def number(self, key: str) -> int:
        """A field that this case has."""
        return int(self.name.fields[key])

    def between_processes(self) -> bool:
        return self.name.get("peers") == "processes"


@dataclass
class Outcome:
    """What one phase measured; every operation in it was verified."""

    operations: int
    seconds: float
    ns_per_operation: float
    cost: Cost
    samples_ns: list[int] = field(default_factory=list)
    further: dict[str, float] = field(default_factory=dict)

    def print(self) -> None:
        """As bench/cpython.cpp reads it."""
        print("operations", self.operations)
        print("seconds", self.seconds)
        print("ns_per_operation", self.ns_per_operation)
        print("cpu_ns", self.cost.cpu_ns)
        print("voluntary", self.cost.voluntary)
        print("involuntary", self.cost.involuntary)
        for name, value in self.further.items():
            print("further", name, value)
        print("samples", *self.samples_ns)
