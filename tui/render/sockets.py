"""Completing a socket as it is typed, by what is known and by the form that each transport's sockets have."""

from __future__ import annotations

from collections.abc import Iterable

FORMS = (
    "udp:127.0.0.1:9000",
    "unix:/run/receiver.sock",
    "tcp:127.0.0.1:9000/method",
    "xmlrpc:127.0.0.1:8080:method",
    "rabbitmq:user:password@127.0.0.1:5672/routing-key",
    "flatstore:/var/log/events.log",
)
"""One example for each transport."""

VIRTUAL = tuple(f"virtual:{policy} " for policy in ("PARALLEL", "FAILOVER", "ROUND-ROBIN"))


def completed(text: str, known: Iterable[str] = ()) -> str | None:
    """The whole text with its last socket completed; None where there is nothing to suggest.

    Sockets that are in use already come first, as far as their passwords are not masked.
    """
    head, blank, last = text.rpartition(" ")
    if not last:
        return None
    candidates = [socket for socket in known if "•" not in socket]
    candidates += (*FORMS, *(() if blank else VIRTUAL))
    found = next((one for one in candidates if one.startswith(last) and one != last), None)
    return None if found is None else f"{head}{blank}{found}"
