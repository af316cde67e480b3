"""Copying by key: the menu, what each of its letters does, and that every copy is answered."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from textual.widgets import OptionList

from engine.view.codec import named
from tests.tui.inspected import DELIVERY, MEMBER
from tests.tui.pilots import Console, console
from tests.tui.recorded import WIRE, incident
from tests.tui.world import FakeLink, snapshot, story_of_pike
from tui.bundle.link import RecordedLink
from tui.render.copies import Copy
from tui.render.line import plain
from tui.screens.dashboard.screen import DashboardScreen
from tui.screens.dialogs.copy import CopyScreen, put
from tui.screens.views.inspector import InspectorScreen
from tui.widgets.lines import Lines


def link() -> FakeLink:
    made = FakeLink(records=story_of_pike())
    made.answers = {
        "inspect_delivery": DELIVERY,
        "inspect_member": replace(MEMBER, wire=WIRE),
        "describe_subscription": incident().described["s1"],
        "configuration": incident().configuration,
    }
    return made


async def menu(shown: Console, *keys: str) -> None:
    await shown.press(*keys)
    await shown.until(lambda: isinstance(shown.app.screen, CopyScreen), "the menu")
    await shown.pilot.pause()


@pytest.mark.parametrize(
    ("key", "begins", "said"),
    [
        ("s", "virtual:FAILOVER rabbitmq:guest:•••@", "Copied the socket, 83 characters; ••• stands for the password"),
        ("y", "subscriptions:\n  - event: E_PIKE_BLOCKED\n    policy: FAILOVER\n", "Copied YAML for the configuration"),
        ("j", '{\n  "id": "s1"', "Copied the JSON, "),
        ("m", "curl -s http://127.0.0.1:8888/mi -H", "Copied the MI call that subscribes it"),
    ],
)
async def test_a_letter_copies_a_form_of_the_subscription(key: str, begins: str, said: str) -> None:
    async with console(link()) as shown:
        await menu(shown, "y")
        await shown.press(key)
        await shown.until(lambda: shown.toasts, "the toast")
        assert shown.app.clipboard.startswith(begins)
        assert said in shown.toasts[-1]
        assert isinstance(shown.app.screen, DashboardScreen)


async def test_arrows_and_enter_copy_and_show_before_what_it_will_be() -> None:
    async with console(link()) as shown:
        await menu(shown, "down", "y")
        await shown.press("down", "down")
        preview = "\n".join(map(plain, shown.app.screen.query_one("#copy-preview", Lines).lines))
        assert '"subscription": "s1"' in preview
        await shown.press("up", "up", "enter")
        assert shown.app.clipboard == "rabbitmq:guest:•••@127.0.0.1:5672/pike"


async def test_a_click_copies() -> None:
    async with console(link()) as shown:
        await menu(shown, "y")
        await shown.pilot.click(OptionList, offset=(4, 1))
        await shown.until(lambda: shown.app.clipboard, "the copy")
        assert shown.app.clipboard.startswith("virtual:FAILOVER")


async def test_a_member_is_copied_as_the_line_that_sends_the_newest_event() -> None:
    async with console(link()) as shown:
        await menu(shown, "down", "y")
        await shown.press("b")
        assert '"ip":"192.0.2.11"' in shown.app.clipboard
        assert shown.app.clipboard.startswith("rabbitmqadmin ")


async def test_a_delivery_is_copied_from_the_feed() -> None:
    async with console(link()) as shown:
        await menu(shown, "2", "y")
        await shown.press("3")
        assert shown.app.clipboard.endswith(">> /var/log/pike.log")


async def test_the_inspector_copies_its_text_too() -> None:
    async with console(link()) as shown:
        await shown.press("2", "enter")
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")
        await shown.until(lambda: "Its way" in shown.said("#inspection"), "the delivery")
        await menu(shown, "y")
        await shown.press("t")
        assert "E_PIKE_BLOCKED #150" in shown.app.clipboard
        assert shown.toasts[-1].startswith("Copied the text, ")
        await menu(shown, "y")
        await shown.press("m")
        assert '"method":"raise_event"' in shown.app.clipboard


async def test_escape_copies_nothing() -> None:
    async with console(link()) as shown:
        await menu(shown, "y")
        await shown.press("escape")
        assert not shown.app.clipboard
        assert isinstance(shown.app.screen, DashboardScreen)


async def test_json_is_copied_at_once() -> None:
    async with console(link()) as shown:
        await shown.press("down", "Y")
        await shown.until(lambda: shown.app.clipboard, "the copy")
        assert json.loads(shown.app.clipboard)["fields"] == named(MEMBER.fields)


async def test_what_there_is_not_is_said() -> None:
    async with console(FakeLink(snapshot())) as shown:
        await shown.press("y", "Y")
        await shown.until(lambda: len(shown.toasts) == 2, "the toasts")
        assert set(shown.toasts) == {"Select a subscription, a member or a delivery first"}


async def test_a_delivery_that_is_no_longer_known_is_said() -> None:
    engine = link()
    del engine.answers["inspect_delivery"]
    async with console(engine) as shown:
        await shown.press("2", "y")
        await shown.until(lambda: any("no answer to inspect_delivery" in one for one in shown.toasts), "the reason")


async def test_copying_works_while_the_engine_does_not_answer() -> None:
    engine = link()
    async with console(engine) as shown:
        engine.failure = RuntimeError("gone")
        await menu(shown, "y")
        await shown.press("s")
        assert shown.app.clipboard.startswith("virtual:FAILOVER")


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_copying_works_in_a_recording(size: tuple[int, int]) -> None:
    async with console(RecordedLink(incident()), size) as shown:
        await menu(shown, "y")
        await shown.press("y")
        assert "failover_timeout: 5.0" in shown.app.clipboard
        await menu(shown, "down", "down", "y")
        await shown.press("b")
        assert shown.app.clipboard == "printf '%s\\n' E_PIKE_BLOCKED,192.0.2.30 >> /var/log/pike.log"


async def test_bytes_that_are_no_text_are_copied_in_escapes() -> None:
    async with console() as shown:
        put(shown.app, Copy("j", "the JSON", 'a "\udcc3" b'))
        assert shown.app.clipboard == 'a "\\udcc3" b'
