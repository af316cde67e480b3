"""Socket text to address. Every problem is reported at once.

Grammars and defaults are those of docs/event-interface.md, 2.3-2.9 and 3.1.
"""

from __future__ import annotations

import re

from engine.address.kinds.base import MASK, MemberAddress
from engine.address.kinds.table import kind_of, prefixes, usable_kinds
from engine.address.kinds.unix import UnixAddress
from engine.address.model import Address, PolicyName, VirtualAddress
from engine.address.part import Part, Problems, quotable
from engine.address.percent import CONTROL
from engine.errors import SocketTextError, SwitchboardError
from engine.nearest import nearest

TEXT_MAX = 65_536
"""Longest socket text, in characters. A text from outside must not keep the engine busy."""

MEMBERS_MAX = 128
"""Most members of a virtual socket. An event for all of them is given to them in one turn of the event loop, which
is not to take longer than 10 ms."""

TOO_MANY = "subscribe the others with a socket of their own"

PROBLEMS_MAX = 50
"""When so many problems are found, the members behind them are not looked at."""

VIRTUAL = "virtual"
NOT_YET = ("kafka", "sqs", "route", "routing")
"""Prefixes that OpenSIPS has and Switchboard does not."""

POLICIES = "PARALLEL, FAILOVER or ROUND-ROBIN"

