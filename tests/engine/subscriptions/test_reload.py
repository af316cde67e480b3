"""Another configuration for a running engine: only what is different is touched."""

from __future__ import annotations

import pytest

from engine.address import parse
from engine.core import Engine
from engine.errors import SwitchboardError
from engine.options import OnFailure
from engine.transports.base import TransportOptions
from tests.engine.subscriptions.conftest import PAIR, configured, hold_events
from tests.support.world import World


async def test_a_reload_of_options_or_expiry_disturbs_nobody(engine: Engine, world: World) -> None:
    entry = {"event": "E_TEST", "socket": PAIR}
    await engine.reload(configured(entry))
    subscription = hold_events(engine, world)
    before = list(world.open)
    report = await engine.reload(configured({**entry, "expire": 60.0, "on_failure": OnFailure.FAIL}))
    assert len(report.changed) == 1
    assert (subscription.expire_s, subscription.options.on_failure) == (60.0, OnFailure.FAIL)
    report = await engine.reload(configured(entry))
    assert len(report.changed) == 1
    assert (subscription.expire_s, subscription.expires_at) == (None, None)
    assert engine.table.get(subscription.id) is subscription
    assert subscription.lane.counters.waiting == 3
    await engine.tasks.finish()
    assert world.open == before


async def test_a_reload_of_transport_settings_exchanges_connections_and_keeps_the_rest(
    engine: Engine, world: World
) -> None:
    entry = {"event": "E_TEST", "socket": PAIR}
    await engine.reload(configured(entry))
    subscription = hold_events(engine, world)
    broker, file = world.open
    report = await engine.reload(configured(entry, transports={"flatstore": TransportOptions(timeout=77)}))
    await engine.tasks.finish()
    assert len(report.changed) == 1
    assert file.is_closed
    assert not broker.is_closed
    assert world.at("flatstore:/tmp/never/written").options.timeout == 77
    assert subscription.lane.counters.waiting == 3


async def test_a_reload_that_cannot_be_made_changes_nothing(engine: Engine, world: World) -> None:
    kept = {"event": "E_KEPT", "socket": "udp:127.0.0.1:9", "queue_size": 7}
    before = configured(kept, {"event": "E_GONE", "socket": "udp:127.0.0.1:10"})
    await engine.reload(before)
    by_hand = engine.subscribe("E_HAND", parse("udp:127.0.0.1:11"), None)
    subscriptions, transports = list(engine.table), list(world.open)
    world.unusable.add("udp:127.0.0.1:13")
    entries = [{**kept, "queue_size": 8}, {"event": "E_HAND", "socket": "udp:127.0.0.1:11"}]
    entries += [{"event": "E_NEW", "socket": f"udp:127.0.0.1:{port}"} for port in (12, 13)]
    with pytest.raises(SwitchboardError, match="cannot serve"):
        await engine.reload(configured(*entries, transports={"udp": TransportOptions(timeout=77)}))
    assert engine.settings is before
    assert list(engine.table) == subscriptions
    assert engine.table.of_event("E_KEPT")[0].options.queue_size == 7
    await engine.tasks.finish()
    kept_transports = [transport for transport in world.open if transport in transports]
    assert len(world.open) == 3
    assert world.at("udp:127.0.0.1:10") in kept_transports
    await engine.reload(before)
    assert engine.table.get(by_hand.id) is by_hand, "still a subscription of the operator's, not the configuration's"
