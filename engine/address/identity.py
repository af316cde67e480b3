"""When two sockets are the same (docs/event-interface.md, D1): one canonical form for each."""

from __future__ import annotations

from engine.address.model import Address


def identity(address: Address) -> str:
    """The canonical form: two sockets are the same subscriber when, and only when, theirs are equal. Holds no secret.

    Hosts are in lower case and IPv6 in its shortest form, defaults are filled in. Of rabbitmq, host, port, user,
    exchange, virtual host and routing key count (docs/event-interface.md, 2.6), not how one logs in or what becomes of
    the message. The members of PARALLEL are a multiset (docs/event-interface.md, D5), those of the others a list.
    """
    return address.identity()
