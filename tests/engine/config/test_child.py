"""What the process that checks a file answers, and what it may take."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from engine.config.child import SLICE, answered
from engine.version import __version__

BOUNDED = """
import json, resource, sys
from engine.config.child import bound_self
bound_self({"processor_s": 7, "memory": 1 << 30})
kinds = (resource.RLIMIT_CORE, resource.RLIMIT_CPU, resource.RLIMIT_AS)
print(json.dumps([resource.getrlimit(kind) for kind in kinds]))
"""


def answer(folder: Path, text: str) -> list[object]:
    path = folder / "a.yaml"
    path.write_text(text)
    return [json.loads(line) for line in answered(str(path))]


def test_a_good_file_comes_with_its_text_its_values_and_its_subscriptions_in_slices(tmp_path: Path) -> None:
    count = 2 * SLICE + 1
    entries = "".join(f"  - {{event: E_ACC_CDR, socket: 'udp:127.0.0.1:{port}'}}\n" for port in range(1, count + 1))
    text = f"label: LAB\nsubscriptions:\n{entries}"
    head, its_text, values, *slices = answer(tmp_path, text)
    assert head == {"version": __version__, "problems": [], "warnings": []}
    assert its_text == text
    assert values == {"label": "LAB"}
    assert [len(one) for one in slices if isinstance(one, list)] == [SLICE, SLICE, 1]
    sockets = [entry["socket"] for one in slices if isinstance(one, list) for entry in one]
    assert sockets == [f"udp:127.0.0.1:{port}" for port in range(1, count + 1)]


def test_of_a_bad_file_nothing_comes_but_its_problems(tmp_path: Path) -> None:
    (head,) = answer(tmp_path, "queue_size: 0\nlabel: ${SWITCHBOARD_NONE}\n")
    assert isinstance(head, dict)
    assert [problem[:3] for problem in head["problems"]] == [[1, 13, "queue_size"], [2, 8, "label"]]


def test_it_bounds_itself_and_leaves_no_core_file() -> None:
    done = subprocess.run([sys.executable, "-c", BOUNDED], capture_output=True, text=True, check=True, timeout=60)
    core, processor, memory = json.loads(done.stdout)
    assert core[0] == 0
    assert processor[0] == 7
    assert processor[1] == resource.getrlimit(resource.RLIMIT_CPU)[1], "where it runs out, a signal says why"
    if sys.platform == "linux":
        assert memory[0] == 1 << 30
