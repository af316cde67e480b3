"""One connection's life: opened on demand, kept, opened again with back-off, and told truthfully."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from random import Random

import pytest

from engine.transports import peers as module
from engine.transports.base import Connection, ConnectionState, TransportContext
from engine.transports.peers import BACKOFF_FIRST_S, BACKOFF_MAX_S, Peers
from engine.transports.supervisor import STABLE_S, Supervisor
from tests.support.clock import FakeClock
from tests.support.waiting import until


class Owner:
    """Owns a connection that succeeds, fails or hangs as told."""

    def __init__(self, context: TransportContext, *, connect_timeout_s: float = 5.0, is_local: bool = False) -> None:
        self.errors: list[Exception | None] = []
        """What the next connects do; the last one repeats."""
        self.gate = asyncio.Event()
        self.gate.set()
        self.connects = 0
        self.ups = 0
        self.downs: list[str] = []
        self.supervisor = Supervisor(
            "test",
            context,
            self._connect,
            peer=context.peers.named("test", is_local=is_local),
            connect_timeout_s=connect_timeout_s,
            on_up=self._on_up,
            on_down=self.downs.append,
        )

    async def _connect(self) -> None:
        self.connects += 1
        await self.gate.wait()
        error = self.errors.pop(0) if len(self.errors) > 1 else self.errors[0] if self.errors else None
        if error is not None:
            raise error

    def _on_up(self) -> None:
        assert self.supervisor.is_up
        self.ups += 1


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-offs of milliseconds."""
    monkeypatch.setattr(module, "BACKOFF_FIRST_S", 0.001)
    monkeypatch.setattr(module, "BACKOFF_MAX_S", 0.004)


@pytest.fixture
async def context() -> AsyncIterator[TransportContext]:
    """A context whose tasks end with the test."""
    made = TransportContext(peers=Peers(Random(1)))
    yield made
    await made.tasks.cancel()


def refused() -> OSError:
    """A connect that nobody takes."""
    return OSError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))


async def test_nothing_is_opened_before_somebody_asks(context: TransportContext) -> None:
    owner = Owner(context)
    await asyncio.sleep(0)
    assert owner.supervisor.connection.state is ConnectionState.IDLE
    assert not context.tasks


async def test_demand_connects_once_however_often_it_is_asked(context: TransportContext) -> None:
    owner = Owner(context)
    for _ in range(3):
        owner.supervisor.demand()
    assert owner.supervisor.is_connecting
    await until(lambda: owner.supervisor.is_up, "the connection")
    owner.supervisor.demand()
    await asyncio.sleep(0)
    assert (owner.connects, owner.ups, owner.downs) == (1, 1, [])


async def test_a_failed_connect_is_told_with_its_reason_and_the_time_of_the_next(context: TransportContext) -> None:
    owner = Owner(context)
    owner.errors = [refused()]
    before = context.clock.now()
    owner.supervisor.demand()
    await until(lambda: owner.downs, "the failure")
    connection = owner.supervisor.connection
    assert (connection.state, connection.error) == (ConnectionState.DOWN, "connection refused")
    assert owner.downs == ["connection refused"]
    assert connection.retry_at is not None
    assert connection.retry_at > before


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), "timed out"),
        (ValueError("login refused for guest"), "login refused for guest"),
        (ValueError(), "ValueError"),
    ],
)
async def test_whatever_a_library_raises_is_the_reason(
    context: TransportContext, error: Exception, reason: str
) -> None:
    owner = Owner(context)
    owner.errors = [error]
    owner.supervisor.demand()
    await until(lambda: owner.downs, "the failure")
    assert owner.downs == [reason]


async def test_a_connect_that_hangs_ends_at_its_deadline(context: TransportContext) -> None:
    owner = Owner(context, connect_timeout_s=0.02)
    owner.gate.clear()
    owner.supervisor.demand()
    await until(lambda: owner.downs, "the deadline")
    assert owner.downs == ["no connection within 20 ms"]


