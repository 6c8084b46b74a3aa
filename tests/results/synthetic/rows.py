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


def by_waiting(family: str, name: str, cross_ns: float, one_to_one: bool) -> list[Row]:
    """The four rows of an implementation, one per waiting policy."""
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
    *by_waiting("pipe", "shared_ring", 150, True),
    Row("queue", "mutex_condition", THREADS, "blocks", 51e3, 4600, 105),
    Row("queue", "shared_mutex_condition", BOTH, "blocks", 52e3, 4800, 120),
    *by_waiting("queue", "mpmc_ring", 190, False),
    *by_waiting("queue", "spsc_ring", 180, True),
    *by_waiting("queue", "slot_ring", 95, True),
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
    *by_waiting("semaphore", "atomic_count", 190, False),
    Row("semaphore", "posix_unnamed", BOTH, "blocks", 50e3, 4500, 40),
    Row("semaphore", "sysv_undo", BOTH, "blocks", 52e3, 14e3, 400),
    Row("semaphore", "std_counting_semaphore", THREADS, "spins, then blocks", 300, 5000, 25),
    *by_waiting("event", "atomic_flag", 200, False),
    Row("event", "mutex_condition", BOTH, "blocks", 52e3, 4900, 900),
    Row("event", "eventfd", BOTH, "blocks", 51e3, 6000, 1200),
    Row("condition", "std_condition_variable", THREADS, "blocks", 50e3, 5000, 200),
    Row("condition", "pthread_condition", BOTH, "blocks", 51e3, 5100, 220),
    Row("condition", "futex_sequence", BOTH, "blocks", 49e3, 4800, 150),
    Row("barrier", "std_barrier", THREADS, "spins, then blocks", 400, 5500, 100),
    Row("barrier", "pthread_barrier", BOTH, "blocks", 48e3, 4700, 1500),
    *by_waiting("barrier", "sense_reversing", 180, False),
    Row("process", "thread", THREADS, "blocks", 21e3, 20e3, 0),
    Row("process", "fork", PROCESSES, "blocks", 230e3, 220e3, 9),
    Row("process", "clone3", PROCESSES, "blocks", 225e3, 215e3, 9),
    Row("process", "vfork_exec", PROCESSES, "blocks", 610e3, 600e3, 0),
    Row("process", "posix_spawn", PROCESSES, "blocks", 640e3, 620e3, 0),
    Row("process", "fork_server", PROCESSES, "blocks", 310e3, 260e3, 0),
    Row("process", "double_fork", PROCESSES, "blocks", 420e3, 400e3, 9.5),
    Row("process", "std_async", THREADS, "blocks", 24e3, 23e3, 0),
    Row("process", "cpython_multiprocessing+fork", PROCESSES, "blocks", 2.4e6, 2.2e6, 45),
    Row("process", "cpython_multiprocessing+spawn", PROCESSES, "blocks", 52e6, 50e6, 0),
    Row("process", "cpython_multiprocessing+forkserver", PROCESSES, "blocks", 6.1e6, 5.8e6, 0),
    Row("process", "cpython_threading", THREADS, "blocks", 40e3, 35e3, 0),
    Row("signal", "kill_sigwait", PROCESSES, "blocks", 46e3, 2600, 1100),
    Row("signal", "kill_handler", PROCESSES, "blocks", 47e3, 3900, 1800),
    Row("signal", "sigqueue", PROCESSES, "blocks", 46e3, 2700, 1300),
    Row("signal", "signalfd", PROCESSES, "blocks", 46e3, 2900, 1500),
    Row("signal", "tgkill", BOTH, "blocks", 45e3, 2600, 1100),
    Row("signal", "rt_tgsigqueueinfo", BOTH, "blocks", 45e3, 2700, 1300),
    Row("signal", "setitimer", PROCESSES, "blocks", 60e3, 25e3, 0),
    Row("signal", "timerfd", BOTH, "blocks", 58e3, 24e3, 0),
    Row("signal", "waitid", BOTH, "blocks", 70e3, 60e3, 0),
    Row("signal", "pidfd_poll", BOTH, "blocks", 75e3, 65e3, 0),
    Row("signal", "cpython_multiprocessing+handler", PROCESSES, "blocks", 52e3, 8000, 3e6),
    Row("manager", "unix_socket_server", BOTH, "blocks", 52e3, 10e3, 11e3),
    Row("manager", "shared_ring_server", BOTH, "spins, then blocks", 900, 6000, 700),
    Row("manager", "boost_managed_containers", BOTH, "blocks", 400, 300, 350),
    Row("manager", "sqlite_wal", BOTH, "blocks", 14e3, 12e3, 13e3),
    *(
        Row(family, "cpython_multiprocessing", PROCESSES, "blocks", cross_ns, same_ns, stream_ns)
        for family, cross_ns, same_ns, stream_ns in (
            ("pipe", 62e3, 20e3, 4000),
            ("queue", 130e3, 60e3, 3700),
            ("value", 1000, 500, 1000),
            ("pool", 285e3, 285e3, 19e3),
            ("lock", 60e3, 12e3, 300),
            ("semaphore", 55e3, 11e3, 800),
            ("event", 190e3, 70e3, 9000),
            ("condition", 170e3, 60e3, 8000),
            ("barrier", 180e3, 62e3, 9000),
            ("signal", 49e3, 6000, 3500),
            ("manager", 55e3, 52e3, 53e3),
        )
    ),
    *(
        Row(family, "cpython_threading", THREADS, "blocks", cross_ns, same_ns, stream_ns)
        for family, cross_ns, same_ns, stream_ns in (
            ("queue", 90e3, 30e3, 2800),
            ("value", 300, 250, 300),
            ("pool", 100e3, 100e3, 3000),
            ("lock", 70e3, 20e3, 100),
            ("semaphore", 75e3, 24e3, 1500),
            ("event", 80e3, 26e3, 5000),
            ("condition", 75e3, 25e3, 4000),
            ("barrier", 85e3, 28e3, 6000),
            ("signal", 50e3, 11e3, 3e6),
        )
    ),
]
FLOOR = Row("floor", "floor", "", "", 87, 5000, 87)
