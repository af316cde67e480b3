"""Sockets in a configuration: each problem at its own column of the file, without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.address import Address, UdpAddress, VirtualAddress
from engine.config.document import Entries, Scalar, read_document
from engine.config.findings import Findings, Mark
from engine.config.references import References
from engine.config.sockets import read_member, read_socket, without_values

ENVIRONMENT = {"PW": "s3cret", "HOST": "example.org", "TOKEN": "to'ken"}


def read(text: str, *, is_member: bool = False) -> tuple[Address | None, list[str]]:
    findings = Findings("a.yaml")
    root = read_document(f"socket: {text}", References(ENVIRONMENT, Path("/")), findings)
    assert isinstance(root, Entries)
    node = root.entries["socket"]
    assert isinstance(node, Scalar)
    address = (read_member if is_member else read_socket)(node, ("socket",), findings)
    return address, [str(one).removeprefix("a.yaml:") for one in findings.problems()]


def test_good_ones_are_read() -> None:
    assert read("udp:${HOST}:9") == (UdpAddress("example.org", 9), [])
    virtual, problems = read("virtual:FAILOVER udp:a:1 udp:b:2")
    assert isinstance(virtual, VirtualAddress)
    assert problems == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("udp:h:0", "1:15: "),
        ("'udp:h:0'", "1:16: "),
        ("virtual:PARALLEL udp:a:1 udp:b:0", "1:40: socket: member 2: "),
        (">\n  udp:h:0", "1:9: socket: column 7 of the socket: "),
    ],
)
def test_a_problem_stands_at_its_own_column_of_the_file(text: str, place: str) -> None:
    address, (problem,) = read(text)
    assert address is None
    assert problem.startswith(place)


def test_a_virtual_one_is_no_member() -> None:
    address, problems = read("virtual:FAILOVER udp:a:1", is_member=True)
    assert address is None
    assert problems


@pytest.mark.parametrize("text", ["rabbitmq:me:${PW}@h:0/q", "udp:h:${PW}", "udp:${PW}", "x${PW}", "udp:h:${TOKEN}"])
def test_what_a_reference_put_in_is_not_repeated(text: str) -> None:
    _, problems = read(text)
    assert problems
    assert not any(secret in problem for problem in problems for secret in ("s3cret", "ken"))


def test_what_is_broken_already_is_not_read_again() -> None:
    findings = Findings("a.yaml")
    findings.add(Mark(1, 1), ("socket",), "no text")
    root = read_document("socket: udp:h:0", References({}, Path("/")), findings)
    assert isinstance(root, Entries)
    node = root.entries["socket"]
    assert isinstance(node, Scalar)
    assert read_socket(node, ("socket",), findings) is None
    assert len(findings.problems()) == 1


def test_values_are_taken_out_of_a_text_where_they_are_long_enough_to_be_secrets() -> None:
    assert without_values("a s3cret, no", ("s3cret", "no")) == "a •••, no"
