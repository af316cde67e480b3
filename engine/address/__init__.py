"""Socket texts and the typed addresses they stand for. The only parser and printer of sockets."""

from engine.address.identity import identity
from engine.address.mask import mask_text
from engine.address.masked_member import read_masked
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
from engine.address.parser import MEMBERS_MAX, parse, parse_member, too_many
from engine.address.printer import printed

__all__ = [
    "MASK",
    "MEMBERS_MAX",
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
    "too_many",
]
