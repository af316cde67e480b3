"""Members whose password is masked."""

from __future__ import annotations

import pytest

from engine.address import MASK, RabbitmqAddress, parse_member, read_masked
from engine.address.masked_member import has_mask, parse_masked, without_mask
from engine.errors import SocketTextError

KNOWN = (parse_member("udp:127.0.0.1:9"), parse_member("rabbitmq:u:hunter2@h/q"))


def test_the_mask_stands_for_the_password_of_the_same_login() -> None:
    read = read_masked(f"rabbitmq:u:{MASK}@h/exchange=e?other", KNOWN)
    assert isinstance(read, RabbitmqAddress)
    assert (read.password, read.exchange, read.routing_key) == ("hunter2", "e", "other")


@pytest.mark.parametrize("text", [f"rabbitmq:v:{MASK}@h/q", f"rabbitmq:u:{MASK}@other/q", f"rabbitmq:u:{MASK}@h:1/q"])
def test_a_password_is_never_used_at_another_host_or_for_another_user(text: str) -> None:
    with pytest.raises(SocketTextError) as caught:
        read_masked(text, KNOWN)
    assert [problem.column for problem in caught.value.problems] == [text.index(MASK) + 1]


@pytest.mark.parametrize("text", [f"rabbitmq:a{MASK}b:pw@h/q", f"rabbitmq:u:{MASK}x@h/q"])
def test_a_mask_that_is_only_a_part_is_refused(text: str) -> None:
    with pytest.raises(SocketTextError):
        read_masked(text, KNOWN)


def test_the_sign_of_the_mask_may_stand_where_no_password_does() -> None:
    assert not has_mask(f"rabbitmq:u:xxx@h/{MASK}")
    assert parse_masked(f"rabbitmq:u:xxx@h/{MASK}") == RabbitmqAddress("h", MASK, user="u", password="xxx")
    assert without_mask(f"unix:/run/{MASK}") == f"unix:/run/{MASK}"
