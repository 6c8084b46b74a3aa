"""The cases of locks and of what else workers wait for."""

from typing import Any

from results.names import build
from tests.results.synthetic.plan import CROSS, SAME, Planned
from tests.results.synthetic.rows import Row


def round_trips(row: Row, peers: str) -> list[Planned]:
    """On one CPU and across two."""
    found = []
    for place, round_trip in ((SAME, row.same_ns), (CROSS, row.cross_ns)):
        name = build(row.family, row.name, "ping_pong", peers=peers, place=place)
        found.append(Planned(name, row, round_trip))
    return found


def lock_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    alone: dict[str, Any] = {"peers": peers, "place": "compact", "workers": 1}
    found = [Planned(build("lock", row.name, "uncontended", **alone), row, row.stream_ns)]
    found += round_trips(row, peers)
    for n in workers:
        where: dict[str, Any] = {"place": "compact" if n > 2 else CROSS, "workers": n}
        for work, ns in (("hold_0", 0), ("hold_100ns", 100), ("hold_1us", 1000)):
            name = build("lock", row.name, "contended", peers=peers, **where, work=work)
            found.append(Planned(name, row, row.stream_ns * n + ns))
    return found


def semaphore_cases(row: Row, peers: str, shapes: list[tuple[int, int]]) -> list[Planned]:
    found = round_trips(row, peers)
    for place, workers, permits in [(SAME, 2, 1), *(("compact", *shape) for shape in shapes)]:
        where: dict[str, Any] = {"peers": peers, "place": place}
        shape = {"workers": workers, "capacity": permits}
        name = build("semaphore", row.name, "permits", **where, **shape)
        found.append(Planned(name, row, 1000 / permits + row.stream_ns * workers))
    return found


def event_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    found = round_trips(row, peers)
    for n in workers:
        name = build("event", row.name, "wake_all", peers=peers, place="compact", workers=n)
        found.append(Planned(name, row, row.cross_ns / 2 + row.stream_ns * n))
    return found


def condition_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    found = round_trips(row, peers)
    for n in workers:
        name = build("condition", row.name, "notify_all", peers=peers, place="compact", workers=n)
        found.append(Planned(name, row, row.cross_ns / 2 + row.stream_ns * n))
    return found


def barrier_cases(row: Row, peers: str, workers: list[int]) -> list[Planned]:
    found = []
    for place, n, ns in (
        (SAME, 2, row.same_ns),
        (CROSS, 2, row.cross_ns),
        *(("compact", n, row.cross_ns + row.stream_ns * n) for n in workers),
    ):
        name = build("barrier", row.name, "rounds", peers=peers, place=place, workers=n)
        found.append(Planned(name, row, ns))
    return found
