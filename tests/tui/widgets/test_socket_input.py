"""A field for a socket completes what is typed."""

from __future__ import annotations

import pytest

from tui.render.sockets import completed


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("ra", "rabbitmq:"),
        ("tcp:127.0.0.1:2", "tcp:127.0.0.1:2000"),
        ("vi", "virtual:"),
        ("virtual:F", "virtual:FAILOVER "),
        ("virtual:FAILOVER fl", "virtual:FAILOVER flatstore:"),
        ("flatstore:", "flatstore:/var/log/events.log"),
        ("udp:", "udp:127.0.0.1:"),
        ("rabbitmq:", "rabbitmq:h:1/"),
        ("rabbitmq:me:pw@", "rabbitmq:me:pw@h:1/"),
        ("rabbitmq:me:pw@x", None),
        ("xmlrpc:127.0.0.1:8", "xmlrpc:127.0.0.1:8080:method"),
        ("virtual:FAILOVER virt", None),
        ("", None),
        ("nothing", None),
    ],
)
def test_sockets_are_completed_by_what_is_known_and_by_transport(typed: str, suggestion: str | None) -> None:
    assert completed(typed, ["tcp:127.0.0.1:2000", "rabbitmq:u:•••@h:1/q"]) == suggestion
