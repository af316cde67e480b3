"""The command that reads the log."""

from __future__ import annotations

import logging

from engine.commands.context import Context
from engine.commands.gate import execute


async def test_the_log_is_read_in_pieces(context: Context) -> None:
    for text in ("one", "two", "three"):
        context.log.handle(logging.LogRecord("engine", logging.WARNING, "", 0, text, (), None))
    lines = await execute(context, "log_since")
    assert [(line.number, line.level, line.text) for line in lines] == [
        (1, 30, "one"),
        (2, 30, "two"),
        (3, 30, "three"),
    ]
    assert [line.text for line in await execute(context, "log_since", since=2, limit=1)] == ["three"]
    assert await execute(context, "log_since", since=4) == ()
