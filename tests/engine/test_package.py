"""`import engine` is light, and what it offers to other programs is what the README uses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine.config.loader import load_config
from engine.core import Engine
from engine.event import Event

README = Path(__file__).parents[2] / "README.md"
CONFIG = """\
subscriptions:
  - event: E_PIKE_BLOCKED
    socket: flatstore:{path}
"""


def run(code: str, directory: Path) -> str:
    """What a program prints that is run in a directory, by a Python that has loaded nothing yet."""
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_importing_the_package_loads_none_of_it_and_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; before = set(sys.modules); import engine; print(*sorted(set(sys.modules) - before))"
    loaded = set(run(code, tmp_path).split())
    ours = {name for name in loaded if name.partition(".")[0] in {"engine", "tui"}}
    assert ours == {"engine"}
    heavy = {"asyncio", "logging", "yaml", "pydantic", "pika", "orjson", "textual"}
    assert not loaded & heavy


def test_what_it_offers_is_there_and_nothing_else() -> None:
    assert (engine.Engine, engine.Event, engine.load_config) == (Engine, Event, load_config)
    with pytest.raises(AttributeError, match="no attribute 'Nonesuch'"):
        engine.Nonesuch  # noqa: B018 - looking is what is tested


def test_the_example_of_the_readme_delivers_its_event(tmp_path: Path) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    events = tmp_path / "events.csv"
    (tmp_path / "switchboard.yaml").write_text(CONFIG.format(path=events))
    printed = run(code, tmp_path)
    assert events.read_text() == "E_PIKE_BLOCKED,192.0.2.11\n"
    assert "accepted=1" in printed
    assert "undelivered=0" in printed
