"""The cases of signals, alarms and watchers of children."""

from typing import Any

from results.names import build
from tests.results.synthetic.plan import CROSS, SAME, Planned
from tests.results.synthetic.rows import PROCESSES, Row
from tests.results.synthetic.sync_cases import round_trips

QUEUEING = ("sigqueue", "signalfd", "rt_tgsigqueueinfo")
ALARMS = ("setitimer", "timerfd", "cpython_multiprocessing", "cpython_threading")
WATCHERS = ("waitid", "pidfd_poll", "cpython_multiprocessing")


def messages(row: Row, peers: str) -> list[Planned]:
    """Signals from one worker to another."""
    found = round_trips(row, peers)
    for place in (SAME, CROSS):
        where: dict[str, Any] = {"peers": peers, "place": place}
        if row.name in QUEUEING:
            where["capacity"] = 1024
        scenario = "stream" if row.name in QUEUEING else "coalesce"
        found.append(Planned(build("signal", row.name, scenario, **where), row, row.stream_ns))
    return found


def signal_cases(row: Row, peers: str, works: list[str]) -> list[Planned]:
    found = messages(row, peers) if row.stream_ns else []
    if row.name in ALARMS:
        for work in works:
            alone: dict[str, Any] = {"peers": peers, "place": "compact", "workers": 1}
            name = build("signal", row.name, "alarm", **alone, work=work)
            found.append(Planned(name, row, row.same_ns + row.cross_ns / 2))
    if row.name in WATCHERS and peers == PROCESSES:
        for place, ns in ((SAME, row.same_ns), (CROSS, row.cross_ns)):
            name = build("signal", row.name, "child_exit", peers=peers, place=place)
            found.append(Planned(name, row, 10 * ns))
    return found
