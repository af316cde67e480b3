"""The README's first five minutes, in a real terminal, step by step."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.rabbitmq import RabbitmqNode, free_port
from tests.support.tmux import Tmux

pytestmark = [pytest.mark.terminal, pytest.mark.timeout(180)]

SAMPLE = Path(__file__).parents[2] / "sample_configs" / "failover-rabbitmq-file.yaml"
SWITCHBOARD = str(Path(sys.executable).with_name("switchboard"))
LIMIT_S = 60.0
"""A test waits for a countdown to end, on a machine that is busy."""


@pytest.mark.xdist_group("demo")
def test_in_the_demo_a_receiver_dies_the_next_takes_over_and_it_comes_back(tmux: Tmux, home: dict[str, str]) -> None:
    tmux.start([SWITCHBOARD, "demo"], home)
    tmux.wait_for("E_ACC_CDR", "FAILOVER", "delivered, on the 1st choice")
    tmux.press(*["Down"] * 5, "K")  # the first member of the second subscription
    tmux.wait_for("✖ FAILED", "1  tcp:127.0.0.1", "next try in")
    tmux.wait_for("E_ACC_CDR", "skipped 1", "→ 2 answered")
    tmux.press("K")
    tmux.wait_for("▶ ● UP", "1  tcp:127.0.0.1", limit_s=LIMIT_S)
    tmux.wait_for("undelivered 0")
    tmux.press("?")
    tmux.wait_for("Raise an event")
    tmux.press("Escape", "q")
    wait(tmux.has_ended, "the end of the console")


@pytest.mark.rabbitmq
@pytest.mark.xdist_group("rabbitmq")
def test_with_rabbitmq_and_a_file_to_fall_back_on_nothing_is_lost(
    tmux: Tmux, home: dict[str, str], tmp_path: Path, mortal_rabbitmq_node: RabbitmqNode
) -> None:
    node, file, port = mortal_rabbitmq_node, tmp_path / "pike.log", free_port()
    node.declare("pike", durable=True)
    config = sample_with(
        tmp_path, {"5672": node.port, "/tmp/switchboard-pike.log": file, "127.0.0.1:8888": f"127.0.0.1:{port}"}
    )
    checked = subprocess.run([SWITCHBOARD, "check", str(config)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout.splitlines()[-1]) == (0, f"{config}: fine, 1 subscription")

    tmux.start([SWITCHBOARD, "run", str(config)], home)
    tmux.wait_for("E_PIKE_BLOCKED", "FAILOVER")
    raise_event(port, "192.0.2.11")
    tmux.wait_for("● UP", "1  rabbitmq:guest:•••@127.0.0.1", "1 ✓")

    node.kill()
    raise_event(port, "192.0.2.12")
    tmux.wait_for("✖ FAILED", "1  rabbitmq:", "next try in")
    tmux.wait_for("E_PIKE_BLOCKED", "ip=192.0.2.12", "→ 2 written")
    assert file.read_text() == "E_PIKE_BLOCKED,192.0.2.12\n"

    node.start()
    tmux.wait_for("◔ DUE", "1  rabbitmq:", limit_s=LIMIT_S)
    raise_event(port, "192.0.2.13")
    tmux.wait_for("▶ ● UP", "1  rabbitmq:", "2 ✓")
    assert addresses(node) == ["192.0.2.11", "192.0.2.13"], "what was confirmed outlives the broker"
    assert file.read_text().count("\n") == 1
    tmux.wait_for("undelivered 0")


def sample_with(directory: Path, changes: dict[str, object]) -> Path:
    """The sample's configuration at places of the test's own, with a timeout that a test can wait for."""
    text = SAMPLE.read_text()
    for theirs, ours in {**changes, "failover_timeout: 30": "failover_timeout: 3"}.items():
        assert theirs in text
        text = text.replace(theirs, str(ours))
    config = directory / SAMPLE.name
    config.write_text(text)
    return config


def raise_event(port: int, ip: str) -> None:
    """What the README does with curl."""
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "raise_event",
        "params": {"event": "E_PIKE_BLOCKED", "params": {"ip": ip}},
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/mi", json.dumps(call).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:  # noqa: S310
        assert json.load(answer) == {"jsonrpc": "2.0", "id": 1, "result": "OK"}


def addresses(node: RabbitmqNode) -> list[str]:
    """The addresses of the events in the queue, which is empty then."""
    return [json.loads(body)["params"]["ip"] for _, _, body in node.read("pike")]


def wait(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, with a limit."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.1)
