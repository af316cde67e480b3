"""Passwords do not survive in texts that people read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.address import MASK, RabbitmqAddress, mask_text, parse, printed
from tests.engine.address.strategies import RABBITMQ, TEXTS
from tests.engine.address.test_parser import problems_of

MASKED = [
    ("amqp://guest:secret@h:5672/v", "amqp://guest:•••@h:5672/v"),
    ("cannot reach mysql://user:secret@db/opensips, retrying", "cannot reach mysql://user:•••@db/opensips, retrying"),
    ("http://:secret@h/", "http://:•••@h/"),
    ("rabbitmq:u:secret@h/q", "rabbitmq:u:•••@h/q"),
    ("virtual:FAILOVERrabbitmq:u:secret@h/q udp:a:1", "virtual:FAILOVERrabbitmq:u:•••@h/q udp:a:1"),
    ("PARALLEL rabbitmq:u:secret@h/q rabbitmq:x:secret@i/r", "PARALLEL rabbitmq:u:•••@h/q rabbitmq:x:•••@i/r"),
    ('{"a":"amqp://u:secret@h","b":"sip:alice@example.com"}', '{"a":"amqp://u:•••@h","b":"sip:alice@example.com"}'),
    ("rabitmq:guest:secret@h/q", "rabitmq:guest:•••@h/q"),
    ("RABBITMQ:guest:secret@h/q", "RABBITMQ:guest:•••@h/q"),
    ("virtual:FAILOVERrabitmq:u:secret@h/q", "virtual:FAILOVERrabitmq:u:•••@h/q"),
    ("guest:secret@h/q", "guest:•••@h/q"),
    ("rabbitmq:u:my secret word@h/q", "rabbitmq:u:•••@h/q"),
    ("rabbitmq:u:se\"secret'@h/q", "rabbitmq:u:•••@h/q"),
    ("rabbitmq:u:sec/secret@h/q", "rabbitmq:u:•••@h/q"),
    ("rabbitmq:u:12/secret@h/q", "rabbitmq:u:•••@h/q"),
    ("rabbitmq:u:s:secret@h/q", "rabbitmq:u:•••@h/q"),
    ("rabbitmq:u:s@secret@h/q", "rabbitmq:u:•••@h/q"),
    ("rabbitmq:bob@corp:secret@h/q", "rabbitmq:bob@corp:•••@h/q"),
    ("rabbitmq:u:s@x secret@h/q", "rabbitmq:u:•••@h/q"),
    ("rabbitmq:u:s x@y/z secret@h/q", "rabbitmq:u:•••@h/q"),
    ("rabbitmq:u:secret@h/q refused, mail bob@example.com", "rabbitmq:u:•••@h/q refused, mail bob@example.com"),
    ("rabbitmq:o'neil:secret@h/q", "rabbitmq:o'neil:•••@h/q"),
    ("rabbitmq:':secret@h/q", "rabbitmq:':•••@h/q"),
    ("rabbitmq:guest:secret", "rabbitmq:guest:•••"),
    ("rabbitmq:u:secret\nrabbitmq:v:secret@h/q", "rabbitmq:u:•••\nrabbitmq:v:•••@h/q"),
]  # fmt: skip

UNTOUCHED = [
    "nothing to see here",
    "udp:127.0.0.1:9000",
    "tcp:127.0.0.1:9000/notify@host",
    "rabbitmq:127.0.0.1:5672/q",
    "rabbitmq:bob@127.0.0.1:5672/q",
    "rabbitmq:bob@[::1]:5672/q",
    "rabbitmq:[::1]:5672/exchange=e?q",
    "rabbitmq:u:•••@h:5672/q",
    "virtual:FAILOVER udp:a:1 rabbitmq:h/q flatstore:/x",
    "MI listens on http://127.0.0.1:8888/mi, mail bob@example.com",
    "http://[::1]:8888/mi",
    "sip:alice@example.com called sips:bob@example.com:5061",
    "12:30:15 rabbitmq:h:5672: connection refused",
    "callid 0a1b2c@192.0.2.10",
    "rabbitmq:",
    "",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_password_is_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked
    assert mask_text(masked) == masked


@pytest.mark.parametrize("text", UNTOUCHED)
def test_text_without_password_stays_as_it_is(text: str) -> None:
    assert mask_text(text) == text


def forms_for_people(address: RabbitmqAddress) -> list[str]:
    """Everything that a person could see of an address."""
    saved = printed(address, secrets=True)
    masked = [mask_text(saved), mask_text(f"({saved}) failed, see a@b"), mask_text(f"virtual:FAILOVER udp:a:1 {saved}")]
    return [printed(address), repr(address), str(address), *masked]


@given(RABBITMQ, TEXTS)
def test_nothing_that_a_person_sees_depends_on_the_password(address: RabbitmqAddress, secret: str) -> None:
    forms = forms_for_people(replace(address, password=secret))
    assert forms == forms_for_people(replace(address, password="another"))
    assert all(MASK in form for form in forms if not form.startswith("RabbitmqAddress("))


SECRETS = st.from_regex(r"ZQ[!-~ü€ ]{0,12}QZ", fullmatch=True)
"""Passwords that are recognised wherever they show."""


@given(SECRETS.filter(lambda secret: "@" not in secret and "://" not in secret))
def test_a_raw_password_shows_neither_masked_nor_in_a_problem(secret: str) -> None:
    for text in (f"rabbitmq:user:{secret}@host/key", f"virtual:FAILOVER udp:a:1 rabbitmq:user:{secret}@host/key"):
        assert "ZQ" not in mask_text(text)
        assert "QZ" not in mask_text(text)
        problems = " ".join(map(str, problems_of(parse, text)))
        assert "ZQ" not in problems
        assert "QZ" not in problems


@given(st.text(st.sampled_from("aZ09:@/ \n\"'[].,rabbitmq%•"), max_size=60))
def test_masking_ends_where_it_began(text: str) -> None:
    masked = mask_text(text)
    assert mask_text(masked) == masked
    assert len(masked.splitlines()) == len(text.splitlines())
