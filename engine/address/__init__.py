"""Socket texts and the typed addresses they stand for. The only parser and printer of sockets."""

from engine.address.identity import identity
from engine.address.kinds.base import MASK, Destination, MemberAddress, Way
from engine.address.kinds.flatstore import FlatstoreAddress
from engine.address.kinds.rabbitmq import RabbitmqAddress
from engine.address.kinds.table import kind_of, prefixes, usable_kind, usable_kinds
from engine.address.kinds.tcp import TcpAddress
from engine.address.kinds.udp import UdpAddress
from engine.address.kinds.unix import UnixAddress
from engine.address.kinds.xmlrpc import XmlRpcAddress
from engine.address.mask import mask_text
from engine.address.masked_member import read_masked
from engine.address.model import Address, PolicyName, VirtualAddress
from engine.address.parser import MEMBERS_MAX, parse, parse_member, too_many
from engine.address.printer import printed

__all__ = [
    "MASK",
    "MEMBERS_MAX",
    "Address",
    "Destination",
    "FlatstoreAddress",
    "MemberAddress",
    "PolicyName",
    "RabbitmqAddress",
    "TcpAddress",
    "UdpAddress",
    "UnixAddress",
    "VirtualAddress",
    "Way",
    "XmlRpcAddress",
    "identity",
    "kind_of",
    "mask_text",
    "parse",
    "parse_member",
    "prefixes",
    "printed",
    "read_masked",
    "too_many",
    "usable_kind",
    "usable_kinds",
]
