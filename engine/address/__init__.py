"""Socket texts and the typed addresses they stand for. The only parser and printer of sockets."""

from engine.address.model import (
    Address,
    FlatstoreAddress,
    MemberAddress,
    PolicyName,
    RabbitmqAddress,
    TcpAddress,
    UdpAddress,
    UnixAddress,
    VirtualAddress,
    XmlRpcAddress,
)
from engine.address.parser import parse, parse_member

__all__ = [
    "Address",
    "FlatstoreAddress",
    "MemberAddress",
    "PolicyName",
    "RabbitmqAddress",
    "TcpAddress",
    "UdpAddress",
    "UnixAddress",
    "VirtualAddress",
    "XmlRpcAddress",
    "parse",
    "parse_member",
]
