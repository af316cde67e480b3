"""The configuration in force, told without secrets."""

from __future__ import annotations

import json

from engine.commands.configuration import plain
from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config.model import MiSettings, Settings, SubscriptionSettings
from engine.core import Engine
from engine.slices import at_once


async def test_it_is_told_as_plain_values_without_secrets() -> None:
    entry = SubscriptionSettings(event="E_A", socket="rabbitmq:guest:hush@h/q")
    settings = Settings(label="LAB", subscriptions=(entry,), mi=MiSettings(http="127.0.0.1:0", allow=("subscribe",)))
    told = await execute(Context(Engine(settings)), "configuration")
    assert told["label"] == "LAB"
    assert told["mi"]["allow"] == ["subscribe"]
    assert told["subscriptions"][0]["when_all_failed"] == "hold"
    assert "hush" not in json.dumps(told)


def test_what_is_named_like_a_secret_is_masked() -> None:
    secrets = {"db_password": "hush", "api_token": "hush", "nested": [{"secret": "hush"}], "empty_secret": ""}
    told = at_once(plain(secrets))
    assert "hush" not in json.dumps(told)
    assert told["empty_secret"] == ""