_WORD = re.compile(r"[^ \t]+")
_SOCKET_LIKE = re.compile(r"[A-Za-z][A-Za-z0-9_]*:|/")
_GLUED_MEMBER = re.compile(r"[a-z][a-z0-9_]*:|/")
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,19}")
_BLANK = re.compile(r"[ \t]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(text: str) -> Address:
    """The address that a socket text stands for.

    Raises:
        SocketTextError: with every problem of the text, in the order of the text.
    """
    problems = Problems()
    part = Part(text, 1)
    address: Address | None = None
    if len(text) > TEXT_MAX:
        problems.add(TEXT_MAX + 1, f"a socket has at most {TEXT_MAX} characters, this text has {len(text)}")
    elif text.startswith(VIRTUAL + ":"):
        address = _read_virtual(part.tail(len(VIRTUAL) + 1), problems)
    else:
        address = _read_member(part, problems)
    if address is None or problems.found:
        raise _error(problems)
    return address


def too_many(count: int) -> str:
    """What is said of a virtual socket with more members than one may have."""
    return f"a virtual socket has at most {MEMBERS_MAX} members, this one has {count:,}"


def parse_member(text: str) -> MemberAddress:
    """The address of one member: a socket that is not virtual, and has neither blanks nor tabs.

    Raises:
        SocketTextError: with every problem of the text.
    """
    problems = Problems()
    if len(text) > TEXT_MAX:
        problems.add(TEXT_MAX + 1, f"a socket has at most {TEXT_MAX} characters, this text has {len(text)}")
    elif (blank := _BLANK.search(text)) is not None:
        problems.add(blank.start() + 1, "a member has no blanks", "in rabbitmq: write a blank as %20")
    address = None if problems.found else _read_member(Part(text, 1), problems, is_member=True)
    if address is None or problems.found:
        raise _error(problems)
    return address


def _error(problems: Problems) -> SocketTextError:
    return SocketTextError(tuple(sorted(problems.found, key=lambda problem: problem.column)))


def _read_member(part: Part, problems: Problems, *, is_member: bool = False) -> MemberAddress | None:
    """The address of a socket that is not virtual, or None with at least one problem added.

    `is_member`: a virtual one could not stand here, for the message when another prefix does.
    """
    if not _is_clean(part, problems):
        return None
    if part.text.startswith("/"):
        return UnixAddress.read(part, problems)
    scheme, rest = part.cut(":")
    try:
        kind = None if rest is None else kind_of(scheme.text)
    except SwitchboardError as error:
        problems.add(part, str(error))
        return None
    if kind is None or rest is None:
        known = prefixes() if is_member else (*prefixes(), VIRTUAL)
        _refuse_scheme(part, scheme.text if rest is not None else None, known, problems)
        return None
    if kind.secret_name is not None:
        problems.is_secret = True
        if MASK in rest.text and MASK in rest.text.partition("/")[0]:
            problems.add(rest.column + rest.text.index(MASK), "the password is masked here", "type the password itself")
            return None
    return kind.read(rest, problems)


def _is_clean(part: Part, problems: Problems) -> bool:
    """Whether the part holds nothing but characters that a socket may hold."""
    wrong = CONTROL.search(part.text) or _SURROGATE.search(part.text)
    if wrong is None:
        return True
    column = part.column + wrong.start()
    if wrong[0] in "\r\n\u2028\u2029":
        problems.add(column, "a line break is not allowed in a socket", "only blanks and tabs separate members")
    elif wrong[0] == "\t":
        problems.add(column, "a tab is not allowed in a socket", "tabs and blanks separate members of virtual: sockets")
    else:
        problems.add(column, f"the character U+{ord(wrong[0]):04X} is not allowed in a socket")
    return False


def _refuse_scheme(part: Part, name: str | None, schemes: tuple[str, ...], problems: Problems) -> None:
    """Say why a text does not begin with the prefix of a transport. `name` is what stands before the first colon."""
    text = part.text
    if not text:
        problems.add(part, "a socket was expected, found nothing", f"a socket begins with {_listed(schemes)}")
    elif name == VIRTUAL:
        problems.add(part, "a virtual socket cannot be a member", "list its members here, or subscribe it alone")
    elif text in schemes:
        problems.add(part.end, f"a colon was expected after {text}")
    elif name in NOT_YET:
        problems.add(part, f"{name}: is not supported yet; known are {_listed(schemes)}")
    elif text.startswith(" "):
        problems.add(part, "a blank stands before the prefix", "remove the blank")
    elif text in set(PolicyName):
        problems.add(part, f"a socket was expected, found the policy {text}", "a virtual socket has one policy")
    else:
        _refuse_unknown(part, name, schemes, problems)


def _refuse_unknown(part: Part, name: str | None, schemes: tuple[str, ...], problems: Problems) -> None:
    suggestion = None if name is None else _meant(name, schemes)
    # The beginning of a text with an @ may be a torn password; it is repeated only when it is nearly a prefix.
    can_quote = name is not None and _PLAIN_WORD.fullmatch(name) and (suggestion is not None or "@" not in part.text)
    what = f"no transport has the prefix '{name}:'" if can_quote else "a socket begins with the prefix of a transport"
    problems.add(part, f"{what}; known are {_listed(schemes)}", suggestion)


def _listed(schemes: tuple[str, ...]) -> str:
    return ", ".join(f"{scheme}:" for scheme in schemes)


def _meant(name: str, schemes: tuple[str, ...]) -> str | None:
    """The prefix that somebody wanted to write, as a suggestion."""
    lowered = name[:20].lower()
    if lowered in schemes and name != lowered:
        return f"prefixes are lower case: {lowered}:"
    named = (kind.scheme for kind in usable_kinds() if lowered in kind.other_names)
    meant = next(named, None) or nearest(lowered, schemes)
    return None if meant is None else f"did you mean {meant}:?"


def _read_virtual(rest: Part, problems: Problems) -> VirtualAddress | None:
    """`policy member member ...` (docs/event-interface.md, 3.1)."""
    words = [Part(found[0], rest.column + found.start()) for found in _WORD.finditer(rest.text)]
    if not words:
        problems.add(rest.end, f"a policy was expected: {POLICIES}")
        return None
    policy, member_parts = _read_policy(words, problems)
    if policy is not None and not member_parts:
        problems.add(rest.end, "at least one member was expected after the policy", "for example udp:127.0.0.1:9000")
    if len(member_parts) > MEMBERS_MAX:
        problems.add(member_parts[MEMBERS_MAX], too_many(len(member_parts)), TOO_MANY)
        return None
    members = []
    for position, part in enumerate(member_parts, 1):
        if len(problems.found) >= PROBLEMS_MAX:
            problems.add(part, "the rest was not looked at")
            break
        of_member = Problems(problems.found, position)
        members.append(_read_member(part, of_member, is_member=True))
    good = tuple(member for member in members if member is not None)
    return None if policy is None or len(good) < len(member_parts) else VirtualAddress(policy, good)


def _read_policy(words: list[Part], problems: Problems) -> tuple[PolicyName | None, list[Part]]:
    """The policy, or None, and the members. No blank is needed between the policy and the first member.

    See docs/event-interface.md, 3.1.
    """
    first, others = words[0], words[1:]
    if not _is_clean(first, problems):
        return None, others
    policy = next((policy for policy in PolicyName if first.text.startswith(policy)), None)
    if policy is None:
        return None, _refuse_policy(first, others, problems)
    glued = first.tail(len(policy))
    if not glued.text:
        return policy, others
    if _GLUED_MEMBER.match(glued.text):
        return policy, [glued, *others]
    problems.add(
        glued,
        f"a blank was expected after {policy}, found '{quotable(glued.text[0])}'",
        "members are separated by blanks",
    )
    return None, others


def _refuse_policy(first: Part, others: list[Part], problems: Problems) -> list[Part]:
    """Say what is wrong with the policy; returns the members nevertheless, so that they are checked, too."""
    for policy in PolicyName:
        if first.text[: len(policy)].upper() == policy:
            glued = first.tail(len(policy))
            problems.add(first, f"unknown policy '{first.text[: len(policy)]}'", f"policies are upper case: {policy}")
            return [glued, *others] if _GLUED_MEMBER.match(glued.text) else others
    if _SOCKET_LIKE.match(first.text):
        problems.add(first, f"a policy was expected before the first member: {POLICIES}")
        return [first, *others]
    quoted = f"unknown policy '{first.text}'" if _PLAIN_WORD.fullmatch(first.text) else "unknown policy"
    near = nearest(first.text[:20], PolicyName)
    problems.add(first, f"{quoted}; policies are {POLICIES}", None if near is None else f"did you mean {near}?")
    return others
