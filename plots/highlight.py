"""The rule by which a figure names few of many implementations.

First what the figure insists on and what everybody knows; then, of each way of waiting in turn, the
one that comes best most often, the second, and so on, until the seats are taken. All others are
context. Waiting is what the ways differ by since it decides the cost more than the mechanism does.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from results.load import Case

LINES, POINTS, ROWS = 8, 6, 14  # seats: beside lines, around points, of rows in a dot chart
NEAR = 1.1  # up to so many times the best of its way counts as best too
WAYS = ("spins", "blocks", "spins, then blocks", "spins, then yields", "never waits")
MULTIPROCESSING, THREADING = "cpython_multiprocessing", "cpython_threading"
REFERENCES: Mapping[str, tuple[str, ...]] = {
    "pipe": ("pipe_pair", "socketpair_stream", MULTIPROCESSING),
    "queue": ("mutex_condition", "posix_message_queue", MULTIPROCESSING, THREADING),
    "value": ("atomic", "shared_mutex", MULTIPROCESSING, THREADING),
    "file": ("o_append", "flock"),
    "pool": (
        "mutex_condition_threads",
        "prefork_socketpair",
        "std_async",
        MULTIPROCESSING,
        THREADING,
    ),
    "lock": ("std_mutex", "shared_mutex", MULTIPROCESSING, THREADING),
    "semaphore": ("std_counting_semaphore", "posix_unnamed", MULTIPROCESSING, THREADING),
    "event": ("mutex_condition", "eventfd", MULTIPROCESSING, THREADING),
    "condition": ("std_condition_variable", "pthread_condition", MULTIPROCESSING, THREADING),
    "barrier": ("std_barrier", "pthread_barrier", MULTIPROCESSING, THREADING),
    "process": (
        "thread",
        "fork",
        "vfork_exec",
        "posix_spawn",
        "clone3",
        "fork_server",
        *(f"{MULTIPROCESSING}+{method}" for method in ("fork", "spawn", "forkserver")),
        THREADING,
    ),
    "signal": (
        "kill_sigwait",
        "signalfd",
        "setitimer",
        "timerfd",
        "waitid",
        "pidfd_poll",
        MULTIPROCESSING,
        THREADING,
    ),
    "manager": ("unix_socket_server", MULTIPROCESSING),
}

# What each implementation reached under one condition; less is better.
Contest = Mapping[str, float]


def ranking(contests: Sequence[Contest], names: Sequence[str]) -> list[str]:
    """The names that took part, who is best or near it most often first; ties by mean distance."""
    near: dict[str, int] = {}
    distance: dict[str, list[float]] = {}
    for contest in contests:
        found = {name: contest[name] for name in names if name in contest}
        best = min(found.values(), default=0.0)
        for name, value in found.items():
            ratio = value / best if best > 0 else 1.0
            near[name] = near.get(name, 0) + (ratio <= NEAR)
            distance.setdefault(name, []).append(math.log(ratio))
    return sorted(near, key=lambda n: (-near[n], sum(distance[n]) / len(distance[n]), n))


def chosen(
    contests: Sequence[Contest], waiting: Mapping[str, str], first: Sequence[str], seats: int
) -> list[str]:
    """The names to show, at most as many as there are seats; those of the first that took part lead."""
    everyone = list(dict.fromkeys(name for contest in contests for name in contest))
    found = list(dict.fromkeys(name for name in first if name in everyone))[:seats]
    kinds = [*WAYS, *sorted({waiting.get(name, "") for name in everyone} - set(WAYS))]
    queues = [
        ranking(contests, [name for name in everyone if waiting.get(name, "") == kind])
        for kind in kinds
    ]
    for rank in zip_longest(*queues):
        found += [name for name in rank if name and name not in found]
    return found[:seats]


def note(cases: Iterable[Case], what: str = "") -> str:
    """The rule in words for a caption of a figure of these cases."""
    seen = {(case.name.family, case.name.implementation) for case in cases}
    references = [name for f, found in REFERENCES.items() for name in found if (f, name) in seen]
    known = f" reference points ({', '.join(references)})," if references else ""
    return (
        f"Named are{what}{known} and in turn of each way of waiting those that come within"
        f" {round((NEAR - 1) * 100)} % of its best most often"
    )
