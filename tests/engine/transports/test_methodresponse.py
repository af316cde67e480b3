"""Answers to XML-RPC calls, good and bad."""

from __future__ import annotations

import xmlrpc.client

import pytest

from engine.transports.methodresponse import TEXT_MAX, NotXmlRpcError, fault_of


def written(code: object, text: object) -> bytes:
    """A fault as Python's own library writes it."""
    return xmlrpc.client.dumps(xmlrpc.client.Fault(code, text), methodresponse=True).encode()  # type: ignore[arg-type]


def test_an_answer_without_a_fault_has_none() -> None:
    assert fault_of(xmlrpc.client.dumps((["ok", 5, {"fault": "faultCode"}],), methodresponse=True).encode()) is None


def test_a_fault_is_told_in_words() -> None:
    assert fault_of(written(4, "too many parameters")) == "fault 4: too many parameters"


def test_a_value_without_a_type_is_a_string() -> None:
    body = (
        b"<methodResponse>\n <fault>\n <value> <struct>\n"
        b"<member><name> faultCode </name><value><i4> -7 </i4></value></member>\n"
        b"<member><name>faultString</name><value>no &lt;way&gt;</value></member>\n"
        b"</struct> </value>\n </fault></methodResponse>"
    )
    assert fault_of(body) == "fault -7: no <way>"


def test_a_fault_without_members_is_still_one() -> None:
    assert fault_of(b"<methodResponse><fault/></methodResponse>") == "fault"
    assert fault_of(written("", "")) == "fault"


def test_a_fault_is_shown_on_one_line_and_not_too_long() -> None:
    words = fault_of(written(1, "a\n\tb\u202e" + "x" * 1000))
    assert words is not None
    assert words.startswith("fault 1: a b�xxx")
    assert len(words) == len("fault 1: ") + TEXT_MAX


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"OK", "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (b"<methodResponse>", "not XML"),
        (b"<?xml version='1.0' encoding='nonsense'?><methodResponse/>", "not XML"),
        (b"<html><body>Welcome</body></html>", "<html> instead of <methodResponse>"),
        (b"<!DOCTYPE methodResponse [<!ENTITY a 'b'>]><methodResponse>&a;</methodResponse>", "document type"),
    ],
)
def test_what_is_no_answer_is_told_apart(body: bytes, words: str) -> None:
    with pytest.raises(NotXmlRpcError, match=words):
        fault_of(body)
