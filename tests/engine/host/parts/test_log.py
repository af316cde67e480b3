"""The log as a part of a service."""

from __future__ import annotations

import logging

from engine.commands.context import Context
from engine.config.model import Settings
from engine.host.parts.log import LogPart


async def test_what_is_logged_between_start_and_stop_is_kept(context: Context) -> None:
    log = logging.getLogger("engine.test_log_part")
    part = LogPart(context, Settings())
    log.warning("before")
    await part.start()
    log.warning("within")
    await part.stop()
    await part.stop()
    log.warning("after")
    assert [line.text for line in context.log.since(0)] == ["within"]
