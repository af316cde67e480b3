"""Passwords that are filled in do not stand on the screen, and reach the engine."""

from __future__ import annotations

from tui.model.typed_passwords import TypedPasswords

SECRET, MASKED = "rabbitmq:u:p%40ss@h:5672/q", "rabbitmq:u:•••@h:5672/q"


def test_a_password_is_hidden_and_comes_back() -> None:
    passwords = TypedPasswords()
    assert passwords.hide(SECRET) == MASKED
    assert passwords.reveal(MASKED) == SECRET
    assert passwords.reveal(f"virtual:FAILOVER udp:a:1  {MASKED} x") == f"virtual:FAILOVER udp:a:1  {SECRET} x"


def test_it_comes_back_for_the_same_login_alone() -> None:
    passwords = TypedPasswords()
    passwords.hide(SECRET)
    assert passwords.reveal("rabbitmq:u:•••@h:5672/other") == "rabbitmq:u:p%40ss@h:5672/other"
    for elsewhere in ("rabbitmq:u:•••@other/q", "rabbitmq:v:•••@h/q", "rabbitmq:u:•••@h:1/q", "rabbitmq:u:•••"):
        assert passwords.reveal(elsewhere) == elsewhere


def test_the_last_one_that_was_typed_counts() -> None:
    passwords = TypedPasswords()
    passwords.hide(SECRET)
    passwords.hide("rabbitmq:u:new@h/q")
    assert passwords.reveal(MASKED) == "rabbitmq:u:new@h:5672/q"


def test_what_is_checked_has_its_columns_and_no_password() -> None:
    passwords = TypedPasswords()
    passwords.hide(SECRET)
    text = f"virtual:FAILOVER {MASKED} udp:x"
    checked = passwords.checkable(text)
    assert checked.index("udp:x") == text.index("udp:x")
    assert "p%40ss" not in checked
    assert "•••" not in checked
    unknown = "rabbitmq:v:•••@h/q"
    assert passwords.checkable(unknown) == unknown


def test_other_texts_stay_as_they_are() -> None:
    passwords = TypedPasswords()
    for text in ("", "udp:a:1", "udp:", "rabbitmq:h/q", MASKED):
        assert passwords.hide(text) == passwords.reveal(text) == text
