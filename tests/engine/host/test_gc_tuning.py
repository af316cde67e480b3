"""The garbage collector's habits."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc
from engine.host.gc_tuning import YOUNG, steady_heap
steady_heap()
assert gc.isenabled() and gc.get_threshold()[0] == YOUNG
assert gc.get_freeze_count() > 1000
cycle = []
cycle.append(cycle)
del cycle
assert gc.collect() >= 1
"""


def test_what_is_loaded_is_left_alone_and_new_cycles_are_still_found() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
