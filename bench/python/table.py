"""A table of a million rows: two columns of integers, and a third that is computed from them by
ranges of rows, whose parts are put together again."""

import mmap
import tempfile
import threading
from array import array
from collections.abc import Callable, Iterable
from itertools import accumulate
from operator import mul
from typing import Any, Protocol

ROWS = 1_000_000
RANGES = 64
ROWS_PER_RANGE = ROWS // RANGES
COLUMN_BYTES = 8 * ROWS


class Mapper(Protocol):
    """Who computes the parts: as map of multiprocessing.Pool does, in order."""

    def map(self, function: Callable[[Any], Any], tasks: Any, chunk: int) -> Iterable[Any]:
        ...


def rows_of(part: int) -> slice:
    return slice(part * ROWS_PER_RANGE, (part + 1) * ROWS_PER_RANGE)


def products(first: memoryview, second: memoryview) -> "array[int]":
    return array("q", map(mul, first, second))


class View(threading.local):
    """The columns as a worker has mapped them."""

    columns: tuple[memoryview, memoryview] | None = None


class Table:
    """The columns, and how they get to the workers and the third one back. `work`:
    inherited: forked with the workers, or had together with them; parts come as results;
    shared: all in memory that is shared, and computed in place;
    copied: parts go as arguments and come as results;
    mapped: in a file that each worker maps for itself; parts come as results."""

    def __init__(self, work: str) -> None:
        self.work = work
        self.file = tempfile.TemporaryFile()
        shared: Any = mmap.mmap(-1, 3 * COLUMN_BYTES) if work == "shared" else None
        memory = memoryview(shared or bytearray(3 * COLUMN_BYTES)).cast("q")
        self.first, self.second, self.third = (memory[n * ROWS : (n + 1) * ROWS] for n in range(3))
        self.first[:] = array("q", range(ROWS))
        self.second[:] = array("q", range(ROWS, 0, -1))
        self.view = View()
        if work == "mapped":
            self.file.write(memory[: 2 * ROWS])
            self.file.flush()
        self.nothing = array("q", [-1]) * ROWS
        # n (ROWS - n) by its differences, so that no product is taken.
        self.due = array("q", accumulate(range(ROWS - 1, 2 - ROWS, -2), initial=0))

    def compute(self, mapper: Mapper) -> None:
        """The third column, from nothing to verified."""
        self.third[:] = self.nothing
        if self.work == "shared":
            for _ in mapper.map(part_in_place, range(RANGES), 1):
                pass
        else:
            for number, rows in enumerate(self.parts(mapper)):
                self.third[rows_of(number)] = memoryview(rows).cast("q")
        if array("q", self.third.tobytes()) != self.due:
            raise ValueError("the table's third column is not what was due")

    def parts(self, mapper: Mapper) -> Iterable[bytes]:
        """Of the third column, in their order."""
        if self.work == "copied":
            return mapper.map(part_of_copies, [self.copies(n) for n in range(RANGES)], 1)
        function = part_of_file if self.work == "mapped" else part
        return mapper.map(function, range(RANGES), 1)

    def columns_of_worker(self) -> tuple[memoryview, memoryview]:
        """Of the file, which the calling worker maps when it looks at them first."""
        if self.view.columns is None:
            file = mmap.mmap(self.file.fileno(), 2 * COLUMN_BYTES, prot=mmap.PROT_READ)
            both = memoryview(file).cast("q")
            self.view.columns = both[:ROWS], both[ROWS:]
        return self.view.columns

    def copies(self, number: int) -> tuple[bytes, bytes]:
        rows = rows_of(number)
        return self.first[rows].tobytes(), self.second[rows].tobytes()


class Kept:
    """The table that workers have, by inheritance or because they are threads."""

    table: Table


def part(number: int) -> bytes:
    rows = rows_of(number)
    return products(Kept.table.first[rows], Kept.table.second[rows]).tobytes()


def part_of_file(number: int) -> bytes:
    rows, (first, second) = rows_of(number), Kept.table.columns_of_worker()
    return products(first[rows], second[rows]).tobytes()


def part_in_place(number: int) -> None:
    rows = rows_of(number)
    Kept.table.third[rows] = products(Kept.table.first[rows], Kept.table.second[rows])


def part_of_copies(columns: tuple[bytes, bytes]) -> bytes:
    first, second = (memoryview(column).cast("q") for column in columns)
    return products(first, second).tobytes()
