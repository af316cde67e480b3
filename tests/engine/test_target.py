"""Targets: one transport an address, shared by whoever names it, closed with the last of them."""

from __future__ import annotations

import pytest

from engine.address import parse_member
from engine.clock import SystemClock
from engine.errors import SwitchboardError
from engine.target import CLOSED_AT_A_TIME, Target, Targets
from engine.tasks import Tasks
from engine.transports.base import TransportContext, TransportOptions
from tests.support.world import World

A, B = parse_member("udp:127.0.0.1:9"), parse_member("udp:127.0.0.1:10")


class Listening:
    """Somebody who uses targets and hears of their connections."""

    def __init__(self) -> None:
        self.heard: list[Target] = []

    def __call__(self, target: Target) -> None:
        self.heard.append(target)


@pytest.fixture
def tasks() -> Tasks:
    return Tasks()


@pytest.fixture
def targets(world: World, tasks: Tasks) -> Targets:
    return Targets(TransportContext(SystemClock(), tasks), tasks, {})


async def test_one_address_has_one_transport_until_the_last_user_leaves(
    targets: Targets, world: World, tasks: Tasks
) -> None:
    first, second = Listening(), Listening()
    target = targets.join(A, first)
    assert targets.join(A, second) is target
    assert targets.join(B, first) is not target
    assert len(world.made) == len(targets) == 2
    targets.leave(target, first)
    await tasks.finish()
    assert not world.made[0].is_closed
    targets.leave(target, second)
    await tasks.finish()
    assert world.made[0].is_closed
    assert len(targets) == 1
    assert targets.join(A, first) is not target, "a closed one is not used again"


async def test_other_settings_make_another_transport_and_leave_the_former_to_its_users(
    targets: Targets, world: World, tasks: Tasks
) -> None:
    first, second = Listening(), Listening()
    before = targets.join(A, first)
    targets.use_settings({"udp": TransportOptions(timeout=77)})
    after = targets.join(A, second)
    assert after is not before
    assert (before.options.timeout, after.options.timeout) == (TransportOptions().timeout, 77)
    targets.leave(before, first)
    await tasks.finish()
    assert [transport.is_closed for transport in world.made] == [True, False]
    assert targets.join(A, first) is after


async def test_everybody_who_uses_it_hears_of_its_connection(targets: Targets, world: World) -> None:
    first, second = Listening(), Listening()
    target = targets.join(A, first)
    targets.join(A, second)
    assert target.down is None
    world.made[0].break_down("connection refused")
    assert target.down == "connection refused"
    assert first.heard == second.heard == [target]
    world.made[0].come_back()
    assert target.down is None


async def test_many_that_are_left_at_once_are_closed_a_few_in_a_turn(
    targets: Targets, world: World, tasks: Tasks
) -> None:
    user = Listening()
    made = [targets.join(parse_member(f"udp:127.0.0.1:{port}"), user) for port in range(1, 4 * CLOSED_AT_A_TIME)]
    for target in made:
        targets.leave(target, user)
    assert len(tasks) <= CLOSED_AT_A_TIME + 1
    assert len(targets) == 0
    await tasks.finish()
    assert world.open == []


async def test_files_are_reopened_by_path_or_all(targets: Targets, world: World) -> None:
    user = Listening()
    for text in ("flatstore:/a", "flatstore:/b", "udp:127.0.0.1:9"):
        targets.join(parse_member(text), user)
    assert await targets.reopen_files("/a") == 1
    assert await targets.reopen_files("/none") == 0
    assert await targets.reopen_files(None) == 2
    assert [transport.reopened for transport in world.made] == [2, 1, 0]


async def test_one_that_cannot_be_made_leaves_nothing_behind(targets: Targets, world: World) -> None:
    world.unusable.add("udp:127.0.0.1:9")
    with pytest.raises(SwitchboardError, match="cannot serve"):
        targets.join(A, Listening())
    assert len(targets) == 0
    world.unusable.clear()
    targets.join(A, Listening())
    assert len(targets) == 1
