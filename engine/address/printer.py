"""Address to text: masked for people, whole for saving."""

from __future__ import annotations

from engine.address.hosts import bracketed
from engine.address.model import (
    MASK,
    Address,
    FlatstoreAddress,
    RabbitmqAddress,
    TcpAddress,
    UdpAddress,
    UnixAddress,
    VirtualAddress,
    XmlRpcAddress,
)
from engine.address.percent import encode, encode_all

IN_LOGIN = "/:@?\"'<>•"
"""What is encoded in a user: what has a meaning, the quotes, so that a socket stands out in any text, and the mask."""
IN_VALUE = ";?@"
"""What is encoded in the values of parameters."""
IN_KEY = "?@"
"""What is encoded in a routing key; the @ so that nothing before it can be taken for a login."""


def printed(address: Address, *, secrets: bool = False) -> str:
    """The normal form: what `subscribers_list` prints, plus everything that it loses (docs/event-interface.md, D27).

    Args:
        address: what to print.
        secrets: print passwords, too, so that `parse` gives the same address again; otherwise they are masked.
    """
    match address:
        case UdpAddress(host, port):
            return f"udp:{bracketed(host)}:{port}"
        case TcpAddress(host, port, method):
            return f"tcp:{bracketed(host)}:{port}" + ("" if method is None else f"/{method}")
        case XmlRpcAddress(host, port, method, path):
            return f"xmlrpc:{bracketed(host)}:{port}{path or ''}:{method}"
        case UnixAddress(path) | FlatstoreAddress(path):
            return f"{address.scheme}:{path}"
        case RabbitmqAddress():
            return _printed_rabbitmq(address, secrets)
        case VirtualAddress(policy, members):
            return " ".join((f"virtual:{policy}", *(printed(member, secrets=secrets) for member in members)))


def _printed_rabbitmq(address: RabbitmqAddress, secrets: bool) -> str:
    login = "" if address.user == "guest" else f"{encode(address.user, IN_LOGIN)}@"
    if address.password is not None:
        password = encode_all(address.password) if secrets else MASK
        login = f"{encode(address.user, IN_LOGIN)}:{password}@"
    host = encode(bracketed(address.host), "")
    return f"rabbitmq:{login}{host}:{address.port}/{rabbitmq_path(address, _params(address))}"


def _params(address: RabbitmqAddress) -> list[str]:
    params = exchange_and_vhost(address)
    if address.tls_domain is not None:
        params.append(f"tls_domain={encode(address.tls_domain, IN_VALUE)}")
    return [*params, "persistent"] if address.persistent else params


def exchange_and_vhost(address: RabbitmqAddress) -> list[str]:
    """The parameters that say where on the broker a message goes, where they are not the default."""
    params = [f"exchange={encode(address.exchange, IN_VALUE)}"] if address.exchange else []
    return params if address.vhost == "/" else [*params, f"vhost={encode(address.vhost, IN_VALUE)}"]


def rabbitmq_path(address: RabbitmqAddress, params: list[str]) -> str:
    """What stands behind the slash. An empty routing key is taken only behind a parameter.

    See docs/event-interface.md, 2.6.
    """
    if not params and not address.routing_key:
        params = ["vhost=%2F"]
    return (f"{';'.join(params)}?" if params else "") + encode(address.routing_key, IN_KEY)
