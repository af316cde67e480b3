"""What is copied of a subscription, a member and a delivery."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.config import check_config
from engine.event import Event
from engine.view.answers import MemberInspection
from engine.view.codec import named
from tests.tui.inspected import DELIVERY, MEMBER
from tests.tui.recorded import LINE, WIRE, incident
from tests.tui.world import AOR, PIKE
from tui.render.copies import Copy, Source, of_delivery, of_member, of_subscription

EVENT = Event("E_PIKE_BLOCKED", (("ip", "192.0.2.11"),))
DESCRIBED = incident().described["s1"]
CONFIGURATION = incident().configuration
URL = "http://127.0.0.1:9999/mi"
KNOWN = Source(PIKE, DESCRIBED, CONFIGURATION, URL)


def by_key(copies: list[Copy]) -> dict[str, Copy]:
    made = {one.key: one for one in copies}
    assert len(made) == len(copies), "two entries of a menu have one letter"
    return made


def test_a_subscription_is_copied_in_four_forms() -> None:
    copies = by_key(of_subscription(KNOWN))
    assert list(copies) == ["s", "y", "j", "m"]
    socket = "virtual:FAILOVER rabbitmq:guest:•••@127.0.0.1:5672/pike flatstore:/var/log/pike.log"
    assert (copies["s"].text, copies["s"].hint) == (socket, "••• stands for the password")
    assert json.loads(copies["j"].text)["members"][0]["socket"] == "rabbitmq:guest:•••@127.0.0.1:5672/pike"
    assert copies["m"].text.startswith(f"curl -s {URL} ")
    assert socket in copies["m"].text


def test_its_yaml_is_a_configuration_that_says_what_differs(tmp_path: Path) -> None:
    yaml = by_key(of_subscription(KNOWN))["y"]
    file = tmp_path / "switchboard.yaml"
    file.write_text(yaml.text.replace("•••", "hush"), encoding="utf-8")
    result = check_config(file)
    assert result.settings is not None, result.problems
    (entry,) = result.settings.subscriptions
    assert (entry.event, str(entry.policy), entry.members) == (
        "E_PIKE_BLOCKED",
        "FAILOVER",
        ("rabbitmq:guest:hush@127.0.0.1:5672/pike", "flatstore:/var/log/pike.log"),
    )
    assert entry.failover_timeout == 5.0
    assert "hold_max_age" not in yaml.text
    assert "queue_size" not in yaml.text
    assert "in place of •••" in yaml.hint


@pytest.mark.parametrize("expire", [None, 60.0])
def test_a_plain_subscription_has_a_socket_and_its_expiry(expire: float | None) -> None:
    described = replace(DESCRIBED, policy=None, members=("udp:127.0.0.1:9",), expire=expire)
    copies = by_key(of_subscription(Source(PIKE, described, CONFIGURATION, URL)))
    assert "  - event: E_PIKE_BLOCKED\n    socket: udp:127.0.0.1:9\n" in copies["y"].text
    assert ("expire: 60" in copies["y"].text) == (expire is not None)
    assert ('"expire":60' in copies["m"].text) == (expire is not None)
    assert copies["y"].hint == ""


def test_a_member_is_copied_with_the_line_that_sends_to_it() -> None:
    copies = by_key(of_member(KNOWN, PIKE.members[1], replace(MEMBER, wire=LINE), EVENT))
    assert copies["s"].text == "flatstore:/var/log/pike.log"
    assert copies["b"].text == "printf '%s\\n' E_PIKE_BLOCKED,192.0.2.11 >> /var/log/pike.log"
    copies = by_key(of_member(KNOWN, PIKE.members[0], replace(MEMBER, wire=WIRE), EVENT))
    assert "hush" not in str(copies)
    assert copies["b"].text.startswith('rabbitmqadmin -H 127.0.0.1 -u guest -p "$PASSWORD" -V / publish')


@pytest.mark.parametrize("told", [None, replace(MEMBER, wire=None)])
def test_a_member_of_which_little_is_known_has_no_such_line(told: MemberInspection | None) -> None:
    copies = by_key(of_member(Source(PIKE), PIKE.members[1], told, EVENT))
    assert list(copies) == ["s", "j", "m"]
    assert "this engine has no MI" in copies["m"].hint


def test_an_event_that_cannot_be_written_has_no_such_line() -> None:
    wire = {"format": "xmlrpc", "method": "m", "use_struct_param": False, "compat": False}
    event = Event("E_A", (("text", "\x00"),))
    assert "b" not in by_key(of_member(KNOWN, AOR.members[1], replace(MEMBER, wire=wire), event))


def test_a_delivery_is_copied_with_a_line_for_each_member() -> None:
    copies = by_key(of_delivery(KNOWN, DELIVERY))
    assert list(copies) == ["s", "y", "j", "m", "1", "2", "3"]
    assert json.loads(copies["j"].text) == named(DELIVERY)
    assert '"params":{"ip":"192.0.2.11","count":3,"note":null}' in copies["m"].text
    assert copies["2"].text.endswith("| nc -w1 127.0.0.1 9000")
    assert "tcp:127.0.0.1:9000" in copies["2"].title


def test_a_delivery_to_one_member_and_of_an_ended_subscription() -> None:
    told = replace(DELIVERY, members=DELIVERY.members[1:2], payloads=(replace(DELIVERY.payloads[1], members=(0,)),))
    assert list(by_key(of_delivery(Source(None, mi_url=URL), told))) == ["j", "m", "b"]
    assert list(by_key(of_delivery(Source(None), replace(DELIVERY, members=(), payloads=())))) == ["j", "m"]
    assert of_subscription(Source(None)) == of_member(Source(None), PIKE.members[0], None, EVENT) == []
