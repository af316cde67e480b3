"""Saving subscriptions that were changed by hand: the file says what runs, and nothing else in it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

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
async def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Engine]:
    monkeypatch.setenv("PASSWORD", "hunter2")
    file = tmp_path / "switchboard.yaml"
    file.write_text(TEXT)
    engine = Engine(load_config(file), clock=FakeClock())
    engine.config_file = file
    await engine.start()
    yield engine
    await engine.stop()


def text_of(engine: Engine) -> str:
    assert engine.config_file is not None
    return engine.config_file.read_text()


async def add_member(engine: Engine, *more: str, **options: Any) -> None:
    (found,) = engine.table.of_event("E_A")
    members = [*(member.socket for member in found.lane.members), *more]
    draft = {"policy": "FAILOVER", "members": members, "expire": None, "options": options}
    await execute(engine, "change_subscription", subscription=found.id, **draft)


async def test_nothing_is_saved_where_nothing_was_changed_by_hand(engine: Engine) -> None:
    await execute(engine, "subscribe", event="E_B", socket="udp:127.0.0.1:77")  # as a program does over MI
    assert not (await execute(engine, "preview_save"))["is_changed"]


async def test_a_change_is_shown_then_written_and_the_old_file_kept(engine: Engine) -> None:
    await add_member(engine, "udp:127.0.0.1:9", failover_timeout=5)
    preview = await execute(engine, "preview_save")
    assert text_of(engine) == TEXT
    assert "+- udp:127.0.0.1:9" in [line.replace(" ", "").replace("-udp", "- udp") for line in preview["diff"]]
    assert preview["plain_passwords"] == 0
    assert "hunter2" not in str(preview)
    saved = await execute(engine, "save_subscriptions", digest=preview["digest"])
    text = text_of(engine)
    assert "rabbitmq:app:${PASSWORD}@127.0.0.1:1/q" in text
    assert "hunter2" not in text
    assert "# kept as it is" in text
    assert Path(saved["file"]).with_name(saved["copy"]).read_text() == TEXT
    assert engine.config_file is not None
    report = await engine.reload(load_config(engine.config_file))
    assert (len(report.unchanged), report.added, report.removed) == (2, (), ())
    assert not (await execute(engine, "preview_save"))["is_changed"]


async def test_a_change_touches_the_lines_that_it_is_about_alone(engine: Engine) -> None:
    await add_member(engine, "udp:127.0.0.1:9")
    preview = await execute(engine, "preview_save")
    changed = [line for line in preview["diff"] if line[0] in "+-" and not line.startswith(("+++", "---"))]
    assert changed == ["+      - udp:127.0.0.1:9"]


async def test_a_file_with_the_line_ends_of_windows_keeps_them(engine: Engine) -> None:
    assert engine.config_file is not None
    engine.config_file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert not (await execute(engine, "preview_save"))["is_changed"]
    await add_member(engine, "udp:127.0.0.1:9")
    preview = await execute(engine, "preview_save")
    await execute(engine, "save_subscriptions", digest=preview["digest"])
    line = "      - udp:127.0.0.1:1\n"
    expected = TEXT.replace(line, line + "      - udp:127.0.0.1:9\n").replace("\n", "\r\n")
    assert engine.config_file.read_bytes().decode() == expected


async def test_removals_and_additions_are_saved(engine: Engine) -> None:
    (found,) = engine.table.of_event("E_B")
    await execute(engine, "unsubscribe", subscription=found.id)
    new = "rabbitmq:u:topsecret@127.0.0.1:1/new"
    await execute(engine, "subscribe", event="E_B", socket=new, expire=60, is_by_hand=True)
    preview = await execute(engine, "preview_save")
    assert preview["plain_passwords"] == 1
    assert "topsecret" not in str(preview)
    await execute(engine, "save_subscriptions", digest=preview["digest"])
    assert engine.config_file is not None
    entries = load_config(engine.config_file).subscriptions
    assert [(entry.event, entry.expire) for entry in entries] == [("E_A", None), ("E_B", 60)]
    assert "topsecret" in (entries[1].socket or "")


async def test_a_change_that_was_undone_leaves_nothing_to_save(engine: Engine) -> None:
    await add_member(engine, "udp:127.0.0.1:9")
    await execute(engine, "undo_change")
    assert not (await execute(engine, "preview_save"))["is_changed"]


async def test_a_file_that_changed_since_the_preview_is_not_overwritten(engine: Engine) -> None:
    await add_member(engine, "udp:127.0.0.1:9")
    preview = await execute(engine, "preview_save")
    assert engine.config_file is not None
    engine.config_file.write_text(TEXT + "# edited\n")
    with pytest.raises(CommandError, match="look again"):
        await execute(engine, "save_subscriptions", digest=preview["digest"])
    assert text_of(engine) == TEXT + "# edited\n"


@pytest.mark.parametrize(("text", "words"), [(None, "No configuration file"), ("label: [", "corrected first")])
async def test_what_cannot_be_saved_says_why(engine: Engine, text: str | None, words: str) -> None:
    if text is None:
        engine.config_file = None
    elif engine.config_file is not None:
        engine.config_file.write_text(text)
    with pytest.raises(CommandError, match=words):
        await execute(engine, "preview_save")


async def test_the_audit_trail_shows_no_password_of_a_change(engine: Engine) -> None:
    await add_member(engine, "rabbitmq:u:topsecret@127.0.0.1:1/new")
    assert "topsecret" not in str(engine.audit.last(10))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("queue_size: !!timestamp hello\n", "the file must be corrected first"),
        ("console: {keys: {!!timestamp hello: x}}\n", "a value that is unlike its tag"),
    ],
    ids=["value", "key"],
)
async def test_a_file_that_its_reader_fails_on_is_a_refusal(engine: Engine, more: str, words: str) -> None:
    await add_member(engine, "udp:127.0.0.1:9")
    assert engine.config_file is not None
    engine.config_file.write_text(TEXT + more)
    with pytest.raises(CommandError, match=words):
        await execute(engine, "preview_save")
