"""Every captured conversation with the management interface, replayed against ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.mi_differences import DIFFERENCES
from tests.conformance.mi_replay import Replay, captured, conversations

CONVERSATIONS = conversations()


@pytest.mark.parametrize("conversation_id", CONVERSATIONS)
async def test_a_conversation_goes_as_captured(
    conversation_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # one captured flat file has a relative path
    replay = Replay(CONVERSATIONS[conversation_id], tmp_path)
    await replay.start()
    try:
        for number, step in enumerate(replay.steps):
            await check(replay, number, step)
        assert not any(replay.left_over().values())
    finally:
        await replay.stop()


async def check(replay: Replay, number: int, step: dict[str, Any]) -> None:
    """Play one step; it must go as captured, or as the table of differences says."""
    theirs = captured(step)
    difference = DIFFERENCES.get((replay.id, number))
    expected = theirs if difference is None else difference.ours
    ours = await replay.play(step, expected)
    assert ours == expected, f"{replay.id}, step {number}: {step.get('request') or step}"
    if difference is not None:
        assert ours != theirs, f"stale: {replay.id}, step {number} goes as captured ({difference.reason})"
    elif step.get("response") is not None:
        assert without_our_data(replay.answer, step["response"]) == step["response"]


def without_our_data(ours: str, theirs: str) -> str:
    """Our answer without the reason that it gives beyond theirs: with an error 400, and nowhere else."""
    if '"error"' not in theirs or not theirs.startswith("{"):
        return ours
    answer = json.loads(ours)
    if answer["error"]["code"] != 400 or "data" in json.loads(theirs)["error"]:
        return ours
    answer["error"].pop("data", None)
    return json.dumps(answer, separators=(",", ":"), ensure_ascii=False)


def test_every_difference_is_about_a_captured_step() -> None:
    steps = {(name, number) for name, found in CONVERSATIONS.items() for number in range(len(found["steps"]))}
    assert DIFFERENCES.keys() <= steps


def test_every_captured_conversation_is_replayed() -> None:
    assert len(CONVERSATIONS) == 27
