"""Drawing in several processes."""

import sys
from pathlib import Path

from tests.killed import kill_with_children
from tests.results.make_run import write_run


def test_no_worker_outlives_a_report_that_is_killed_as_it_draws(tmp_path: Path) -> None:
    folder = write_run(tmp_path, 1)
    kill_with_children([sys.executable, "-m", "plots.report", str(folder)], 1)
