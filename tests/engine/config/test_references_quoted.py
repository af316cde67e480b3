"""References put into sockets: as they are where that is asked, and what is told of them where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.address import RabbitmqAddress, parse
from engine.config import check_config
from engine.config.checker import CheckResult
from engine.config.references import BadReferenceError, References

PASSWORDS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), min_size=1)


def references(**environment: str) -> References:
    return References(environment, Path())


def checked(folder: Path, password: str, reference: str) -> CheckResult:
    file = folder / "a.yaml"
    file.write_text(f"events: [E_A]\nsubscriptions: [{{event: E_A, socket: 'rabbitmq:word:{reference}@h/q'}}]\n")
    return check_config(file, {"PW": password})


def password_of(result: CheckResult) -> str | None:
    assert result.settings is not None, result.problems
    address = parse(result.settings.subscriptions[0].socket_text)
    assert isinstance(address, RabbitmqAddress)
    return address.password


@given(password=PASSWORDS)
def test_a_quoted_value_is_had_as_it_is(tmp_path_factory: pytest.TempPathFactory, password: str) -> None:
    result = checked(tmp_path_factory.getbasetemp(), password, "${PW|quote}")
    assert password_of(result) == password
    assert result.warnings == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("${A|quote}", "a%40b"), ("x${NONE:-/|quote}y", "x%2Fy"), ("${A}", "a@b"), ("$${A|quote}", "${A|quote}")],
)
def test_what_is_put_in(text: str, expected: str) -> None:
    assert references(A="a@b").expand(text).text == expected


def test_a_file_can_be_quoted(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("a/b\n")
    assert References({}, tmp_path).expand("${file:pw|quote}").text == "a%2Fb"


def test_a_missing_variable_is_named_without_its_suffix() -> None:
    with pytest.raises(BadReferenceError, match=r"variable PW, found it not set; \$\{PW:-default\}"):
        references().expand("${PW|quote}")


def test_a_value_that_breaks_a_socket_is_not_shown_but_its_signs_are(tmp_path: Path) -> None:
    (problem,) = checked(tmp_path, "pa@ss:w/rd", "${PW}").problems
    assert problem.message.endswith(
        "what a reference put in holds @, :, /, which a socket reads as its own: "
        "write ${NAME|quote} to have the value taken as it is"
    )
    assert "ss" not in problem.message.replace("as its own", "")


def test_a_value_that_reads_as_a_code_is_warned_of(tmp_path: Path) -> None:
    result = checked(tmp_path, "100%41x", "${PW}")
    assert password_of(result) == "100Ax"
    (warning,) = result.warnings
    assert "${NAME|quote}" in warning.message
    assert "100" not in warning.message
