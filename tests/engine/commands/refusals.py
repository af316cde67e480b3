"""Refusals of commands, for tests that expect one."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.errors import CommandError


async def refusal(context: Context, name: str, /, **parameters: Any) -> CommandError:
    with pytest.raises(CommandError) as caught:
        await execute(context, name, **parameters)
    return caught.value
