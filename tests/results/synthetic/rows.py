"""The implementations of the synthetic run."""

from dataclasses import dataclass

POLICIES = {
    "spin": "spins",
    "yield": "spins, then yields",
    "park": "blocks",
    "spin_park": "spins, then blocks",
}
BOTH, THREADS, PROCESSES = "threads, processes", "threads", "processes"


@dataclass(frozen=True)
class Row:
    """An implementation of the synthetic run: round trips in ns across CPUs and on one."""

    family: str
    name: str
    reach: str
    waiting: str
    cross_ns: float
    same_ns: float
    stream_ns: float
    one_to_one: bool = False
    largest: int = 1 << 30


def ring(family: str, name: str, cross_ns: float, one_to_one: bool) -> list[Row]:
    """The four rows of a ring, one per waiting policy."""
    times = {
        "spin": (1, 8e6),
        "yield": (1.1, 2700),
        "park": (350, 5200),
        "spin_park": (1.3, 5400),
    }
    return [
        Row(
            family,
            f"{name}+{p}",
            BOTH,
            waiting,
            cross_ns * times[p][0],
            times[p][1],
            cross_ns / 14,
            one_to_one,
        )
        for p, waiting in POLICIES.items()
    ]


ROWS = [
    Row("pipe", "pipe_pair", BOTH, "blocks", 51e3, 5400, 430),
    Row("pipe", "socketpair_stream", BOTH, "blocks", 54e3, 9200, 1300),
    Row("pipe", "socketpair_seqpacket", BOTH, "blocks", 53e3, 9100, 1250, largest=65536),
    *ring("pipe", "shared_ring", 150, True),
    Row("queue", "mutex_condition", THREADS, "blocks", 51e3, 4600, 105),
    Row("queue", "shared_mutex_condition", BOTH, "blocks", 52e3, 4800, 120),
    *ring("queue", "mpmc_ring", 190, False),
    *ring("queue", "spsc_ring", 180, True),
    *ring("queue", "slot_ring", 95, True),
    Row("queue", "boost_spsc_queue", BOTH, "spins", 185, 8e6, 8.2, True),
    Row("queue", "optimist_atomic_queue", BOTH, "spins", 134, 8e6, 4.3),
    Row("queue", "moodycamel_concurrent_queue", THREADS, "spins", 300, 8e6, 26),
    Row("queue", "moodycamel_blocking_concurrent_queue", THREADS, "blocks", 48e3, 5000, 60),
    Row("queue", "boost_message_queue", BOTH, "blocks", 50e3, 5900, 106),
    Row("queue", "posix_message_queue", BOTH, "blocks", 52e3, 7000, 950, largest=8192),
    Row("value", "atomic", BOTH, "never waits", 12, 5, 12),
    Row("value", "shared_mutex", BOTH, "blocks", 90, 25, 90),
    Row("value", "boost_managed_shared_memory", BOTH, "blocks", 95, 27, 95),
    Row("value", "flock_file", BOTH, "blocks", 2200, 1500, 2200),
    Row("file", "o_append", BOTH, "blocks", 900, 900, 900),
    Row("file", "flock", BOTH, "blocks", 2600, 1600, 2600),
    Row("file", "shared_mutex", BOTH, "blocks", 1700, 1100, 1700),
    Row("pool", "mutex_condition_threads", THREADS, "blocks", 8000, 8000, 240),
    Row("pool", "moodycamel_threads", THREADS, "blocks", 7000, 7000, 180),
    Row("pool", "std_async", THREADS, "blocks", 36e3, 36e3, 17e3),
    Row("pool", "prefork_socketpair", PROCESSES, "blocks", 12e3, 12e3, 2700),
    Row("pool", "prefork_shared_ring", PROCESSES, "blocks", 10e3, 10e3, 800),
    Row("lock", "std_mutex", THREADS, "blocks", 50e3, 4600, 12),
    Row("lock", "shared_mutex", BOTH, "blocks", 51e3, 4700, 13),
    Row("lock", "futex_mutex", BOTH, "blocks", 50e3, 4500, 11),
    Row("lock", "ttas_lock", BOTH, "spins", 190, 8e6, 8),
    *(
        Row(family, "cpython_multiprocessing", PROCESSES, "blocks", cross_ns, same_ns, stream_ns)
        for family, cross_ns, same_ns, stream_ns in (
            ("pipe", 62e3, 20e3, 4000),
            ("queue", 130e3, 60e3, 3700),
            ("value", 1000, 500, 1000),
            ("pool", 285e3, 285e3, 19e3),
            ("lock", 60e3, 12e3, 300),
        )
    ),
    *(
        Row(family, "cpython_threading", THREADS, "blocks", cross_ns, same_ns, stream_ns)
        for family, cross_ns, same_ns, stream_ns in (
            ("queue", 90e3, 30e3, 2800),
            ("value", 300, 250, 300),
            ("pool", 100e3, 100e3, 3000),
            ("lock", 70e3, 20e3, 100),
        )
    ),
]
FLOOR = Row("floor", "floor", "", "", 87, 5000, 87)
