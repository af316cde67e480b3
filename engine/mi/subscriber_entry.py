"""A subscription as `subscribers_list` shows it. Pure."""

from __future__ import annotations

import math
from typing import Any

from engine.subscriptions.table import Subscription


def subscriber_entry(subscription: Subscription, now: float) -> dict[str, Any]:
    """Socket in normal form with its secrets masked, expiry in seconds, and what is left of it.

    As in docs/event-interface.md, 4.1. `now` is monotonic seconds. Seconds are rounded up, so that a subscription
    with time left never shows 0.
    """
    socket = subscription.socket
    if subscription.expire_s is None or subscription.expires_at is None:
        return {"socket": socket, "expire": "never"}
    left = math.ceil(round(subscription.expires_at - now, 3))  # sums of floats are a hair off
    return {"socket": socket, "expire": math.ceil(subscription.expire_s), "ttl": left if left > 0 else "expired"}
