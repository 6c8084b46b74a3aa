"""The cases of workers that are started."""

from typing import Any

from results.names import build
from tests.results.synthetic.plan import SAME, Planned
from tests.results.synthetic.rows import Row

PAGES = {"resident_0": 0, "resident_256mib": 1 << 16, "resident_1gib": 1 << 18}
HUGE = {"resident_1gib_huge": 1 << 9}


def process_cases(row: Row, peers: str, memories: list[str]) -> list[Planned]:
    """A row's stream_ns is what each page of the parent costs."""
    found = []
    for scenario, share in (("start", 0.6), ("start_join", 1.0)):
        for memory in memories:
            where: dict[str, Any] = {"peers": peers, "place": "unpinned", "work": memory}
            pages = (PAGES | HUGE)[memory]
            ns = share * (row.cross_ns + pages * row.stream_ns)
            found.append(Planned(build("process", row.name, scenario, **where), row, ns))
        name = build("process", row.name, scenario, peers=peers, place=SAME)
        found.append(Planned(name, row, share * row.same_ns))
    return found
