"""A field for a socket completes what is typed."""

from __future__ import annotations

import pytest

from tests.support.waiting import until
from tests.tui.hosts import hosted
from tui.render.sockets import completed
from tui.widgets.socket_input import SocketInput


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


async def test_the_suggestion_is_taken_with_the_arrow() -> None:
    async with hosted() as shown:
        field = SocketInput(known=["tcp:127.0.0.1:2000"])
        await shown.app.mount(field)
        assert "rabbitmq:" in field.placeholder
        field.focus()
        await shown.type("tcp:1")
        await until(lambda: field._suggestion, "the suggestion")
        await shown.press("right")
        assert field.value == "tcp:127.0.0.1:2000"
