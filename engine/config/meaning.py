"""What a configuration means as a whole: checks that one value alone cannot fail."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple

from engine.address import (
    MEMBERS_MAX,
    Address,
    MemberAddress,
    PolicyName,
    VirtualAddress,
    identity,
    too_many,
    usable_kinds,
)
from engine.address.reach import rule_of
from engine.catalogue import catalogue
from engine.config.document import Entries, Items, Node, Scalar
from engine.config.findings import Findings, Mark, Path
from engine.config.sockets import read_member, read_socket
from engine.config.wording import found, meant, quoted


class Member(NamedTuple):
    """A member and where it stands."""

    node: Scalar
    path: Path
    address: MemberAddress
    is_in_failover: bool


def entries_of(node: Node | None, key: str) -> Node | None:
    """The value of a key; None where there is none, or nothing that has keys."""
    return node.entries.get(key) if isinstance(node, Entries) else None


def items_of(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; none where there is no list."""
    return node.items if isinstance(node, Items) else ()


class Meaning:
    """Walks the tree of one configuration. `members` are all members that were found, for further checks."""

    def __init__(self, root: Node, findings: Findings) -> None:
        self._root = root
        self._findings = findings
        self._seen: dict[tuple[str, str], int] = {}
        self.members: list[Member] = []
        own = (node.value for node in items_of(entries_of(root, "events")) if isinstance(node, Scalar))
        self._events = {*catalogue(), *(value for value in own if isinstance(value, str))}

    def check(self) -> None:
        """Check subscriptions, the names in their sockets, MI and lab."""
        for index, node in enumerate(items_of(entries_of(self._root, "subscriptions"))):
            if isinstance(node, Entries):
                self._subscription(node, ("subscriptions", index))
        self._named_in_options()
        self._mi()
        self._lab()

    def _subscription(self, node: Entries, path: Path) -> None:
        self._event(node.entries.get("event"), (*path, "event"))
        if not self._is_one_form(node, path):
            return
        address = self._address(node, path)
        event = node.entries.get("event")
        if address is None:
            return
        if isinstance(event, Scalar) and isinstance(event.value, str):
            self._same(event.value, address, node.mark, path)

    def _is_one_form(self, node: Entries, path: Path) -> bool:
        """Whether there is `socket`, or `policy` and `members`, and not both."""
        keys = node.keys
        has = {key for key in ("socket", "policy", "members") if not _is_empty(node.entries.get(key))}
        if "socket" in has:
            for other in sorted(has - {"socket"}):
                self._findings.add(
                    keys[other], (*path, other), "expected either socket, or policy and members; found both"
                )
            return len(has) == 1
        for missing, other in (("members", "policy"), ("policy", "members")):
            if missing not in has and other in has:
                self._findings.add(keys[other], path, f"expected {missing} beside {other}, found none")
                return False
        if not has:
            self._findings.add(node.mark, path, "expected socket, or policy and members; found neither")
        return bool(has)

    def _address(self, node: Entries, path: Path) -> Address | None:
        socket = node.entries.get("socket")
        if isinstance(socket, Scalar) and not _is_empty(socket):
            address = read_socket(socket, (*path, "socket"), self._findings)
            if isinstance(address, VirtualAddress):
                is_failover = address.policy is PolicyName.FAILOVER
                where = (*path, "socket")
                self.members += [Member(socket, where, member, is_failover) for member in address.members]
            elif address is not None:
                self.members.append(Member(socket, (*path, "socket"), address, False))
            return address
        return self._address_of_members(node, path)

    def _address_of_members(self, node: Entries, path: Path) -> Address | None:
        policy, listed = node.entries.get("policy"), node.entries.get("members")
        name = policy.value if isinstance(policy, Scalar) else None
        if not isinstance(listed, Items):
            return None
        if not listed.items:
            self._findings.add(listed.mark, (*path, "members"), "expected at least one member, found none")
        if len(listed.items) > MEMBERS_MAX:
            self._findings.add(listed.mark, (*path, "members"), too_many(len(listed.items)))
            return None
        addresses = []
        for index, item in enumerate(listed.items):
            where = (*path, "members", index)
            if not isinstance(item, Scalar):
                continue
            address = read_member(item, where, self._findings)
            if address is None:
                continue
            addresses.append(address)
            self.members.append(Member(item, where, address, name == PolicyName.FAILOVER))
        if len(addresses) < len(listed.items) or not addresses or name not in list(PolicyName):
            return None
        return VirtualAddress(PolicyName(str(name)), tuple(addresses))

    def _same(self, event: str, address: Address, mark: Mark, path: Path) -> None:
        key = (event, identity(address))
        if key in self._seen:
            self._findings.add(
                mark, path, f"expected each subscription once, found the one of line {self._seen[key]} again"
            )
        self._seen.setdefault(key, mark.line)

    def _event(self, node: Node | None, path: Path) -> None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value:
            return
        if self._findings.is_broken(path) or node.value in self._events:
            return
        hint = meant(node.value, self._events) if self._findings.has_hints else None
        advice = "add it under events: when it is one of yours"
        text = found(node) if node.expanded.pieces else quoted(node.value)
        self._findings.add(
            node.mark, path, f"expected a known event, found {text}; {hint + ' If not, ' if hint else ''}{advice}"
        )

    def _named_in_options(self) -> None:
        """Parts of sockets that must have an entry of their name in an option of the transport."""
        transports = entries_of(self._root, "transports")
        for node, path, member, _ in self.members:
            for field in member.form_fields:
                name = getattr(member, field.name)
                if field.names is None or not name:
                    continue
                entries = entries_of(entries_of(transports, member.scheme), field.names)
                known = entries.entries if isinstance(entries, Entries) else {}
                if name in known:
                    continue
                hint = meant(name, known) if self._findings.has_hints else None
                text = "another one" if node.expanded.secrets else quoted(name)
                place = f"transports.{member.scheme}.{field.names}"
                message = f"expected a {field.name} that stands under {place}, found {text}"
                self._findings.add(node.mark, path, message + (f"; {hint}" if hint else ""))

    def _mi(self) -> None:
        mi = entries_of(self._root, "mi")
        http = entries_of(mi, "http")
        if isinstance(http, Scalar) and isinstance(http.value, str) and not self._findings.is_broken(("mi", "http")):
            self._http(http, http.value)
        for index, root in enumerate(items_of(entries_of(mi, "flatstore_roots"))):
            if isinstance(root, Scalar) and isinstance(root.value, str) and not root.value.startswith("/"):
                self._findings.add(
                    root.mark, ("mi", "flatstore_roots", index), f"expected an absolute path, found {found(root)}"
                )

        for index, rule in enumerate(items_of(entries_of(mi, "targets"))):
            if isinstance(rule, Scalar) and isinstance(rule.value, str):
                self._target(rule, rule.value, ("mi", "targets", index))

    def _target(self, node: Scalar, text: str, path: Path) -> None:
        try:
            rule_of(text)
        except ValueError as error:
            self._findings.add(node.mark, path, f"expected {error}, found {found(node)}")

    def _http(self, node: Scalar, text: str) -> None:
        host, colon, port = text.rpartition(":")
        is_number = port.isascii() and port.isdigit() and int(port) <= 65535
        is_bare_ipv6 = ":" in host and not (host.startswith("[") and host.endswith("]"))
        if not (colon and host and is_number) or is_bare_ipv6 or "/" in text or " " in text:
            self._findings.add(
                node.mark, ("mi", "http"), f"expected HOST:PORT such as 127.0.0.1:8888, found {found(node)}"
            )
        elif not _is_loopback(host):
            self._findings.warn(
                node.mark,
                ("mi", "http"),
                "the management interface has no password and listens beyond this machine; "
                "127.0.0.1:8888 keeps it here",
            )

    def _lab(self) -> None:
        lab = entries_of(self._root, "lab")
        names: dict[str, int] = {}
        for index, node in enumerate(items_of(entries_of(lab, "receivers"))):
            self._receiver(node, ("lab", "receivers", index), names)
        events = entries_of(entries_of(lab, "generator"), "events")
        if isinstance(events, Items) and not events.items:
            self._findings.add(events.mark, ("lab", "generator", "events"), "expected at least one event, found none")
        for index, node in enumerate(items_of(events)):
            self._event(node, ("lab", "generator", "events", index))

    def _receiver(self, node: Node, path: Path, names: dict[str, int]) -> None:
        socket, name = entries_of(node, "socket"), entries_of(node, "name")
        if isinstance(socket, Scalar):
            address = read_member(socket, (*path, "socket"), self._findings)
            if address is not None and not address.is_received:
                kinds = ", ".join(f"{kind.scheme}:" for kind in usable_kinds() if kind.is_received)
                self._findings.add(
                    socket.mark,
                    (*path, "socket"),
                    f"expected a socket that has receivers ({kinds}), found {found(socket)}",
                )
        if isinstance(name, Scalar) and isinstance(name.value, str):
            if name.value in names:
                self._findings.add(
                    name.mark,
                    (*path, "name"),
                    f"expected each name once, found the one of line {names[name.value]} again",
                )
            names.setdefault(name.value, name.mark.line)


def _is_empty(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.value is None)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False  # a name: it may lead anywhere
