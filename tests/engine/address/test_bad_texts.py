"""What is said about texts that are no sockets: which member, which column, what was expected, a suggestion."""

from __future__ import annotations

import pytest

from engine.address import parse, parse_member
from engine.address.parser import MEMBERS_MAX, PROBLEMS_MAX, TEXT_MAX
from engine.errors import SocketTextError
from engine.subscriptions.fitting import members_of

PLAIN = "udp:, unix:, tcp:, xmlrpc:, rabbitmq:, flatstore:"
ALL = f"{PLAIN}, virtual:"
POLICIES = "PARALLEL, FAILOVER or ROUND-ROBIN"
PARAMS = "exchange=, vhost=, tls_domain= or persistent"
ESCAPES = "in a user or password write / as %2F, : as %3A, @ as %40, a blank as %20"
SEPARATE = "only blanks and tabs separate members"
HOSTS = "for example 127.0.0.1, localhost or [::1]"

BAD: list[tuple[str, list[str]]] = [
    ("", [f"column 1: a socket was expected, found nothing (a socket begins with {ALL})"]),
    ("udp", ["column 4: a colon was expected after udp"]),
    ("udp:", ["column 5: a host and a port were expected, found nothing (for example 127.0.0.1:9000)"]),
    ("udp:127.0.0.1", ["column 14: a colon and a port were expected after the host (for example 127.0.0.1:9000)"]),
    ("udp:127.0.0.1:", ["column 15: a port from 1 to 65535 was expected, found nothing"]),
    ("udp::9101", [f"column 5: a host was expected, found nothing ({HOSTS})"]),
    ("udp:127.0.0.1:0", ["column 15: a port from 1 to 65535 was expected, found '0'"]),
    ("udp:127.0.0.1:65536", ["column 15: a port from 1 to 65535 was expected, found '65536'"]),
    ("udp:127.0.0.1:99999", ["column 15: a port from 1 to 65535 was expected, found '99999'"]),
    ("udp:127.0.0.1:abc", ["column 15: a port from 1 to 65535 was expected, found 'abc'"]),
    ("udp:127.0.0.1:²", ["column 15: a port from 1 to 65535 was expected, found '²'"]),
    ("udp:127.0.0.1:9101x", ["column 15: a port from 1 to 65535 was expected, found '9101x'"]),
    ("udp:127.0.0.1:9101 ", ["column 15: a port from 1 to 65535 was expected, found '9101 ' (remove the blank)"]),
    (" udp:127.0.0.1:9101", ["column 1: a blank stands before the prefix (remove the blank)"]),
    (
        "UDP:127.0.0.1:9101",
        [f"column 1: no transport has the prefix 'UDP:'; known are {ALL} (prefixes are lower case: udp:)"],
    ),
    ("udq:127.0.0.1:9101", [f"column 1: no transport has the prefix 'udq:'; known are {ALL} (did you mean udp:?)"]),
    ("udp://127.0.0.1:9101", ["column 5: a host was expected, found // (this is not a URL: leave the // out)"]),
    (
        "udp:127.0.0.256:1",
        ["column 5: an IPv4 address of four numbers from 0 to 255 was expected, found '127.0.0.256'"],
    ),
    ("udp:127.1:1", ["column 5: an IPv4 address of four numbers from 0 to 255 was expected, found '127.1'"]),
    ("udp:::1:9000", ["column 5: an IPv6 address stands in brackets (write [::1]:9000)"]),
    ("udp:fe80::1:9000", ["column 5: an IPv6 address stands in brackets (write [::1]:9000)"]),
    ("udp:[::1:9000", ["column 5: the bracket of this IPv6 address is not closed (write [::1]:9000)"]),
    ("udp:[::g]:9000", ["column 5: an IPv6 address between the brackets was expected, found '[::g]'"]),
    ("udp:[::1]9000", ["column 10: a colon and a port were expected after the host (for example 127.0.0.1:9000)"]),
    ("udp:[::1]", ["column 10: a colon and a port were expected after the host (for example 127.0.0.1:9000)"]),
    ("udp:[fe80::1%e h]:1", ["column 5: the name of an interface after the % was expected, found '[fe80::1%e h]'"]),
    ("udp:-x:1", ["column 5: a host name or address was expected, found '-x'"]),
    ("udp:ho st:1", ["column 5: a host name or address was expected, found 'ho st' (blanks do not belong in a host)"]),
    ("udp:hôte:1", ["column 5: a host name or address was expected, found 'hôte' (write it in its xn-- form)"]),
    ("udp:a..b:1", ["column 5: a host name or address was expected, found 'a..b'"]),
    ("udp:bob@h:1", ["column 5: a host name or address was expected (only rabbitmq: takes a user)"]),
    ("udp:bob:secret@h:1", ["column 9: a port from 1 to 65535 was expected (only rabbitmq: takes a user)"]),
    ("udp:h:1,udp:h:2", [f"column 7: a port from 1 to 65535 was expected, found '1,udp:h:2' ({SEPARATE})"]),
    ("nosuch:127.0.0.1:9101", [f"column 1: no transport has the prefix 'nosuch:'; known are {ALL}"]),
    (
        "rabitmq:guest:secret@h/q",
        [f"column 1: no transport has the prefix 'rabitmq:'; known are {ALL} (did you mean rabbitmq:?)"],
    ),
    (
        "amqp://guest:secret@h/q",
        [f"column 1: no transport has the prefix 'amqp:'; known are {ALL} (did you mean rabbitmq:?)"],
    ),
    ("http://h:80/x", [f"column 1: no transport has the prefix 'http:'; known are {ALL} (did you mean xmlrpc:?)"]),
    ("jsonrpc:h:1", [f"column 1: no transport has the prefix 'jsonrpc:'; known are {ALL} (did you mean tcp:?)"]),
    ("kafka:h:9092/t", [f"column 1: kafka: is not supported yet; known are {ALL}"]),
    ("sqs:https://sqs.eu/x", [f"column 1: sqs: is not supported yet; known are {ALL}"]),
    ("route:R", [f"column 1: route: is not supported yet; known are {ALL}"]),
    ("127.0.0.1:9101", [f"column 1: a socket begins with the prefix of a transport; known are {ALL}"]),
    ("h/q", [f"column 1: a socket begins with the prefix of a transport; known are {ALL}"]),
    ("secret@h", [f"column 1: a socket begins with the prefix of a transport; known are {ALL}"]),
    ("unix", ["column 5: a colon was expected after unix"]),
    ("unix:", ["column 6: a path was expected, found nothing (for example unix:/run/app.sock)"]),
    ("unix:/" + "x" * 107, ["column 6: the path of a UNIX socket has at most 107 bytes, this one has 108"]),
    ("unix:/a\nb", [f"column 8: a line break is not allowed in a socket ({SEPARATE})"]),
    ("unix:/a\x00b", ["column 8: the character U+0000 is not allowed in a socket"]),
    (
        "unix:/a\tb",
        ["column 8: a tab is not allowed in a socket (tabs and blanks separate members of virtual: sockets)"],
    ),
    ("unix:/\udcff", ["column 7: the character U+DCFF is not allowed in a socket"]),
    ("flatstore:", ["column 11: a path was expected, found nothing (for example flatstore:/var/log/events.log)"]),
    (
        "flatstore:/var/log/",
        ["column 11: the path of a file was expected, found a directory (add the name of the file)"],
    ),
    ("tcp:127.0.0.1", ["column 14: a colon and a port were expected after the host (for example 127.0.0.1:9000)"]),
    ("tcp:127.0.0.1:", ["column 15: a port from 1 to 65535 was expected, found nothing"]),
    ("tcp:127.0.0.1:0", ["column 15: a port from 1 to 65535 was expected, found '0'"]),
    ("tcp:127.0.0.1:abc/m", ["column 15: a port from 1 to 65535 was expected, found 'abc'"]),
    (
        "xmlrpc:127.0.0.1",
        [
            "column 17: a colon and a port were expected after the host (for example 127.0.0.1:9000)",
            "column 17: a colon and a method were expected at the end (for example :notify)",
        ],
    ),
    ("xmlrpc:127.0.0.1:9301", ["column 22: a colon and a method were expected at the end (for example :notify)"]),
    ("xmlrpc:127.0.0.1:9301:", ["column 23: a colon and a method were expected at the end (for example :notify)"]),
    ("xmlrpc:127.0.0.1:0:m", ["column 18: a port from 1 to 65535 was expected, found '0'"]),
    (
        "xmlrpc:h:1/my path:m",
        ["column 14: a path has neither blanks, nor #, nor letters beyond ASCII (write them as %HH, a blank as %20)"],
    ),
    (
        "xmlrpc:h:1/ü:m",
        ["column 12: a path has neither blanks, nor #, nor letters beyond ASCII (write them as %HH, a blank as %20)"],
    ),
    ("xmlrpc:h:1/a", ["column 13: a colon and a method were expected at the end (for example :notify)"]),
    (
        "rabbitmq:",
        [
            f"column 10: a host was expected, found nothing ({HOSTS})",
            "column 10: a / and a routing key were expected after the host (for example 127.0.0.1/queue)",
        ],
    ),
    (
        "rabbitmq:127.0.0.1",
        ["column 19: a / and a routing key were expected after the host (for example 127.0.0.1/queue)"],
    ),
    (
        "rabbitmq:127.0.0.1/",
        ["column 20: a routing key was expected after the / (with the default exchange it names the queue)"],
    ),
    ("rabbitmq:h:/q", ["column 12: a port from 1 to 65535 was expected, found nothing"]),
    ("rabbitmq:guest:guest@127.0.0.1:abc/q", ["column 32: a port from 1 to 65535 was expected"]),
    ("rabbitmq:h:0/q", ["column 12: a port from 1 to 65535 was expected"]),
    (
        "rabbitmq:::1/q",
        ["column 10: more than one colon in host and port (an IPv6 address stands in brackets: [::1]:5672)"],
    ),
    ("rabbitmq:[::1]x/q", ["column 15: a colon and a port, or a /, were expected after the ]"]),
    ("rabbitmq:@h/q", ["column 10: a user was expected before the @ (leave the @ out to log in as guest)"]),
    ("rabbitmq:u:@h/q", ["column 12: a password was expected after the colon, found nothing"]),
    ("rabbitmq:u:a:b@h/q", [f"column 13: more than one colon before the @ ({ESCAPES})"]),
    ("rabbitmq:u:a@b@h/q", [f"column 15: more than one @ ({ESCAPES})"]),
    ("rabbitmq:u:a/b@h/q", [f"column 12: a port from 1 to 65535 was expected ({ESCAPES})"]),
    ("rabbitmq:u:%zz@h/q", ["column 12: two hexadecimal digits were expected after % (write a % itself as %25)"]),
    ("rabbitmq:u:p%@h/q", ["column 13: two hexadecimal digits were expected after % (write a % itself as %25)"]),
    ("rabbitmq:h/%FF", ["column 12: the %HH of this part are not UTF-8 (for example %C3%BC for ü)"]),
    ("rabbitmq:h/a%0Ab", ["column 12: control characters are not allowed, not even as %HH"]),
    ("rabbitmq:guest:•••@h/q", ["column 16: the password is masked here (type the password itself)"]),
    ("rabbitmq:h/foo=bar?q", [f"column 12: unknown parameter; known are {PARAMS} (in a routing key write ? as %3F)"]),
    ("rabbitmq:h/exchang=bar?q", [f"column 12: unknown parameter; known are {PARAMS} (did you mean exchange=?)"]),
    (
        "rabbitmq:h/ex?key",
        [f"column 12: unknown parameter; known are {PARAMS} (did you mean exchange=…? Or write ? as %3F)"],
    ),
    ("rabbitmq:h/?key", ["column 12: parameters were expected before the ? (in a routing key write ? as %3F)"]),
    ("rabbitmq:h/exchange=?k", ["column 21: a value was expected: exchange=…"]),
    ("rabbitmq:h/exchange?k", ["column 20: a value was expected: exchange=…"]),
    ("rabbitmq:h/vhost=?k", ["column 18: a value was expected: vhost=…"]),
    ("rabbitmq:h/persistent=1?k", ["column 23: persistent takes no value (write only persistent)"]),
    ("rabbitmq:h/persistent;persistent?k", ["column 23: persistent is given twice"]),
    (
        "rabbitmq:h/persistent;?k",
        [f"column 23: a parameter was expected between ; and ?: {PARAMS} (in a routing key write ? as %3F)"],
    ),
    ("rabbitmq:h/Persistent?k", [f"column 12: unknown parameter; known are {PARAMS} (did you mean persistent?)"]),
    ("rabbitmq:h/" + "k" * 256, ["column 12: at most 255 bytes fit here, these are 256"]),
    ("rabbitmq:h o/q", ["column 10: a host name or address was expected (blanks do not belong in a host)"]),
    ("virtual", ["column 8: a colon was expected after virtual"]),
    ("virtual:", [f"column 9: a policy was expected: {POLICIES}"]),
    ("virtual: \t", [f"column 11: a policy was expected: {POLICIES}"]),
    (
        "virtual:PARALLEL",
        ["column 17: at least one member was expected after the policy (for example udp:127.0.0.1:9000)"],
    ),
    (
        "virtual:FAILOVER \t",
        ["column 19: at least one member was expected after the policy (for example udp:127.0.0.1:9000)"],
    ),
    ("virtual:parallel udp:a:1 udp:b:2", ["column 9: unknown policy 'parallel' (policies are upper case: PARALLEL)"]),
    ("virtual:Failover udp:a:1", ["column 9: unknown policy 'Failover' (policies are upper case: FAILOVER)"]),
    ("virtual:failoverudp:a:1", ["column 9: unknown policy 'failover' (policies are upper case: FAILOVER)"]),
    (
        "virtual:ROUNDROBIN udp:a:1",
        [f"column 9: unknown policy 'ROUNDROBIN'; policies are {POLICIES} (did you mean ROUND-ROBIN?)"],
    ),
    (
        "virtual:ROUND_ROBIN udp:a:1",
        [f"column 9: unknown policy 'ROUND_ROBIN'; policies are {POLICIES} (did you mean ROUND-ROBIN?)"],
    ),
    ("virtual:RANDOM udp:a:1", [f"column 9: unknown policy 'RANDOM'; policies are {POLICIES}"]),
    ("virtual:udp:a:1 udp:b:2", [f"column 9: a policy was expected before the first member: {POLICIES}"]),
    (
        "virtual:PARALLELX udp:a:1",
        ["column 17: a blank was expected after PARALLEL, found 'X' (members are separated by blanks)"],
    ),
    (
        "virtual:PARALLEL: udp:a:1",
        ["column 17: a blank was expected after PARALLEL, found ':' (members are separated by blanks)"],
    ),
    (
        "virtual:PARALLEL,udp:a:1,udp:b:2",
        ["column 17: a blank was expected after PARALLEL, found ',' (members are separated by blanks)"],
    ),
    ("virtual:PARALLEL\nudp:a:1", [f"column 17: a line break is not allowed in a socket ({SEPARATE})"]),
    ("virtual:PARALLEL udp:a:1\n", [f"member 1, column 25: a line break is not allowed in a socket ({SEPARATE})"]),
    (
        "virtual:PARALLEL udp:a:1\xa0udp:b:2",
        [f"member 1, column 24: a port from 1 to 65535 was expected, found '1\\u00a0udp:b:2' ({SEPARATE})"],
    ),
    (
        "virtual:PARALLEL X udp:a:1",
        [f"member 1, column 18: a socket begins with the prefix of a transport; known are {PLAIN}"],
    ),
    (
        "virtual:PARALLEL FAILOVER udp:a:1",
        ["member 1, column 18: a socket was expected, found the policy FAILOVER (a virtual socket has one policy)"],
    ),
    (
        "virtual:PARALLEL virtual:FAILOVER udp:a:1",
        ["member 1, column 18: a virtual socket cannot be a member (list its members here, or subscribe it alone)"],
    ),
    (
        "virtual:FAILOVERvirtual:PARALLELudp:a:1",
        ["member 1, column 17: a virtual socket cannot be a member (list its members here, or subscribe it alone)"],
    ),
    (
        "virtual:PARALLEL nosuch:1 udp:a:1",
        [f"member 1, column 18: no transport has the prefix 'nosuch:'; known are {PLAIN}"],
    ),
    (
        "virtual:FAILOVER udp:a rabitmq:h/q tcp:b:99999",
        [
            "member 1, column 23: a colon and a port were expected after the host (for example 127.0.0.1:9000)",
            f"member 2, column 24: no transport has the prefix 'rabitmq:'; known are {PLAIN} (did you mean rabbitmq:?)",
            "member 3, column 42: a port from 1 to 65535 was expected, found '99999'",
        ],
    ),
    (
        "Virtual:PARALLEL udp:a:1",
        [f"column 1: no transport has the prefix 'Virtual:'; known are {ALL} (prefixes are lower case: virtual:)"],
    ),
    (
        "virtual:FAILOVER rabbitmq:u:my secret@h/q",
        [
            f"member 1, column 29: a port from 1 to 65535 was expected ({ESCAPES})",
            "member 1, column 31: a / and a routing key were expected after the host (for example 127.0.0.1/queue)",
            f"member 2, column 32: a socket begins with the prefix of a transport; known are {PLAIN}",
        ],
    ),
    (
        "virtual:FAILOVER udp:h:1 udp::0",
        [
            f"member 2, column 30: a host was expected, found nothing ({HOSTS})",
            "member 2, column 31: a port from 1 to 65535 was expected, found '0'",
        ],
    ),
    ("virtual:42 udp:a:1", [f"column 9: unknown policy; policies are {POLICIES}"]),
]


