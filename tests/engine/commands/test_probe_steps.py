"""Steps to an endpoint: timed, and with advice where one fails."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.address import RabbitmqAddress, parse_member
from engine.commands.probe_steps import DONE, FAILED, OTHERWISE, SKIPPED, StepFailedError, StepLog, advice_for, reach
from engine.tasks import Tasks
from tests.support.clock import FakeClock


async def reached(socket: str) -> tuple[list[tuple[str, str]], str]:
    """The steps, and why it could not be reached."""
    log, tasks, reason = StepLog(FakeClock()), Tasks(), ""
    try:
        await reach(parse_member(socket), log, tasks, 5.0)
    except StepFailedError as error:
        reason = str(error)
    await tasks.cancel()
    return [(step.name, step.status) for step in log.steps], reason


async def test_a_file_that_can_be_made_is_found_and_needs_no_connection(tmp_path: Path) -> None:
    assert await reached(f"flatstore:{tmp_path}/a.log") == ([("find", DONE), ("connect", SKIPPED)], "")
    steps, reason = await reached(f"flatstore:{tmp_path}/none/a.log")
    assert steps == [("find", FAILED)]
    assert reason == f"no such file or directory: {tmp_path}/none"


async def test_a_receiver_that_listens_is_connected_to() -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await reached(f"tcp:127.0.0.1:{port}") == ([("resolve", DONE), ("connect", DONE)], "")
    server.close()
    await server.wait_closed()
    steps, reason = await reached(f"tcp:127.0.0.1:{port}")
    assert steps == [("resolve", DONE), ("connect", FAILED)]
    assert "refused" in reason
    assert "nothing listens there" in advice_for(reason)


async def test_a_step_that_takes_too_long_fails_and_says_so() -> None:
    log = StepLog(FakeClock())

    async def never() -> str:
        await asyncio.Event().wait()
        return ""

    with pytest.raises(StepFailedError, match=r"timed out: nothing happened within 0\.01 s"):
        await log.timed("wait", never, 0.01)
    assert [(step.name, step.status) for step in log.steps] == [("wait", FAILED)]


def test_there_is_advice_for_whatever_goes_wrong() -> None:
    assert "virtual host" in advice_for("Login to VIRTUAL HOST refused", RabbitmqAddress.advice)
    assert advice_for("something new") == OTHERWISE
