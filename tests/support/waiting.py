"""Waiting for a condition with a limit, instead of sleeping for luck."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LIMIT_S = 15.0
"""Generous, because the machines that run tests are noisy; a passing test never waits for it."""


async def until(condition: Callable[[], object], what: str = "the condition", limit_s: float = LIMIT_S) -> None:
    """Return as soon as `condition()` is true; fail with `what` after `limit_s` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit_s
    while not condition():
        if loop.time() > deadline:
            raise AssertionError(f"not within {limit_s} s: {what}")
        await asyncio.sleep(0.005)
