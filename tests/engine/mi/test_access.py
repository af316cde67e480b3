from __future__ import annotations

import pytest

from engine.errors import CommandError, SwitchboardError
from engine.mi.access import check_content_type, check_origin, host_name, listen_address

KNOWN = ("10.0.0.5", "mi.example.org", "lab:8443")


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:8888", ("127.0.0.1", 8888)), ("[::1]:0", ("::1", 0)), ("localhost:65535", ("localhost", 65535))],
)
def test_listen_addresses(text: str, address: tuple[str, int]) -> None:
    assert listen_address(text) == address


@pytest.mark.parametrize("text", ["", "8888", ":8888", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "h:-1", "h:²"])
def test_what_is_no_listen_address(text: str) -> None:
    with pytest.raises(SwitchboardError, match=r"mi\.http: expected HOST:PORT"):
        listen_address(text)


@pytest.mark.parametrize(
    ("authority", "host"),
    [("LocalHost:8888", "localhost"), ("[::1]:8888", "::1"), ("[::1]", "::1"), ("10.0.0.5", "10.0.0.5"), ("", "")],
)
def test_the_host_of_an_authority(authority: str, host: str) -> None:
    assert host_name(authority) == host


@pytest.mark.parametrize(
    "host", ["localhost:8888", "127.0.0.1", "[::1]:1", "10.0.0.5:80", "MI.example.org", "lab:8443"]
)
def test_known_hosts_pass(host: str) -> None:
    check_origin(host, None, KNOWN)
    check_origin(host, f"http://{host.lower()}", KNOWN)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8888", "localhost.evil.example", "", "[::2]", "lab:1"])
def test_unknown_hosts_are_refused(host: str) -> None:
    with pytest.raises(CommandError) as caught:
        check_origin(host, None, KNOWN)
    assert caught.value.code == 403
    assert "mi.allowed_hosts" in str(caught.value)


def test_a_request_without_host_is_refused() -> None:
    with pytest.raises(CommandError, match="Host"):
        check_origin("", None, KNOWN)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://localhost:3000", "http://localhost"])
def test_foreign_origins_are_refused(origin: str) -> None:
    with pytest.raises(CommandError) as caught:
        check_origin("localhost:8888", origin, ())
    assert caught.value.code == 403
    assert "foreign" in str(caught.value)


@pytest.mark.parametrize(
    "given", ["application/json", "Application/JSON; charset=utf-8", "text/json", "application/json-rpc"]
)
def test_json_types_pass(given: str) -> None:
    check_content_type(given)


@pytest.mark.parametrize(
    "given", [None, "", "text/plain", "text/xml", "application/x-www-form-urlencoded", "x;application/json"]
)
def test_other_types_are_refused(given: str | None) -> None:
    with pytest.raises(CommandError) as caught:
        check_content_type(given)
    assert caught.value.code == 415
