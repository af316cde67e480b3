"""File descriptors of this process: how many there are, and fewer of them."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def file_limit(soft: int) -> Iterator[None]:
    """As many file descriptors as there are numbers below `soft`."""
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


def used() -> int:
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - as short as it can be


def lowest_free() -> int:
    found = os.open(os.devnull, os.O_RDONLY)
    os.close(found)
    return found
