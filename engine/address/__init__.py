"""Socket texts and the typed addresses they stand for. The only parser and printer of sockets."""

from engine.address.identity import identity
from engine.address.masked import read_masked
from engine.address.masking import mask_text
from engine.address.model import (
    MASK,
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
from engine.address.printer import printed

__all__ = [
    "MASK",
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
    "identity",
    "mask_text",
    "parse",
    "parse_member",
    "printed",
    "read_masked",
]
