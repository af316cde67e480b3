from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.address import parse, printed
from engine.mi.subscriber_entry import subscriber_entry


def entry(expire_s: float | None, expires_at: float | None, now: float) -> dict[str, Any]:
    """What is listed of a subscription of which only address and expiry matter."""
    subscription: Any = SimpleNamespace(
        socket=printed(parse("rabbitmq:user:hunter2@127.0.0.1/q")), expire_s=expire_s, expires_at=expires_at
    )
    return subscriber_entry(subscription, now)


def test_the_password_is_masked_and_the_rest_is_whole() -> None:
    assert entry(None, None, 0.0) == {"socket": "rabbitmq:user:•••@127.0.0.1:5672/q", "expire": "never"}


@pytest.mark.parametrize(
    ("now", "ttl"), [(0.0, 60), (0.001, 60), (0.999, 60), (1.0, 59), (59.5, 1), (60.0, "expired"), (61.0, "expired")]
)
def test_the_time_left_is_in_whole_seconds_rounded_up(now: float, ttl: int | str) -> None:
    listed = entry(60, 60.0, now)
    assert (listed["expire"], listed["ttl"]) == (60, ttl)


def test_fractions_of_seconds_and_of_floats() -> None:
    assert entry(1.5, 1.5, 0.0)["expire"] == 2
    assert entry(3600, 1002.1 + 3600, 1002.1)["ttl"] == 3600
