"""What tests of several folders share."""

from pathlib import Path

import pytest

from plots import report
from tests.results.make_run import write_run


@pytest.fixture(scope="session")
def written_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a synthetic run, in the run's folder with its figures: only to be read."""
    return report.write(write_run(tmp_path_factory.mktemp("run"), 7)).path
