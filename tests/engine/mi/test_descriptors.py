"""How many file descriptors are left."""

from __future__ import annotations

import resource

from engine.mi.descriptors import Descriptors
from tests.support.descriptors import file_limit, used


def test_descriptors_are_scarce_when_a_quarter_of_them_is_left() -> None:
    with file_limit(2 * used() + 10):
        assert not Descriptors().are_scarce()
    with file_limit(used() + 2):
        descriptors = Descriptors()
        assert descriptors.are_scarce()
        assert f"of {resource.getrlimit(resource.RLIMIT_NOFILE)[0]} file descriptors" in descriptors.told()


def test_descriptors_that_were_noted_count_until_they_are_counted_again() -> None:
    with file_limit(2 * used() + 10):
        descriptors = Descriptors()
        assert not descriptors.are_scarce()
        for _ in range(used() + 10):
            descriptors.note()
        assert descriptors.are_scarce()
