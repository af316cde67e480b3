"""Saving subscriptions that were changed by hand: the file says what runs, and nothing else in it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.commands.context import Context
from engine.commands.gate import execute
from engine.config import load_config
from engine.core import Engine
from engine.errors import CommandError
from tests.support.clock import FakeClock

TEXT = """# ours
label: LAB
events: [E_A, E_B]
subscriptions:
  # the first one
  - event: E_A
    policy: FAILOVER
    members:
      - rabbitmq:app:${PASSWORD}@127.0.0.1:1/q
      - udp:127.0.0.1:1
  - event: E_B
    socket: udp:127.0.0.1:2   # kept as it is
"""


@pytest.fixture
async def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Context]:
    monkeypatch.setenv("PASSWORD", "hunter2")
    file = tmp_path / "switchboard.yaml"
    file.write_text(TEXT)
    engine = Engine(load_config(file), clock=FakeClock())
    await engine.start()
    yield Context(engine, file)
    await engine.stop()


def text_of(context: Context) -> str:
    assert context.config_file is not None
    return context.config_file.read_text()


async def add_member(context: Context, *more: str, **options: Any) -> None:
    (found,) = context.engine.table.of_event("E_A")
    members = [*(member.socket for member in found.lane.members), *more]
    draft = {"policy": "FAILOVER", "members": members, "expire": None, "options": options}
    await execute(context, "change_subscription", subscription=found.id, **draft)


async def test_nothing_is_saved_where_nothing_was_changed_by_hand(context: Context) -> None:
    await execute(context, "subscribe", event="E_B", socket="udp:127.0.0.1:77")  # as a program does over MI
    assert not (await execute(context, "preview_save"))["is_changed"]


async def test_a_change_is_shown_then_written_and_the_old_file_kept(context: Context) -> None:
    await add_member(context, "udp:127.0.0.1:9", failover_timeout=5)
    preview = await execute(context, "preview_save")
    assert text_of(context) == TEXT
    assert "+- udp:127.0.0.1:9" in [line.replace(" ", "").replace("-udp", "- udp") for line in preview["diff"]]
    assert preview["plain_passwords"] == 0
    assert "hunter2" not in str(preview)
    saved = await execute(context, "save_subscriptions", digest=preview["digest"])
    text = text_of(context)
    assert "rabbitmq:app:${PASSWORD}@127.0.0.1:1/q" in text
    assert "hunter2" not in text
    assert "# kept as it is" in text
    assert Path(saved["file"]).with_name(saved["copy"]).read_text() == TEXT
    assert context.config_file is not None
    report = await context.engine.reload(load_config(context.config_file))
    assert (len(report.unchanged), report.added, report.removed) == (2, (), ())
    assert not (await execute(context, "preview_save"))["is_changed"]


async def test_a_change_touches_the_lines_that_it_is_about_alone(context: Context) -> None:
    await add_member(context, "udp:127.0.0.1:9")
    preview = await execute(context, "preview_save")
    changed = [line for line in preview["diff"] if line[0] in "+-" and not line.startswith(("+++", "---"))]
    assert changed == ["+      - udp:127.0.0.1:9"]


async def test_a_file_with_the_line_ends_of_windows_keeps_them(context: Context) -> None:
    assert context.config_file is not None
    context.config_file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert not (await execute(context, "preview_save"))["is_changed"]
    await add_member(context, "udp:127.0.0.1:9")
    preview = await execute(context, "preview_save")
    await execute(context, "save_subscriptions", digest=preview["digest"])
    line = "      - udp:127.0.0.1:1\n"
    expected = TEXT.replace(line, line + "      - udp:127.0.0.1:9\n").replace("\n", "\r\n")
    assert context.config_file.read_bytes().decode() == expected


async def test_removals_and_additions_are_saved(context: Context) -> None:
    (found,) = context.engine.table.of_event("E_B")
    await execute(context, "unsubscribe", subscription=found.id)
    new = "rabbitmq:u:topsecret@127.0.0.1:1/new"
    await execute(context, "subscribe", event="E_B", socket=new, expire=60, is_by_hand=True)
    preview = await execute(context, "preview_save")
    assert preview["plain_passwords"] == 1
    assert "topsecret" not in str(preview)
    await execute(context, "save_subscriptions", digest=preview["digest"])
    assert context.config_file is not None
    entries = load_config(context.config_file).subscriptions
    assert [(entry.event, entry.expire) for entry in entries] == [("E_A", None), ("E_B", 60)]
    assert "topsecret" in (entries[1].socket or "")


async def test_a_change_that_was_undone_leaves_nothing_to_save(context: Context) -> None:
    await add_member(context, "udp:127.0.0.1:9")
    await execute(context, "undo_change")
    assert not (await execute(context, "preview_save"))["is_changed"]


async def test_a_file_that_changed_since_the_preview_is_not_overwritten(context: Context) -> None:
    await add_member(context, "udp:127.0.0.1:9")
    preview = await execute(context, "preview_save")
    assert context.config_file is not None
    context.config_file.write_text(TEXT + "# edited\n")
    with pytest.raises(CommandError, match="look again"):
        await execute(context, "save_subscriptions", digest=preview["digest"])
    assert text_of(context) == TEXT + "# edited\n"


@pytest.mark.parametrize(("text", "words"), [(None, "No configuration file"), ("label: [", "corrected first")])
async def test_what_cannot_be_saved_says_why(context: Context, text: str | None, words: str) -> None:
    if text is None:
        context.config_file = None
    elif context.config_file is not None:
        context.config_file.write_text(text)
    with pytest.raises(CommandError, match=words):
        await execute(context, "preview_save")


async def test_the_audit_trail_shows_no_password_of_a_change(context: Context) -> None:
    await add_member(context, "rabbitmq:u:topsecret@127.0.0.1:1/new")
    assert "topsecret" not in str(context.audit.last(10))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("queue_size: !!timestamp hello\n", "the file must be corrected first"),
        ("console: {keys: {!!timestamp hello: x}}\n", "a value that is unlike its tag"),
    ],
    ids=["value", "key"],
)
async def test_a_file_that_its_reader_fails_on_is_a_refusal(context: Context, more: str, words: str) -> None:
    await add_member(context, "udp:127.0.0.1:9")
    assert context.config_file is not None
    context.config_file.write_text(TEXT + more)
    with pytest.raises(CommandError, match=words):
        await execute(context, "preview_save")
