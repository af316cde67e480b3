"""When two sockets are the same (docs/event-interface.md, D1): one canonical form for each."""

from __future__ import annotations

from engine.address.hosts import canonical_host
from engine.address.model import (
    Address,
    PolicyName,
    RabbitmqAddress,
    TcpAddress,
    UdpAddress,
    VirtualAddress,
    XmlRpcAddress,
)
from engine.address.percent import encode
from engine.address.printer import IN_LOGIN, exchange_and_vhost, printed, rabbitmq_path

DEFAULT_PATH = "/RPC2"
"""Where an XML-RPC request goes when the socket names no path (docs/event-interface.md, 2.5)."""


def identity(address: Address) -> str:
    """The canonical form: two sockets are the same subscriber when, and only when, theirs are equal. Holds no secret.

    Hosts are in lower case and IPv6 in its shortest form, defaults are filled in. Of rabbitmq, host, port, user,
    exchange, virtual host and routing key count (docs/event-interface.md, 2.6), not how one logs in or what becomes of
    the message. The members of PARALLEL are a multiset (docs/event-interface.md, D5), those of the others a list.
    """
    match address:
        case UdpAddress(host, port):
            return f"udp:{canonical_host(host)}:{port}"
        case TcpAddress(host, port, method):
            return f"tcp:{canonical_host(host)}:{port}" + ("" if method is None else f"/{method}")
        case XmlRpcAddress(host, port, method, path):
            return f"xmlrpc:{canonical_host(host)}:{port}{path or DEFAULT_PATH}:{method}"
        case RabbitmqAddress():
            return _identity_of_rabbitmq(address)
        case VirtualAddress(policy, members):
            texts = [identity(member) for member in members]
            return " ".join((f"virtual:{policy}", *(sorted(texts) if policy is PolicyName.PARALLEL else texts)))
        case _:
            return printed(address)


def _identity_of_rabbitmq(address: RabbitmqAddress) -> str:
    host = encode(canonical_host(address.host), "")
    path = rabbitmq_path(address, exchange_and_vhost(address))
    return f"rabbitmq:{encode(address.user, IN_LOGIN)}@{host}:{address.port}/{path}"
