"""Nothing that CPython's cases have started outlives their process."""

import subprocess
import sys

from tests.killed import ROOT, kill_with_children

LATE = """
import os, time
from bench.python.crew import FORK, die_with_parent

def begin_late():
    while os.getppid() == parent:
        time.sleep(0.001)
    die_with_parent()
    print("goes on", flush=True)

parent = os.getpid()
FORK.Process(target=begin_late).start()
os._exit(0)
"""


def test_a_manager_and_its_client_end_with_the_process_that_measures() -> None:
    case = "manager/cpython_multiprocessing/get/peers:processes/place:unpinned/workers:1/size:16"
    kill_with_children([sys.executable, "bench/python/run.py", case, "-1", "60000000000"], 2)


def test_a_child_whose_parent_is_dead_already_ends() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
