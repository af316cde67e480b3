"""What happens to the members of a row while events are raised. Each returns when it is over."""

from __future__ import annotations

import time

from benchmarks.faults.consumer import NAME as CONSUMER
from benchmarks.faults.members import Scene

LATE_S = 0.5
ALL_LATE_S = 1.0
FLAP_S = 0.5


def hangs(scene: Scene, length_s: float) -> None:
    """The first member hangs, with its connections open."""
    scene.members[0].hang()
    time.sleep(length_s)
    scene.members[0].go_on()


def is_late(scene: Scene, length_s: float) -> None:
    """The first member answers 500 ms late."""
    _late(scene, [0], LATE_S, length_s)


def all_are_late(scene: Scene, length_s: float) -> None:
    """Every member answers a second late."""
    _late(scene, list(range(len(scene.members))), ALL_LATE_S, length_s)


def _late(scene: Scene, places: list[int], late_s: float, length_s: float) -> None:
    for place in places:
        scene.receiver(place).tell(f"late {late_s}")
    time.sleep(length_s)
    for place in places:
        scene.receiver(place).tell("late 0")


def dies(scene: Scene, length_s: float) -> None:
    """The first member is killed and comes back."""
    scene.members[0].die()
    time.sleep(length_s)
    scene.members[0].come_back()


def all_die(scene: Scene, length_s: float) -> None:
    """Every member is killed; the last one comes back."""
    for member in scene.members:
        member.die()
    time.sleep(length_s)
    scene.members[-1].come_back()


def resets(scene: Scene, length_s: float) -> None:
    """The first member resets every connection that says something."""
    scene.receiver(0).tell("reset on")
    time.sleep(length_s)
    scene.receiver(0).tell("reset off")


def restarts(scene: Scene, length_s: float) -> None:
    """The first member closes everything and listens again."""
    scene.receiver(0).tell("down")
    time.sleep(length_s)
    scene.receiver(0).come_back()


def flaps(scene: Scene, length_s: float) -> None:
    """The first member goes and comes."""
    for _ in range(max(1, round(length_s / (2 * FLAP_S)))):
        restarts(scene, FLAP_S)
        time.sleep(FLAP_S)


def blocks(scene: Scene, length_s: float) -> None:
    """The broker has too little memory and blocks who publishes."""
    scene.broker.alarm()
    try:
        time.sleep(length_s)
    finally:
        scene.broker.calm()


def is_forced_out(scene: Scene, length_s: float) -> None:  # noqa: ARG001 - it takes as long as it takes
    """The broker, which is well, closes the engine's connection."""
    scene.broker.force_out(but=CONSUMER)
