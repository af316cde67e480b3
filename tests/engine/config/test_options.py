"""The options of subscriptions in the configuration: an entry's own, and those for all."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engine.config.model import Settings, SubscriptionSettings
from engine.options import OPTIONS, SubscriptionOptions

OVERALL = [name for name, option in OPTIONS.items() if option.overall is not None]


def entry(**options: object) -> SubscriptionSettings:
    return SubscriptionSettings.model_validate({"event": "E_A", "socket": "udp:h:1", **options})


def test_every_option_can_stand_in_an_entry_and_some_for_all() -> None:
    for name, option in OPTIONS.items():
        assert SubscriptionSettings.model_fields[name].description == option.entry
        assert (name in Settings.model_fields) is (name in OVERALL)
    assert [Settings.model_fields[name].description for name in OVERALL] == [OPTIONS[name].overall for name in OVERALL]


def test_what_nothing_is_said_of_has_the_default() -> None:
    assert Settings().options_for(entry()) == Settings().default_options() == SubscriptionOptions()


@pytest.mark.parametrize("name", OVERALL)
def test_an_entry_goes_before_what_is_for_all(name: str) -> None:
    settings = Settings.model_validate({name: 7})
    assert getattr(settings.options_for(entry()), name) == 7
    assert getattr(settings.options_for(entry(**{name: 5})), name) == 5


@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_out_of_bounds_is_refused_where_it_has_bounds(name: str) -> None:
    option = OPTIONS[name]
    bounds = {value for value in (option.at_least, option.above) if value is not None}
    wrong = [bound - 1 for bound in bounds] + [0 for _ in range(option.above is not None)] or ["no such value"]
    for value in wrong:
        with pytest.raises(ValidationError):
            entry(**{name: value})
    if option.at_least is not None:
        assert getattr(entry(**{name: option.at_least}), name) == option.at_least


def test_off_is_zero_where_it_may_stand() -> None:
    for name, option in OPTIONS.items():
        if option.can_be_off:
            assert getattr(entry(**{name: "off"}), name) == getattr(entry(**{name: False}), name) == 0
    with pytest.raises(ValidationError):
        entry(wait_for_member="off")
