"""What a configuration means as a whole: what one value alone cannot get wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.address import MEMBERS_MAX
from engine.config.document import read_document
from engine.config.findings import Findings
from engine.config.meaning import Meaning
from engine.config.references import References

TWO = "members: ['udp:h:1', 'udp:h:2']"


def meaning(text: str) -> tuple[Meaning, list[str], list[str]]:
    """The check, its problems and its warnings."""
    findings = Findings("a.yaml")
    root = read_document(text, References({"PW": "s3cret"}, Path("/")), findings)
    assert root is not None
    made = Meaning(root, findings)
    made.check()
    problems, warnings = ([str(one).removeprefix("a.yaml:") for one in found] for found in
                          (findings.problems(), findings.warnings()))  # fmt: skip
    return made, problems, warnings


def subscription(*entries: str) -> str:
    return "subscriptions:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("event: E_ACC_CDR", "2:5: subscriptions[1]: expected socket, or policy and members; found neither"),
        ("event: E_ACC_CDR, policy: FAILOVER", "2:24: subscriptions[1]: expected members beside policy, found none"),
        (f"event: E_ACC_CDR, {TWO}", "2:24: subscriptions[1]: expected policy beside members, found none"),
        (f"event: E_ACC_CDR, socket: 'udp:h:1', {TWO}", "2:43: subscriptions[1].members: expected either socket, or"),
        ("event: E_ACC_CDR, policy: FAILOVER, members: []", "subscriptions[1].members: expected at least one member"),
        ("event: E_ACC_CDX, socket: 'udp:h:1'", "expected a known event, found 'E_ACC_CDX'; did you mean E_ACC_CDR?"),
        ("event: E_ACC_CDR, socket: 'udp:h:0'", "2:39: subscriptions[1].socket: "),
    ],
)
def test_a_subscription_has_one_form_and_a_known_event(entry: str, problem: str) -> None:
    _, problems, _ = meaning(subscription(entry))
    assert len(problems) == 1
    assert problem in problems[0]


def test_the_same_subscription_stands_there_once_however_it_is_written() -> None:
    same = [
        f"event: E_ACC_CDR, policy: PARALLEL, {TWO}",
        "event: E_ACC_CDR, socket: 'virtual:PARALLEL udp:h:2 udp:h:1'",
    ]
    _, problems, _ = meaning(subscription(*same))
    assert problems == ["3:5: subscriptions[2]: expected each subscription once, found the one of line 2 again"]
    other = [one.replace("PARALLEL", "FAILOVER") for one in same]
    assert meaning(subscription(*other))[1] == [], "under FAILOVER the order matters"


def test_events_of_ones_own_are_known() -> None:
    assert meaning("events: [E_MINE]\n" + subscription("event: E_MINE, socket: 'udp:h:1'"))[1] == []


def test_members_are_told_with_their_places_and_whether_they_fail_over() -> None:
    text = subscription(
        f"event: E_ACC_CDR, policy: FAILOVER, {TWO}",
        "event: E_PIKE_BLOCKED, socket: 'virtual:PARALLEL udp:h:3'",
        "event: E_UL_AOR_INSERT, socket: 'udp:h:4'",
    )
    made, problems, _ = meaning(text)
    assert problems == []
    assert [(one.path, one.is_in_failover) for one in made.members] == [
        (("subscriptions", 0, "members", 0), True),
        (("subscriptions", 0, "members", 1), True),
        (("subscriptions", 1, "socket"), False),
        (("subscriptions", 2, "socket"), False),
    ]


def test_more_members_than_there_may_be_are_told_once() -> None:
    many = ", ".join(f"'udp:h:{port}'" for port in range(1, MEMBERS_MAX + 2))
    _, problems, _ = meaning(subscription(f"event: E_ACC_CDR, policy: PARALLEL, members: [{many}]"))
    assert len(problems) == 1
    assert str(MEMBERS_MAX) in problems[0]


@pytest.mark.parametrize(
    ("domains", "words"),
    [("{mq: {}}", None), ("{mqx: {}}", "found 'mq'; did you mean mqx?"), ("{}", "found 'mq'")],
)
def test_a_tls_domain_stands_under_the_transport(domains: str, words: str | None) -> None:
    text = subscription("event: E_ACC_CDR, socket: 'rabbitmq:h/tls_domain=mq?k'")
    _, problems, _ = meaning(f"{text}transports: {{rabbitmq: {{tls_domains: {domains}}}}}\n")
    assert (not problems) if words is None else problems[0].endswith(words)


@pytest.mark.parametrize(
    ("http", "is_problem", "is_warning"),
    [
        ("127.0.0.1:8888", False, False),
        ("localhost:0", False, False),
        ("'[::1]:8888'", False, False),
        ("0.0.0.0:8888", False, True),
        ("127.evil:80", False, True),
        ("8888", False, False),
        ("'8888'", True, False),
        ("'::1:8888'", True, False),
        ("127.0.0.1:65536", True, False),
        ("http://127.0.0.1:80", True, False),
        ("127.0.0.1:٣", True, False),
    ],
)
def test_mi_is_a_host_and_a_port_and_better_on_this_machine(http: str, is_problem: bool, is_warning: bool) -> None:
    _, problems, warnings = meaning(f"mi: {{http: {http}}}\n")
    assert (bool(problems), bool(warnings)) == (is_problem, is_warning)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("mi: {flatstore_roots: [/a, b]}", "1:28: mi.flatstore_roots[2]: expected an absolute path, found 'b'"),
        ("mi: {targets: [any, 'h:x']}", "1:21: mi.targets[2]: expected "),
        (
            "lab: {receivers: [{name: a, socket: 'flatstore:/x'}]}",
            "lab.receivers[1].socket: expected a socket",
        ),
        ("lab: {receivers: [{name: a, socket: 'udp:h:1'}, {name: a, socket: 'udp:h:2'}]}", "expected each name once"),
        ("lab: {generator: {events: []}}", "lab.generator.events: expected at least one event"),
        ("lab: {generator: {events: [E_NONE_SUCH_EVENT]}}", "lab.generator.events[1]: expected a known event"),
    ],
)
def test_the_rest_has_its_rules_too(text: str, place: str) -> None:
    _, problems, _ = meaning(f"{text}\n")
    assert len(problems) == 1
    assert place in problems[0]
