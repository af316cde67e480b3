"""A subscription that the configuration has, and that MI asks for as well: neither ends what the other wants."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.config.model import MiSettings, Settings, SubscriptionSettings
from engine.errors import CommandError, SwitchboardError
from engine.subscriptions.table import Subscription
from tests.engine.mi.conftest import Mi

SOCKET = "udp:127.0.0.1:9101"
OTHER = "udp:127.0.0.1:9102"


def settings(expire: float | None = None, *sockets: str) -> Settings:
    return Settings(
        events=("E_A",),
        stop_timeout=0.1,
        subscriptions=tuple(
            SubscriptionSettings(event="E_A", socket=socket, expire=expire) for socket in sockets or (SOCKET,)
        ),
    )


EMPTY = Settings(events=("E_A",), stop_timeout=0.1)


@pytest.fixture
async def configured(request: pytest.FixtureRequest) -> AsyncIterator[Mi]:
    """An engine whose configuration has the subscription; for ever, or for the seconds that the test is given."""
    mi = Mi(settings(getattr(request, "param", None)), MiSettings())
    await mi.engine.start()
    yield mi
    await mi.engine.stop()


def only(mi: Mi) -> Subscription:
    (found,) = mi.engine.table
    return found


async def row(mi: Mi) -> dict[str, Any]:
    (found,) = (await mi("sb:status"))["subscriptions"]
    return dict(found)


@pytest.mark.parametrize("expire", [(), (2,), (3600,)])
async def test_a_configured_subscription_outlives_what_mi_asks(configured: Mi, expire: tuple[int, ...]) -> None:
    mi = configured
    assert await mi("event_subscribe", "E_A", SOCKET, *expire) == "OK"
    asked = expire[0] if expire else 3600
    shown = await row(mi)
    assert (shown["is_configured"], shown["expires_at"], shown["asked_until"]) == (True, None, mi.clock.now() + asked)
    assert (await mi("subscribers_list", "E_A", SOCKET))["Event"]["Subscriber"] == {"socket": SOCKET, "expire": "never"}
    mi.clock.advance(2 * asked)
    assert await mi("raise_event", "E_A") == "OK"
    assert only(mi).expires_at is None


async def test_taken_out_of_the_configuration_it_lasts_as_long_as_mi_asked(
    configured: Mi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    mi = configured
    await mi("event_subscribe", "E_A", SOCKET, 60)
    mi.clock.advance(20)
    report = await mi.engine.reload(EMPTY)
    assert (report.removed, report.changed) == ((), (f"E_A {SOCKET}",))
    assert f"E_A {SOCKET} goes on for the 40 s that were asked for" in caplog.text
    shown = await row(mi)
    assert (shown["is_configured"], shown["expires_at"], shown["asked_until"]) == (False, mi.clock.now() + 40, None)
    mi.clock.advance(39)
    assert await mi("raise_event", "E_A") == "OK"
    mi.clock.advance(1)
    assert list(mi.engine.table) == []
    assert f"E_A {SOCKET} ended: the subscription expired" in caplog.text


async def test_what_mi_asked_for_is_over_when_its_time_is_over(
    configured: Mi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await configured("event_subscribe", "E_A", SOCKET, 60)
    configured.clock.advance(60)
    report = await configured.engine.reload(EMPTY)
    assert report.removed == (f"E_A {SOCKET}",)
    assert list(configured.engine.table) == []
    assert f"E_A {SOCKET} ended: the configuration no longer has it" in caplog.text


@pytest.mark.parametrize("configured", [100], indirect=True)
async def test_a_configured_expiry_is_not_moved_and_what_mi_asked_beyond_it_counts(configured: Mi) -> None:
    mi = configured
    await mi("event_subscribe", "E_A", SOCKET, 10)
    mi.clock.advance(50)
    await mi("event_subscribe", "E_A", SOCKET, 70)
    assert only(mi).expires_at == mi.clock.now() + 50
    mi.clock.advance(50)
    assert (only(mi).is_configured, only(mi).expires_at) == (False, mi.clock.now() + 20)
    mi.clock.advance(20)
    assert list(mi.engine.table) == []


async def test_expire_0_takes_back_what_mi_asked_and_is_refused_where_it_asked_nothing(configured: Mi) -> None:
    mi = configured
    await mi("event_subscribe", "E_A", SOCKET, 60)
    assert await mi("event_subscribe", "E_A", SOCKET, 0) == "OK"
    assert (await row(mi))["asked_until"] is None
    with pytest.raises(CommandError) as caught:
        await mi("event_subscribe", "E_A", SOCKET, 0)
    assert caught.value.code == 400
    assert caught.value.data == (
        f"E_A {SOCKET} stands in the configuration and goes on; "
        f"sb:unsubscribe {only(mi).id} ends it until the next start or reload"
    )


async def test_it_can_be_ended_by_its_id_and_the_log_says_by_whom(
    configured: Mi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await configured("event_subscribe", "E_A", SOCKET, 60)
    await configured("sb:unsubscribe", only(configured).id)
    assert list(configured.engine.table) == []
    assert f"E_A {SOCKET} ended: the subscription ended, by MI test" in caplog.text


async def test_one_of_mi_that_comes_into_the_configuration_and_goes_again_keeps_its_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mi = Mi(EMPTY, MiSettings())
    await mi.engine.start()
    await mi("event_subscribe", "E_A", SOCKET, 60)
    mi.clock.advance(10)
    await mi.engine.reload(settings())
    assert (await row(mi))["expires_at"] is None
    mi.clock.advance(10)
    await mi.engine.reload(EMPTY)
    assert (only(mi).expire_s, only(mi).expires_at) == (60, mi.clock.now() + 40)
    await mi.engine.stop()


async def test_a_reload_that_fails_leaves_one_of_mi_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    mi = Mi(EMPTY, MiSettings())
    await mi.engine.start()
    await mi("event_subscribe", "E_A", SOCKET, 60)
    ends_at = only(mi).expires_at
    join = mi.engine._targets.join

    def refusing(address: Any, listener: Any) -> Any:
        if address.port == 9102:
            raise SwitchboardError("no such transport")
        return join(address, listener)

    monkeypatch.setattr(mi.engine._targets, "join", refusing)
    with pytest.raises(SwitchboardError):
        await mi.engine.reload(settings(None, SOCKET, OTHER))
    assert (only(mi).is_configured, only(mi).expires_at) == (False, ends_at)
    mi.clock.advance(60)
    assert list(mi.engine.table) == []
    await mi.engine.stop()


async def test_asking_for_a_configured_one_again_and_again_is_told_once(
    configured: Mi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(5):
        await configured("event_subscribe", "E_A", SOCKET, 60)
        configured.clock.advance(50)
    assert len([line for line in caplog.messages if "which the configuration has" in line]) == 1


async def test_a_stop_ends_all_without_a_line_for_each(configured: Mi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    await configured.engine.stop()
    assert not [line for line in caplog.messages if " ended: " in line]
