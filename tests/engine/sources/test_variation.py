"""Events made for demos: valid, varied, and the same for the same seed."""

from __future__ import annotations

from random import Random

import pytest

from engine.catalogue import catalogue
from engine.event import Event
from engine.sources.variation import varied_event

NOW = 1_780_000_000.0


@pytest.mark.parametrize("name", catalogue())
def test_every_known_event_has_its_parameters_in_order_with_values_it_can_have(name: str) -> None:
    info = catalogue()[name]
    event = varied_event(name, Random(1), NOW)
    assert Event.checked(event.name, event.params) == event
    known = {param.name: param for param in info.params}
    assert [param for param, _ in event.params] == [one for one in known if one in dict(event.params)]
    assert set(dict(event.params)) >= {param.name for param in info.params if not param.optional}
    for param, value in event.params:
        assert param is not None
        assert isinstance(value, int if known[param].type == "int" else str)
        assert not known[param].values or value in known[param].values


def test_the_same_seed_makes_the_same_events_and_another_makes_others() -> None:
    def made(seed: int) -> list[Event]:
        random = Random(seed)
        return [varied_event("E_ACC_CDR", random, NOW) for _ in range(5)]

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert len(set(made(1))) == 5


def test_times_are_now_and_configured_limits_stay() -> None:
    assert dict(varied_event("E_ACC_CDR", Random(1), NOW).params)["time"] == int(NOW)
    thresholds = {
        dict(varied_event("E_CORE_SHM_THRESHOLD", Random(seed), NOW).params)["threshold"] for seed in range(9)
    }
    assert len(thresholds) == 1


def test_an_unknown_event_has_a_number() -> None:
    (param,) = varied_event("E_OWN", Random(1), NOW).params
    assert param[0] == "number"