@pytest.mark.parametrize(("text", "problems"), BAD, ids=[ascii(text)[:60] for text, _ in BAD])
def test_bad_text_is_refused_with_every_problem(text: str, problems: list[str]) -> None:
    with pytest.raises(SocketTextError) as caught:
        parse(text)
    assert [str(problem) for problem in caught.value.problems] == problems


def test_member_has_no_blanks() -> None:
    with pytest.raises(SocketTextError, match=r"^column 13: a member has no blanks"):
        parse_member("flatstore:/a b c")


def test_member_is_not_virtual() -> None:
    with pytest.raises(SocketTextError, match=r"^column 1: a virtual socket cannot be a member"):
        parse_member("virtual:FAILOVERudp:a:1")


@pytest.mark.parametrize("read", [parse, parse_member])
def test_too_long_a_text_is_not_looked_at(read: object) -> None:
    assert callable(read)
    with pytest.raises(SocketTextError, match=f"^column {TEXT_MAX + 1}: a socket has at most {TEXT_MAX} characters"):
        read("virtual:PARALLEL " + "udp " * TEXT_MAX)


def test_reading_ends_after_many_problems() -> None:
    with pytest.raises(SocketTextError) as caught:
        parse("virtual:PARALLEL " + "q:1 " * MEMBERS_MAX)
    assert len(caught.value.problems) == PROBLEMS_MAX + 1
    assert caught.value.problems[-1].message == "the rest was not looked at"


def test_a_virtual_socket_with_too_many_members_is_not_read_any_further() -> None:
    assert len(members_of(parse("virtual:PARALLEL" + " udp:h:1" * MEMBERS_MAX))) == MEMBERS_MAX
    with pytest.raises(SocketTextError) as caught:
        parse("virtual:PARALLEL" + " udp:h:1" * MEMBERS_MAX + " udp:h:2" * 100 + " q:1")
    (problem,) = caught.value.problems
    assert problem.message == "a virtual socket has at most 128 members, this one has 229"
    assert problem.column == len("virtual:PARALLEL" + " udp:h:1" * MEMBERS_MAX) + 2


def test_no_bad_text_shows_its_secret() -> None:
    secrets = [(text, problems) for text, problems in BAD if "secret" in text]
    assert len(secrets) >= 4
    assert not any("secret" in problem for _, problems in secrets for problem in problems)
