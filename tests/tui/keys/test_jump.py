"""Jump mode: letters for places."""

from __future__ import annotations

import pytest

from tui.keys.jump import LETTERS, labels


@pytest.mark.parametrize("count", [0, 1, 26, 27, 60, 300, 676])
def test_labels_differ_and_none_begins_like_another(count: int) -> None:
    made = labels(count)
    assert len(set(made)) == count
    assert not any(one != other and other.startswith(one) for one in made for other in made)
    assert count > len(LETTERS) or all(len(one) == 1 for one in made)
