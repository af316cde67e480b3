from __future__ import annotations

import pytest

from engine.address.reach import allows_host, rule_of, rule_text, rules_of

DEFAULT = ("caller", "private")


@pytest.mark.parametrize(
    ("rules", "caller", "host", "port"),
    [
        (DEFAULT, "127.0.0.1", "127.0.0.1", 9000),
        (DEFAULT, "127.0.0.1", "127.5.6.7", 9000),
        (DEFAULT, "127.0.0.1", "localhost", 9000),
        (DEFAULT, "127.0.0.1", "LOCALHOST.", 9000),
        (DEFAULT, "::1", "127.0.0.1", 9000),
        (DEFAULT, "::ffff:127.0.0.1", "::1", 9000),
        (DEFAULT, "198.51.100.7", "198.51.100.7", 9000),
        (DEFAULT, "198.51.100.7", "::ffff:198.51.100.7", 9000),
        (DEFAULT, "2001:db8::1", "2001:DB8:0::1", 9000),
        (DEFAULT, "198.51.100.7", "10.1.2.3", 9000),
        (DEFAULT, None, "172.31.255.255", 9000),
        (DEFAULT, None, "fd00::5", 9000),
        (("any",), None, "203.0.113.9", 1),
        (("any",), None, "anything.example", 65535),
        (("*:5672",), None, "203.0.113.9", 5672),
        (("loopback",), None, "::1", 9000),
        (("198.51.100.7",), None, "198.51.100.7", 9000),
        (("198.51.100.0/24:9000-9010",), None, "198.51.100.200", 9010),
        (("[2001:db8::/32]:9000",), None, "2001:db8:5::1", 9000),
        (("2001:db8::/32",), None, "2001:db8:5::1", 9000),
        (("[::ffff:198.51.100.0]:9000",), None, "198.51.100.0", 9000),
        (("::ffff:198.51.100.0/120",), None, "::ffff:198.51.100.7", 9000),
        (("::/0",), None, "2001:db8::1", 9000),
        (("fe80::/10",), None, "fe80::1%eth0", 9000),
        (("*.example.org",), None, "mq.EXAMPLE.org", 5672),
        (("mq.example.org:5672",), None, "mq.example.org.", 5672),
        (("203.0.113.1", "mq-*:5672"), None, "mq-7", 5672),
    ],
)
def test_what_a_rule_allows(rules: tuple[str, ...], caller: str | None, host: str, port: int) -> None:
    assert allows_host(rules_of(rules), host, port, caller)


@pytest.mark.parametrize(
    ("rules", "caller", "host", "port"),
    [
        ((), "127.0.0.1", "127.0.0.1", 9000),
        (DEFAULT, None, "127.0.0.1", 9000),
        (DEFAULT, "198.51.100.7", "127.0.0.1", 9000),
        (DEFAULT, "198.51.100.7", "localhost", 9000),
        (DEFAULT, "198.51.100.7", "::ffff:127.0.0.1", 9000),
        (DEFAULT, "198.51.100.7", "198.51.100.8", 9000),
        (DEFAULT, "127.0.0.1", "203.0.113.9", 9000),
        (DEFAULT, "127.0.0.1", "169.254.169.254", 80),
        (DEFAULT, "127.0.0.1", "0.0.0.0", 9000),
        (DEFAULT, "127.0.0.1", "::", 9000),
        (DEFAULT, "127.0.0.1", "mq.example.org", 9000),
        (DEFAULT, "no address", "127.0.0.1", 9000),
        (("198.51.100.0/24:9000-9010",), None, "198.51.100.200", 9011),
        (("198.51.100.0/24",), None, "2001:db8::1", 9000),
        (("::ffff:198.51.100.0/120",), None, "198.51.101.7", 9000),
        (("*.example.org",), None, "example.org", 9000),
        (("*.example.org",), None, "mq.example.org.evil.example", 9000),
        (("*.example.org",), None, "203.0.113.9", 9000),
        (("caller.example.org",), "127.0.0.1", "127.0.0.1", 9000),
        (("loopback:9000",), None, "127.0.0.1", 9001),
        (("/run/*",), None, "127.0.0.1", 9000),
    ],
)
def test_what_no_rule_allows(rules: tuple[str, ...], caller: str | None, host: str, port: int) -> None:
    assert not allows_host(rules_of(rules), host, port, caller)


@pytest.mark.parametrize(
    ("rule", "path", "is_allowed"),
    [
        ("/run/billing/in.sock", "/run/billing/in.sock", True),
        ("/run/billing/*.sock", "/run/billing/in.sock", True),
        ("/run/*/in.sock", "/run/billing/in.sock", True),
        ("/run/billing[1]/in?.sock", "/run/billing[1]/in?.sock", True),
        ("/run/billing[1]/*", "/run/billing1/in.sock", False),
        ("/run/in?.sock", "/run/ins.sock", False),
        ("/run/billing/", "/run/billing/deep/in.sock", True),
        ("any", "/anywhere", True),
        ("/run/billing/*.sock", "/run/billing/deep/in.sock", False),
        ("/run/billing/", "/run/billing-too/in.sock", False),
        ("/run/billing", "/run/billing/in.sock", False),
        ("*", "/run/billing/in.sock", False),
        ("private", "/run/billing/in.sock", False),
    ],
)
def test_paths_of_unix_sockets(rule: str, path: str, is_allowed: bool) -> None:
    assert rule_of(rule).has_path(path) is is_allowed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a network, a host name"),
        ("10.*", "10.0.0.0/8"),
        ("10.0.0.0/33", "a network, a host name"),
        ("300.1.2.3", "an address or a network"),
        ("host:0", "from 1 to 65535"),
        ("host:9-8", "from 1 to 65535"),
        ("host:x", "from 1 to 65535"),
        ("[::1", "in brackets"),
        ("[::1]9000", "in brackets"),
        ("udp:127.0.0.1:9000", "a network, a host name"),
        ("a b", "a network, a host name"),
    ],
)
def test_what_is_no_rule(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rule_of(text)


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", 9000), ("::1", 9000), ("::ffff:198.51.100.7", 9000), ("mq.example.org", 5672)]
)
def test_the_rule_for_one_place_allows_it_and_no_other_port(host: str, port: int) -> None:
    rules = rules_of((rule_text(host, port),))
    assert allows_host(rules, host, port, None)
    assert not allows_host(rules, host, port + 1, None)
