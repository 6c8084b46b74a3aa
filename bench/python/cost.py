"""What running has cost."""

import os
import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass

NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class Cost:
    """Processor time and context switches of a thread or a process, or a sum over several."""

    cpu_ns: int = 0
    voluntary: int = 0
    involuntary: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.cpu_ns + other.cpu_ns,
            self.voluntary + other.voluntary,
            self.involuntary + other.involuntary,
        )

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(
            self.cpu_ns - other.cpu_ns,
            self.voluntary - other.voluntary,
            self.involuntary - other.involuntary,
        )


def _of(who: int, cpu_ns: int) -> Cost:
    usage = resource.getrusage(who)
    return Cost(cpu_ns, usage.ru_nvcsw, usage.ru_nivcsw)


def of_this_process() -> Cost:
    """All threads of it, also those that a library has started."""
    return _of(resource.RUSAGE_SELF, time.process_time_ns())


def of_this_thread() -> Cost:
    return _of(resource.RUSAGE_THREAD, time.thread_time_ns())


def of_joined_children() -> Cost:
    """Of this process, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return _of(resource.RUSAGE_CHILDREN, round((usage.ru_utime + usage.ru_stime) * NS_PER_S))


def of_joined_children_of(pid: int) -> Cost:
    """Of another process: their processor time, which the kernel tells in ticks, 10 ms mostly."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    user, system = (int(field) for field in fields[13:15])  # cutime, cstime of proc(5)
    return Cost((user + system) * NS_PER_S // os.sysconf("SC_CLK_TCK"))


def of_process(pid: int) -> Cost:
    """Another one's. Its context switches are those of its first thread."""
    clock = (~pid << 3) | 2  # how Linux numbers the clock of a process's processor time
    cpu_ns = time.clock_gettime_ns(clock)
    counts = {"voluntary_ctxt_switches": 0, "nonvoluntary_ctxt_switches": 0}
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        for line in status:
            key, _, value = line.partition(":")
            if key in counts:
                counts[key] = int(value)
    return Cost(cpu_ns, *counts.values())


def resident_mib(pids: Iterable[int]) -> float:
    """What processes hold of memory now: pages that several map count by each one's share."""
    total_kib = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii", errors="replace") as rollup:
            total_kib += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return total_kib / 1024
