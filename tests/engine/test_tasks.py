"""Background tasks of one owner: held until done, told when they fail, cancelled and awaited."""

from __future__ import annotations

import asyncio
import gc

import pytest

from engine.tasks import Tasks


async def test_a_task_that_nobody_else_holds_goes_on() -> None:
    tasks, go, done = Tasks(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await go.wait()
        done.set()

    tasks.spawn(work(), "work")
    await asyncio.sleep(0)
    gc.collect()
    assert len(tasks) == 1
    go.set()
    await tasks.finish()
    assert done.is_set()
    assert len(tasks) == 0


async def test_a_failure_is_told_with_its_name_and_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()

    async def break_down() -> None:
        raise ZeroDivisionError("out of order")

    tasks.spawn(break_down(), "the broken one")
    other = tasks.spawn(asyncio.sleep(0, "fine"), "the other")
    await tasks.finish()
    assert await other == "fine"
    (record,) = caplog.records
    assert record.getMessage() == "background task the broken one failed"
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


async def test_cancelling_waits_until_all_have_ended_and_tells_of_none(caplog: pytest.LogCaptureFixture) -> None:
    tasks, ended = Tasks(), []

    async def work(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(number)

    for number in range(3):
        tasks.spawn(work(number), f"work {number}")
    await asyncio.sleep(0)
    await tasks.cancel()
    assert sorted(ended) == [0, 1, 2]
    assert len(tasks) == 0
    assert not caplog.records


async def test_finishing_waits_for_what_is_begun_meanwhile() -> None:
    tasks, done = Tasks(), []

    async def begin_another() -> None:
        tasks.spawn(finish(), "second")

    async def finish() -> None:
        await asyncio.sleep(0.01)
        done.append("second")

    tasks.spawn(begin_another(), "first")
    await tasks.finish()
    assert done == ["second"]
