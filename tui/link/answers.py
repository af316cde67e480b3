"""Asking the engine over a link: an answer, or the reason why there is none in words to show."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.errors import SwitchboardError
from tui.link.protocol import Link
from tui.terminal.safe_text import clean


class Answer(NamedTuple):
    """What a command answered; `failure` is empty when it did."""

    value: Any
    failure: str = ""


async def ask(link: Link, name: str, /, **parameters: Any) -> Answer:
    """Carry out a command; whatever goes wrong is told, and ends nothing."""
    try:
        return Answer(await link.command(name, **parameters))
    except SwitchboardError as error:
        return Answer(None, clean(str(error)))
    except Exception as error:  # noqa: BLE001 - a foreign failure of the link is shown, and must not end the console
        return Answer(None, f"no answer from the engine: {clean(str(error)) or type(error).__name__}")
