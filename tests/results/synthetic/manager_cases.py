"""The cases of managers."""

from typing import Any

from results.names import build
from tests.results.synthetic.plan import Planned
from tests.results.synthetic.rows import Row


def manager_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    found = []
    for n in workers:
        for size in (16, 1024, 65536):
            for scenario, work, factor in (
                ("get", "", 1.0),
                ("set", "", 1.1),
                ("append", "", 1.3),
                ("mix", "sets_50", 1.05),
                ("mix", "sets_5", 1.0),
            ):
                where: dict[str, Any] = {"place": "compact", "workers": n, "size": size}
                if work:
                    where["work"] = work
                name = build("manager", row.name, scenario, peers=peers, **where)
                ns = factor * (row.stream_ns + size / 8) / (1.6 if n > 1 else 1)
                found.append(Planned(name, row, ns))
    return found
