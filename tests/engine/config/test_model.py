"""The configuration's types: what is not said of a subscription is the configuration's, and nothing can be changed."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from pydantic import ValidationError

from engine.config.model import Settings, SubscriptionSettings
from engine.options import Drop, OnFailure, SubscriptionOptions, WhenAllFailed
from engine.transports.tcp.transport import StreamOptions

GLOBAL = {"failover_timeout": 2.0, "slow_after": 0.5, "wait_for_member": 1.5, "queue_size": 77}
OWN: dict[str, Any] = {
    "failover_timeout": 9.0,
    "slow_after": 0.0,
    "wait_for_member": 0.0,
    "queue_size": 5,
    "when_all_failed": WhenAllFailed.DROP,
    "hold_max_age": 60.0,
    "on_failure": OnFailure.FAIL,
    "drop": Drop.OLDEST,
}


def entry(**more: Any) -> SubscriptionSettings:
    return SubscriptionSettings(event="E_A", socket="udp:h:9", **more)


def test_every_option_of_a_subscription_goes_before_the_configuration_s() -> None:
    assert set(OWN) == {field.name for field in fields(SubscriptionOptions)}, "a new option is missing here"
    assert Settings(**GLOBAL).options_for(entry(**OWN)) == SubscriptionOptions(**OWN)


def test_what_it_does_not_say_is_the_configuration_s_or_the_usual() -> None:
    assert Settings(**GLOBAL).options_for(entry()) == SubscriptionOptions(**GLOBAL)
    assert Settings().options_for(entry()) == SubscriptionOptions()


@pytest.mark.parametrize("off", ["off", False, 0])
def test_off_is_never(off: object) -> None:
    assert Settings(slow_after=off).slow_after == 0


def test_both_ways_to_write_a_socket_are_one_text() -> None:
    assert entry().socket_text == "udp:h:9"
    listed = SubscriptionSettings(event="E_A", policy="FAILOVER", members=("udp:h:1", "udp:h:2"))
    assert listed.socket_text == "virtual:FAILOVER udp:h:1 udp:h:2"


def test_options_of_a_transport_are_handed_on_as_its_class_checked_them() -> None:
    assert Settings().transport_options("tcp") is None
    own = StreamOptions(timeout=77)
    assert Settings(transports={"tcp": own}).transport_options("tcp") is own


@pytest.mark.parametrize("wrong", [{"label": 5}, {"nothing": 1}, {"queue_bytes": 5}, {"events": ("",)}])
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().label = "X"