@pytest.mark.usefixtures("quick")
async def test_it_tries_again_by_itself_until_it_succeeds(context: TransportContext) -> None:
    owner = Owner(context)
    owner.errors = [refused(), refused(), refused(), None]
    owner.supervisor.demand()
    await until(lambda: owner.supervisor.is_up, "the fourth connect")
    assert (owner.connects, owner.ups, len(owner.downs)) == (4, 1, 3)


@pytest.mark.usefixtures("quick")
async def test_a_loss_is_told_once_and_followed_by_a_connect(context: TransportContext) -> None:
    owner = Owner(context)
    owner.supervisor.demand()
    await until(lambda: owner.ups == 1, "the connection")
    owner.supervisor.lost("reset")
    owner.supervisor.lost("reset again")
    assert owner.supervisor.connection.error == "reset"
    await until(lambda: owner.ups == 2, "the second connection")
    assert owner.downs == ["reset"]


async def test_demand_cuts_a_back_off_short(context: TransportContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF_FIRST_S", 3600.0)
    monkeypatch.setattr(module, "BACKOFF_MAX_S", 3600.0)
    owner = Owner(context)
    owner.errors = [refused(), None]
    owner.supervisor.demand()
    await until(lambda: owner.downs, "the failure")
    owner.supervisor.demand()
    await until(lambda: owner.supervisor.is_up, "the connect that was asked for")


async def test_demand_from_within_on_down_is_heard(context: TransportContext) -> None:
    """A trial event may be started by the outcome of the one that just failed."""
    owner = Owner(context)
    owner.errors = [refused(), None]
    told: list[str] = []

    def again(reason: str) -> None:
        told.append(reason)
        owner.supervisor.demand()

    owner.supervisor._on_down = again
    owner.supervisor.demand()
    await until(lambda: owner.supervisor.is_up, "the second connect")
    assert told == ["connection refused"]


def waits(owner: Owner, clock: FakeClock, rounds: int, lasting_s: float) -> list[float]:
    """The back-offs after connections that last so long, without an event loop's help."""
    found = []
    for _ in range(rounds):
        owner.supervisor._set(Connection(ConnectionState.UP))
        owner.supervisor._up_at = clock.now()
        clock.advance(lasting_s)
        owner.supervisor.lost("gone")
        retry_at = owner.supervisor.connection.retry_at
        assert retry_at is not None
        found.append(retry_at - clock.now())
    return found


async def test_a_peer_that_breaks_at_once_again_and_again_is_left_alone_longer_and_longer() -> None:
    clock = FakeClock()
    owner = Owner(TransportContext(clock=clock, peers=Peers(Random(1))))
    found = waits(owner, clock, 12, lasting_s=0.0)
    limits = [min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2**failures) for failures in range(1, 13)]
    assert all(limit / 2 <= wait <= limit for wait, limit in zip(found, limits, strict=True))
    assert len({wait / limit for wait, limit in zip(found, limits, strict=True)}) > 6, "no jitter"


async def test_a_connection_that_lasted_ends_the_growth() -> None:
    clock = FakeClock()
    owner = Owner(TransportContext(clock=clock, peers=Peers(Random(1))))
    waits(owner, clock, 8, lasting_s=0.0)
    assert waits(owner, clock, 1, lasting_s=STABLE_S)[0] <= BACKOFF_FIRST_S


async def test_on_this_machine_it_is_tried_tens_of_times_a_second_and_no_more(context: TransportContext) -> None:
    owner = Owner(context, is_local=True)
    owner.errors = [refused()]
    owner.supervisor.demand()
    loop = asyncio.get_running_loop()
    began = loop.time()
    while owner.connects < 10:
        owner.supervisor.demand()  # events that come make it no more often
        await asyncio.sleep(0.002)
    assert loop.time() - began >= 9 * 0.9 * module.LOCAL_PAUSE_S
    await until(lambda: owner.connects >= 20, "the next ten without a demand")
    await owner.supervisor.close()


