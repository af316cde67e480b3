"""Commands that take the options of a subscription name each of them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from engine.commands.gate import COMMANDS
from engine.commands.options import with_options
from engine.options import OPTIONS


@with_options
def taking(engine: object, event: str, **options: Any) -> dict[str, Any]:
    return options


def test_each_option_is_a_parameter_that_can_be_left_out() -> None:
    signature = inspect.signature(taking)
    assert list(signature.parameters) == ["engine", "event", *OPTIONS]
    assert all(signature.parameters[name].default is None for name in OPTIONS)
    signature.bind(None, "E_A", slow_after=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'slow_afer'"):
        signature.bind(None, "E_A", slow_afer=1)


def test_subscribe_takes_them_all() -> None:
    assert {parameter.name for parameter in COMMANDS["subscribe"].parameters} >= set(OPTIONS)
