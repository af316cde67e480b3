"""Answers to XML-RPC calls, good and bad."""

from __future__ import annotations

import xmlrpc.client

import pytest

from engine.transports.xmlrpc.method_response import TEXT_MAX, NotXmlRpcError, fault_of


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


def test_a_fault_of_any_length_and_with_namespaces_is_shown() -> None:
    for kind in ("i8", "ex:i8", "i2", "biginteger", "double"):
        body = written(4, "no").replace(b"<int>4</int>", f"<{kind}>4</{kind}>".encode())
        assert f"<{kind}>".encode() in body
        assert fault_of(body) == "fault 4: no"


def test_a_struct_within_a_fault_takes_nothing_away() -> None:
    data = b"<member><name>data</name><value><struct><member><name>x</name><value>y</value></member></struct></value>"
    body = written(4, "no").replace(b"<member>", data + b"</member><member>", 1)
    assert fault_of(body) == "fault 4: no"


OK = "<methodResponse><params><param><value>gr\u00fcn</value></param></params></methodResponse>"
NO = written(4, "gr\u00fcn").decode().partition("?>")[2]


@pytest.mark.parametrize(
    ("declared", "charset", "encoding"),
    [
        ("utf8", None, "utf-8"),
        ("UTF8", "utf-8", "utf-8"),
        ("latin1", None, "latin-1"),
        ("windows-1252", None, "cp1252"),
        (None, "iso-8859-1", "latin-1"),
        (None, "utf8", "utf-8"),
        ("shift_jis", None, "ascii"),
        ("UTF-16", "utf-16", "utf-16"),
        (None, "utf-16le", "utf-16-le"),
        ("utf-8", None, "utf-8-sig"),
        ("utf8", None, "utf-8-sig"),
    ],
)
def test_the_encoding_makes_no_failure_of_what_was_taken(
    declared: str | None, charset: str | None, encoding: str
) -> None:
    head = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    assert fault_of((head + OK).encode(encoding, "xmlcharrefreplace"), charset) is None
    assert fault_of((head + NO).encode(encoding, "xmlcharrefreplace"), charset) == "fault 4: gr\u00fcn"


@pytest.mark.parametrize(
    ("declared", "charset"), [("utf-8", None), ("nonsense", None), ("nonsense", "rubbish"), ("utf-8", "us-ascii")]
)
def test_an_encoding_that_is_wrong_or_unknown_takes_the_words_alone(declared: str, charset: str | None) -> None:
    head = f"<?xml version='1.0' encoding='{declared}'?>"
    assert fault_of((head + OK).encode("latin-1"), charset) is None
    assert fault_of((head + NO).encode("latin-1"), charset) == "fault 4: gr\ufffdn"


@pytest.mark.parametrize("before", [b"\r\n", b"\n\n  "])
def test_empty_lines_before_the_declaration_and_behind_the_answer_are_passed_over(before: bytes) -> None:
    assert fault_of(before + written(4, "no") + b"\r\n \n") == "fault 4: no"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"OK", "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (b"<methodResponse>", "not XML"),
        (b"<html><body>Welcome</body></html>", "<html> instead of <methodResponse>"),
        (b"<!DOCTYPE methodResponse [<!ENTITY a 'b'>]><methodResponse>&a;</methodResponse>", "document type"),
    ],
)
def test_what_is_no_answer_is_told_apart(body: bytes, words: str) -> None:
    with pytest.raises(NotXmlRpcError, match=words):
        fault_of(body)