async def test_attempts_that_nobody_waits_for_are_no_news(context: TransportContext) -> None:
    seen: list[ConnectionState] = []
    context.changed = lambda: seen.append(owner.supervisor.connection.state)
    owner = Owner(context, is_local=True)
    owner.errors = [refused()]
    owner.supervisor.demand()
    await until(lambda: owner.connects == 4, "some attempts")
    assert seen == [ConnectionState.CONNECTING, ConnectionState.DOWN]
    owner.errors = [ValueError("login refused")]
    await until(lambda: owner.supervisor.connection.error == "login refused", "another reason")
    assert seen[2:] == [ConnectionState.DOWN]


async def test_since_when_it_is_down_is_kept_until_it_is_up() -> None:
    clock = FakeClock()
    context = TransportContext(clock=clock)
    owner = Owner(context, is_local=True)
    owner.errors = [None]
    owner.supervisor.demand()
    await until(lambda: owner.supervisor.is_up, "the connection")
    assert owner.supervisor.connection.down_since is None
    lost_at = clock.now()
    owner.errors = [refused()]
    owner.supervisor.lost("reset")
    for connects in range(2, 5):
        clock.advance(1.0)
        await until(lambda wanted=connects: owner.connects >= wanted, "another attempt")  # type: ignore[misc]
        assert owner.supervisor.connection.down_since == lost_at
    owner.supervisor.demand(at_once=True)
    assert owner.supervisor.is_connecting
    assert owner.supervisor.connection.down_since == lost_at
    owner.errors = [None]
    await until(lambda: owner.supervisor.is_up, "the connection")
    assert owner.supervisor.connection.down_since is None
    await context.tasks.cancel()


async def test_coming_up_is_a_sign_after_a_refusal_and_after_a_loss_by_the_peer_alone(
    context: TransportContext,
) -> None:
    owner = Owner(context, is_local=True)
    owner.supervisor.demand()
    await until(lambda: owner.ups == 1, "the first connection")
    assert owner.supervisor.connection.back_at is None
    owner.supervisor.lost("no answer within 5 ms", is_ours=True)
    owner.supervisor.demand(at_once=True)
    await until(lambda: owner.ups == 2, "the second")
    assert owner.supervisor.connection.back_at is None
    owner.supervisor.lost("reset")
    await until(lambda: owner.ups == 3, "the third")
    assert owner.supervisor.connection.back_at is not None
    owner.supervisor.lost("no answer within 5 ms", is_ours=True)
    owner.errors = [refused(), None]
    owner.supervisor.demand(at_once=True)
    await until(lambda: owner.ups == 4, "the fourth, after a refusal")
    assert owner.supervisor.connection.back_at is not None


async def test_what_waits_at_the_owner_goes_before_what_the_engine_starts_then(context: TransportContext) -> None:
    order: list[str] = []
    context.changed = lambda: order.append(f"engine hears {owner.supervisor.connection.state}")
    owner = Owner(context, is_local=True)
    owner.supervisor._on_up = lambda: order.append("owner up")
    owner.supervisor._on_down = lambda _reason: order.append("owner down")
    owner.supervisor.demand()
    await until(lambda: owner.supervisor.is_up, "the connection")
    owner.errors = [refused()]
    owner.supervisor.lost("reset")
    assert order[1:5] == ["owner up", "engine hears up", "owner down", "engine hears down"]


async def test_close_ends_a_connect_and_everything_after_it_is_refused(context: TransportContext) -> None:
    owner = Owner(context)
    owner.gate.clear()
    owner.supervisor.demand()
    await asyncio.sleep(0)
    await owner.supervisor.close()
    assert not context.tasks
    owner.supervisor.demand()
    owner.supervisor.lost("nothing to lose")
    assert owner.supervisor.connection.state is ConnectionState.IDLE
    assert (owner.ups, owner.downs) == (0, [])


async def test_every_change_is_announced() -> None:
    seen: list[ConnectionState] = []
    context = TransportContext(changed=lambda: seen.append(owner.supervisor.connection.state))
    owner = Owner(context)
    owner.supervisor.demand()
    await until(lambda: owner.supervisor.is_up, "the connection")
    owner.supervisor.lost("gone")
    await owner.supervisor.close()
    assert seen == [ConnectionState.CONNECTING, ConnectionState.UP, ConnectionState.DOWN, ConnectionState.IDLE]
