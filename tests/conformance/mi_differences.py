"""Where our management interface answers otherwise than the captured one, and why. A stale entry fails the replay.

Besides these, everywhere: an error 400 carries a `data` text of ours that says what is wrong; theirs has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Brief: TypeAlias = str | list[str]
"""An answer in short, as `mi_replay.brief` makes it: "OK", "480 Temporarily Unavailable", "HTTP 405", a list of
subscribers ("udp:127.0.0.1:9101 | 3600"), or what a receiver got."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What we answer at one step, and the reason."""

    reason: str
    ours: Brief


BAD = "400 Bad parameter value"
UNHEARD = "480 Temporarily Unavailable"
NOBODY = "no subscriber"

_KAFKA = "kafka: is not among the transports yet"
_LISTED = "D27: the list shows the whole socket (port, parameters, path), with the password masked"
_EXPIRY = "D6: expiry belongs to the subscription; rabbitmq: ones expire and can be removed"
_UNSUBSCRIBE = "D7: expire 0 removes at once and creates nothing"
_ON_TIME = "D8: a timer removes a subscription when its time is over, not the next raise in the second after"
_SAME = "D1, D4: equal sockets are one subscription"
_MULTISET = "D5: PARALLEL members are compared as a multiset"
_VALIDATED = "D9: every member is checked when subscribing"
_GLUED = "what is glued to the policy word must be a member"
_ARRAY = "D14: an array stays an array"
_OBJECT = "D14: an object is taken as well"
_UNALTERED = "D12: what a flat file cannot hold is replaced in its line alone"
_ARRAYS = "an array of calls is taken, and answered with an array"
_BODY = "D29: every request is answered, with a body that ends"

_PEER_A = [
    "virtual:ROUND-ROBIN udp:127.0.0.1:9101 udp:127.0.0.1:9102 udp:127.0.0.1:9103 | 160",
    "virtual:FAILOVER tcp:127.0.0.1:9201 udp:127.0.0.1:9102 | 150",
    "virtual:PARALLEL udp:127.0.0.1:9101 flatstore:/peer/mi_f2.log | 140",
    "flatstore:/peer/mi_f1.log | 110",
    "rabbitmq:u@127.0.0.1:5672/exchange=ex?key | 100",
    "rabbitmq:guest:•••@127.0.0.1:5673/q2 | 90",
    "rabbitmq:127.0.0.1:5672/q1 | 80",
    "xmlrpc:127.0.0.1:9302/my/path:peer_event | 70",
    "xmlrpc:127.0.0.1:9301:peer_event | 60",
    "tcp:127.0.0.1:9202/handle_cmd | 50",
    "tcp:127.0.0.1:9201 | 40",
    "unix:/peer/a.sock | 30",
    "udp:localhost:9103 | 20",
    "udp:127.0.0.1:9102 | 10",
    "udp:127.0.0.1:9101 | 3600",
]
_THIRTY = " ".join(f"udp:127.0.0.1:{port}" for port in range(9100, 9130))
_VIRTUAL = [
    "virtual:PARALLEL udp:127.0.0.1:9101 udp:127.0.0.1:9102 | 3600",
    "virtual:PARALLEL udp:127.0.0.1:9101 | 3600",
    "virtual:PARALLEL udp:127.0.0.1:9101 | 3600",
    "virtual:PARALLEL udp:127.0.0.1:9101 udp:127.0.0.1:9101 | 3600",
    "virtual:ROUND-ROBIN udp:127.0.0.1:9101 | 3600",
    f"virtual:FAILOVER {_THIRTY} | 3600",
]
_OTHERS = [
    "virtual:ROUND-ROBIN udp:127.0.0.1:9101 udp:127.0.0.1:9102 udp:127.0.0.1:9103 | 180",
    "virtual:ROUND-ROBIN udp:127.0.0.1:9102 udp:127.0.0.1:9101 | 170",
    "virtual:ROUND-ROBIN udp:127.0.0.1:9101 udp:127.0.0.1:9102 | 160",
    "virtual:FAILOVER udp:127.0.0.1:9102 udp:127.0.0.1:9101 | 150",
    "virtual:FAILOVER udp:127.0.0.1:9101 udp:127.0.0.1:9102 | 140",
    "virtual:PARALLEL udp:127.0.0.1:9101 udp:127.0.0.1:9102 | 120",
]
_EVENT = '{"jsonrpc":"2.0","method":"E_PEER_A"}'


