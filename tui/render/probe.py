"""What the test of a member found, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.render import figures
from tui.render.line import Line, Part, Role, cell
from tui.terminal.safe_text import clean

_LOOKS: dict[str, tuple[str, Role]] = {"done": ("✓", "good"), "failed": ("✖", "bad"), "skipped": ("·", "faint")}


def probe_lines(answer: Mapping[str, Any]) -> list[Line]:
    """A line for each step: sign, name, time, what was found; then the verdict, and what to try."""
    return [*(_step(step) for step in answer["steps"]), (Part(" "),), *_verdict(answer)]


def _step(step: Mapping[str, Any]) -> Line:
    sign, role = _LOOKS.get(str(step["status"]), ("?", "warn"))
    took = "" if step["took_s"] is None else figures.latency(float(step["took_s"]))
    return (
        Part(f" {sign} ", role),
        cell(clean(str(step["name"])), 10, "strong"),
        cell(took, 8, "plain", right=True),
        Part(f"  {clean(str(step['detail']))}", "plain" if role != "faint" else "faint"),
    )


def _verdict(answer: Mapping[str, Any]) -> list[Line]:
    if answer["ok"]:
        if any(step["name"] == "send" and step["status"] == "skipped" for step in answer["steps"]):
            return [(Part("✓ it can be reached; whether it takes events, only a test event shows", "good"),)]
        return [(Part("✓ every step went well", "good"),)]
    return [
        (Part(f"✖ {clean(str(answer['error']))}", "bad"),),
        (Part(f"what to try: {clean(str(answer['advice']))}", "accent"),),
    ]
