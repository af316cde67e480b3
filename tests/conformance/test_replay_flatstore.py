"""The captured files, written by the flatstore transport: content, permissions and name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.address import FlatstoreAddress, parse
from engine.run import Status
from engine.transports.flatstore.transport import FlatstoreOptions, FlatstoreTransport
from tests.conformance.replay import assert_follow_each_other, compared, events_of, sender
from tests.conformance.vectors import Group, groups


def options_of(captured: Group) -> FlatstoreOptions:
    given = {name.rpartition(".")[2]: value for name, value in captured.config.items()}
    return FlatstoreOptions.model_validate(given)


def content_of(path: str) -> bytes:
    return Path(path).read_bytes()


@pytest.mark.parametrize("captured", groups("flatstore"), ids=[one.variant for one in groups("flatstore")])
async def test_files_are_written_as_captured(captured: Group, tmp_path: Path) -> None:
    address = parse(captured.socket)
    assert isinstance(address, FlatstoreAddress)
    path = tmp_path / Path(address.path).name
    vectors = compared(captured)
    async with sender(FlatstoreTransport, FlatstoreAddress(str(path)), options_of(captured)) as through:
        for event in events_of(vectors):
            assert (await through.send(event)).status is Status.DELIVERED
    (written,) = os.scandir(tmp_path)
    assert written.name == captured.extra.get("file_name_written", path.name)
    assert oct(written.stat().st_mode & 0o7777) == captured.extra.get("file_mode", "0o644")
    assert_follow_each_other(vectors, content_of(written.path))
