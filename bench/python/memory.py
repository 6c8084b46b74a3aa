"""Memory that this process has touched, so that its page tables are of a known size."""

import mmap

MIB = 1 << 20
PAGE = 4096
ALMOST_ALL = 0.9  # its ends may not be aligned


def huge_bytes() -> int:
    """How much of this process's memory is in huge pages."""
    with open("/proc/self/smaps_rollup", encoding="ascii") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key == "AnonHugePages":
                return int(value.split()[0]) * 1024
    raise ValueError("the kernel does not say how much memory is in huge pages")


def touched(size: int, has_huge_pages: bool) -> mmap.mmap | None:
    """In pages of 4 KiB or huge ones, whatever the system prefers. It lives as long as the object."""
    if size == 0:
        return None
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_HUGEPAGE if has_huge_pages else mmap.MADV_NOHUGEPAGE)
    memory[::PAGE] = b"\1" * (size // PAGE)
    if has_huge_pages and (huge := huge_bytes()) < ALMOST_ALL * size:
        raise ValueError(f"only {huge} B of {size} B are in huge pages")
    return memory