def _params(event: str, params: str) -> list[str]:
    return [f'{{"jsonrpc":"2.0","method":"{event}","params":{params}}}']


DIFFERENCES: dict[tuple[str, int], Difference] = {
    ("rpc_errors", 3): Difference(_BODY, "HTTP 400"),
    ("rpc_errors", 4): Difference(_BODY, "HTTP 202"),
    ("rpc_errors", 11): Difference(_ARRAYS, "1 answers"),
    ("rpc_errors", 13): Difference(_BODY, "HTTP 405"),
    ("subscribe_forms", 12): Difference(_KAFKA, BAD),
    ("subscribe_forms", 13): Difference(_KAFKA, BAD),
    ("subscribe_forms", 18): Difference(f"{_KAFKA}; {_LISTED}; {_EXPIRY}", _PEER_A),
    ("subscribe_forms", 19): Difference(f"{_KAFKA}; {_LISTED}; {_EXPIRY}", [*_PEER_A, "udp:127.0.0.1:9109 | 3600"]),
    ("subscribe_forms", 27): Difference(f"{_LISTED}; {_EXPIRY}", ["rabbitmq:guest:•••@127.0.0.1:5673/q2 | 90"]),
    ("subscribe_forms", 28): Difference(_SAME, ["tcp:127.0.0.1:9202/handle_cmd | 50"]),
    ("subscribe_forms", 29): Difference(_SAME, ["xmlrpc:127.0.0.1:9301:peer_event | 60"]),
    ("subscribe_bad_sockets", 9): Difference("D28: ports do not wrap", BAD),
    ("subscribe_bad_sockets", 38): Difference(
        "D28: ports do not wrap", ["flatstore:relative.log | 3600", "tcp:127.0.0.1:9201 | 3600"]
    ),
    ("virtual_forms", 5): Difference("D10: at least one member", BAD),
    ("virtual_forms", 6): Difference("D10: at least one member", BAD),
    ("virtual_forms", 7): Difference("D10: at least one member", BAD),
    ("virtual_forms", 10): Difference(f"{_VALIDATED}; a line break separates nothing", BAD),
    ("virtual_forms", 12): Difference(_GLUED, BAD),
    ("virtual_forms", 13): Difference(_GLUED, BAD),
    ("virtual_forms", 15): Difference(_VALIDATED, BAD),
    ("virtual_forms", 16): Difference(_VALIDATED, BAD),
    ("virtual_forms", 17): Difference("virtual sockets are not nested", BAD),
    ("virtual_forms", 18): Difference("virtual sockets are not nested", BAD),
    ("virtual_forms", 21): Difference(_KAFKA, BAD),
    ("virtual_forms", 23): Difference("the list without those that were refused; single blanks", _VIRTUAL),
    ("resubscribe_transports", 12): Difference(_KAFKA, BAD),
    ("resubscribe_transports", 13): Difference(_KAFKA, BAD),
    ("resubscribe_transports", 14): Difference(
        f"{_KAFKA}; {_SAME}; {_LISTED}; {_EXPIRY}",
        [
            "flatstore:/peer/mi_f3.log | 200",
            "rabbitmq:guest:•••@127.0.0.1:5672/q | 200",
            "xmlrpc:127.0.0.1:9301:m | 200",
            "tcp:127.0.0.1:9202/m | 200",
            "tcp:127.0.0.1:9201 | 200",
            "unix:/peer/b.sock | 200",
        ],
    ),
    ("resubscribe_rabbitmq_password", 2): Difference(
        f"{_LISTED}; {_EXPIRY}", ["rabbitmq:guest:•••@127.0.0.1:5672/q | 3600"]
    ),
    ("resubscribe_rabbitmq_password", 6): Difference(
        f"{_LISTED}; {_EXPIRY}",
        [
            "rabbitmq:guest:•••@127.0.0.1:5673/q | 3600",
            "rabbitmq:other:•••@127.0.0.1:5672/q | 3600",
            "rabbitmq:guest:•••@127.0.0.1:5672/exchange=x?q | 3600",
            "rabbitmq:guest:•••@127.0.0.1:5672/q | 3600",
        ],
    ),
    ("resubscribe_virtual", 14): Difference(
        _MULTISET,
        [
            "virtual:PARALLEL udp:127.0.0.1:9101 udp:127.0.0.1:9102 udp:127.0.0.1:9102 | 200",
            "virtual:PARALLEL udp:127.0.0.1:9101 udp:127.0.0.1:9101 udp:127.0.0.1:9102 | 190",
            *_OTHERS,
        ],
    ),
    ("resubscribe_virtual_after_raise", 6): Difference(
        "D2: the first event changes nothing about a subscription",
        ["virtual:PARALLEL tcp:127.0.0.1:9201 udp:127.0.0.1:9102 | 120"],
    ),
    ("resubscribe_virtual_after_raise", 8): Difference(
        "both events; the capture had taken the first one away before", [_EVENT, _EVENT]
    ),
    ("resubscribe_virtual_after_raise", 13): Difference(
        "D2: the first event changes nothing about a subscription",
        ["virtual:PARALLEL xmlrpc:127.0.0.1:9301:m udp:127.0.0.1:9102 | 120"],
    ),
    ("expire_zero", 1): Difference(_UNSUBSCRIBE, NOBODY),
    ("expire_zero", 2): Difference(_UNSUBSCRIBE, UNHEARD),
    ("expire_zero", 3): Difference(_UNSUBSCRIBE, []),
    ("expire_zero", 5): Difference(_UNSUBSCRIBE, UNHEARD),
    ("expire_zero_removes", 3): Difference(_UNSUBSCRIBE, NOBODY),
    ("expire_two_raise", 13): Difference(_ON_TIME, UNHEARD),
    ("expire_two_raise", 14): Difference(_ON_TIME, []),
    ("expire_two_raise", 16): Difference(_ON_TIME, UNHEARD),
    ("expire_two_raise", 17): Difference(_ON_TIME, []),
    ("expire_two_raise", 19): Difference(_ON_TIME, UNHEARD),
    ("expire_rabbitmq", 2): Difference(_EXPIRY, NOBODY),
    ("expire_rabbitmq", 5): Difference(f"{_EXPIRY}; {_UNSUBSCRIBE}", NOBODY),
    ("subscribe_from_script", 0): Difference(
        _LISTED, ["udp:127.0.0.1:9102 | 5", "rabbitmq:127.0.0.1:5672/q | never", "udp:127.0.0.1:9101 | never"]
    ),
    ("subscribe_from_script", 2): Difference(
        "what the configuration subscribes is not MI's to end",
        ["udp:127.0.0.1:9102 | 5", "rabbitmq:127.0.0.1:5672/q | never", "udp:127.0.0.1:9101 | never"],
    ),
    ("raise_event", 23): Difference(_OBJECT, "OK"),
    ("raise_event", 24): Difference(_OBJECT, _params("E_PEER_A", '{"a":1}')),
    ("raise_event", 32): Difference(_ARRAY, _params("E_PEER_A", '["1","2"]')),
    ("raise_event", 34): Difference(_ARRAY, _params("E_PEER_A", '["x","2"]')),
    ("raise_event_array", 1): Difference(_ARRAY, _params("E_PEER_A", '["a"]')),
    ("raise_event_array", 3): Difference(_ARRAY, _params("E_PEER_A", '["a","b"]')),
    ("raise_event_array", 5): Difference(_ARRAY, _params("E_PEER_A", '["","x"]')),
    ("flatstore_changes_value", 3): Difference(_UNALTERED, _params("E_PEER_B", '{"v":"x,y"}')),
    ("flatstore_changes_value", 14): Difference(_UNALTERED, _params("E_PEER_D", '{"v":"x,y"}')),
}
