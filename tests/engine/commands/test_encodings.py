"""What one event is on the wire of several members."""

from __future__ import annotations

from engine.address import parse
from engine.commands.context import Context
from engine.commands.encodings import encoded_as, encoded_for
from engine.event import Event


async def test_members_that_share_a_wire_format_share_what_is_encoded(context: Context) -> None:
    sockets = "udp:127.0.0.1:9 tcp:127.0.0.1:9 xmlrpc:127.0.0.1:9:note udp:127.0.0.1:8"
    found = context.engine.subscribe("E_A", parse(f"virtual:PARALLEL {sockets}"), None)
    event = Event("E_A", (("n", 1),))
    told = [encoded for _, encoded in encoded_for(event, found.lane.members)]
    assert told[0] is told[3]
    assert told[0].payload == b'{"jsonrpc":"2.0","method":"E_A","params":{"n":1}}'
    assert told[2].payload.startswith(b"<?xml")
    assert all(one.failure is None for one in told)
    transport = found.lane.members[0].target.transport
    assert encoded_as(event, transport.wire_format) == told[0]
