"""Loading a configuration: the settings, or everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load_config
from engine.errors import ConfigError


def test_a_good_file_is_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("label: LAB\n")
    assert load_config(path).label == load_config(str(path)).label == "LAB"


def test_a_bad_one_carries_every_problem_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("inbox_size: 0\nlable: X\nqueue_size: 0\n")
    with pytest.raises(ConfigError) as refusal:
        load_config(path)
    assert [problem.line for problem in refusal.value.problems] == [1, 2, 3]
    assert str(refusal.value) == "\n".join(map(str, refusal.value.problems))
    assert str(refusal.value).startswith(f"{path}:1:13: inbox_size: expected a number above 0")
