"""The catalogue: complete, well-formed, read late."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from engine.catalogue import EventInfo, ParamInfo, catalogue, sample_event
from engine.event import INT_MAX, INT_MIN, NAME_MAX, Event

INFOS = list(catalogue().values())


def test_catalogue_knows_the_events_of_opensips() -> None:
    known = catalogue()
    assert len(known) >= 60
    assert next(iter(known)) == "E_CORE_SR_STATUS_CHANGED"
    assert known["E_PIKE_BLOCKED"] == EventInfo(
        "E_PIKE_BLOCKED",
        "pike",
        "An address crossed the flood limit and is now blocked.",
        (ParamInfo("ip", "string", example="192.0.2.66"),),
    )
    assert known["E_RTPENGINE_NOTIFICATION"].open_params
    assert known["E_REGISTRANT_REGISTERED"].since == "4.0"


def test_catalogue_is_one_and_cannot_be_changed() -> None:
    assert catalogue() is catalogue()
    with pytest.raises(TypeError):
        catalogue()["E_X"] = INFOS[0]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        INFOS[0].name = "E_X"  # type: ignore[misc]


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_entry_is_well_formed(info: EventInfo) -> None:
    assert info.name.startswith("E_")
    assert 0 < len(info.name) <= NAME_MAX
    assert info.module
    assert info.description.endswith(".")
    assert len(info.description) <= 90
    names = [param.name for param in info.params]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("param", [param for info in INFOS for param in info.params], ids=lambda param: param.name)
def test_parameter_is_what_an_event_can_hold(param: ParamInfo) -> None:
    kind = {"string": str, "int": int}[param.type]
    assert all(type(value) is kind for value in param.values)
    if param.example is None:
        assert param.optional
        return
    assert type(param.example) is kind
    assert not param.values or param.example in param.values
    assert isinstance(param.example, str) or INT_MIN <= param.example <= INT_MAX


@pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
def test_sample_event_has_the_examples_in_order(info: EventInfo) -> None:
    event = sample_event(info)
    assert event == Event.checked(info.name, event.params)
    assert event.params == tuple((param.name, param.example) for param in info.params if param.example is not None)
    assert not event.is_positional


def test_sample_event_of_a_dialog() -> None:
    event = sample_event(catalogue()["E_RTPPROXY_STATUS"])
    assert event.params == (("socket", "udp:192.0.2.71:7890"), ("status", "inactive"))


def test_parameters_that_several_events_share_are_the_same() -> None:
    known = catalogue()
    assert known["E_UL_CONTACT_DELETE"].params == known["E_UL_CONTACT_INSERT"].params
    assert len(known["E_UL_CONTACT_INSERT"].params) == 15


def test_yaml_is_not_imported_before_the_catalogue_is_used() -> None:
    program = "import sys, engine.catalogue as c; before = 'yaml' in sys.modules; c.catalogue(); print(before)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
