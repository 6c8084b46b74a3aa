"""What a synthetic case is."""

from dataclasses import dataclass

from results.names import CaseName
from tests.results.synthetic.rows import Row

CROSS, SAME = "same_l3", "same_cpu"


@dataclass(frozen=True)
class Planned:
    """A case with the time per message that it shows."""

    name: CaseName
    row: Row
    ns: float
