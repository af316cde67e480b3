"""Filling a socket in field by field, in the forms to edit and to add; and testing it before it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from textual.widgets import Button, Input, Select

from engine.address.kinds.table import BUILT_IN
from tests.tui.pilots import Console, console
from tests.tui.screens.dialogs.test_probe import REFUSED
from tests.tui.screens.forms.test_edit_subscription import A, B, form, sent
from tests.tui.world import FakeLink
from tui.screens.dialogs.probe import ProbeSocketScreen
from tui.screens.forms.add_subscription import AddSubscriptionScreen
from tui.screens.forms.edit_subscription import EditSubscriptionScreen
from tui.screens.forms.socket import SocketScreen
from tui.widgets.form_row import FormRow
from tui.widgets.socket_fields import SocketFields

RABBIT = "rabbitmq:app:•••@127.0.0.1:5672/exchange=sip?pike"
GOOD: dict[str, Any] = {"problems": [], "normal": "", "warnings": []}
SIZES = pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["wide", "narrow"])


def link_on(*members: str) -> FakeLink:
    """An engine on which everything that is checked is fine."""
    link = FakeLink()
    described = {**DESCRIBED, "members": list(members)}
    link.answers = {"describe_subscription": described, "check_socket": GOOD, "probe_socket": REFUSED}
    return link


DESCRIBED: dict[str, Any] = {
    "id": "s1",
    "event": "E_PIKE_BLOCKED",
    "policy": "FAILOVER",
    "members": [A, B],
    "expire": 3600.0,
    "left_s": 3425.0,
    "options": {
        "failover_timeout": 30.0,
        "when_all_failed": "hold",
        "hold_max_age": 3600.0,
        "on_failure": "next",
        "queue_size": 10_000,
        "drop": "never",
        "slow_after": 0.8,
        "wait_for_member": 3.0,
    },
}


@asynccontextmanager
async def dialog(link: FakeLink, size: tuple[int, int] = (160, 48)) -> AsyncIterator[tuple[Console, SocketFields]]:
    """The dialog on the first member of the form to edit."""
    async with form(link, size) as (shown, _members):
        await shown.press("f4")
        await shown.until(lambda: isinstance(shown.app.screen, SocketScreen), "the dialog")
        await shown.pilot.pause()
        yield shown, shown.app.screen.query_one(SocketFields)


def row(shown: Console, field: str) -> FormRow:
    (found,) = (one for one in shown.app.screen.query(FormRow) if one.field == field)
    return found


def fill(shown: Console, field: str, text: str) -> None:
    control = row(shown, field).control
    assert isinstance(control, Input)
    control.value = text


def complaint(shown: Console, field: str) -> str:
    lines: Any = row(shown, field).query_one(".row-problems")
    return "\n".join("".join(part.text for part in line) for line in lines.lines) if lines.display else ""


def has_fields_of(fields: SocketFields, scheme: str) -> bool:
    return [one.field for one in fields.query(FormRow)] == [field.name for field in BUILT_IN[scheme].form_fields]


async def back_in_the_form(shown: Console) -> None:
    await shown.until(lambda: isinstance(shown.app.screen, EditSubscriptionScreen), "the form")


@SIZES
async def test_a_member_is_filled_in_field_by_field(size: tuple[int, int]) -> None:
    link = link_on(A, B)
    async with form(link, size) as (shown, members):
        await shown.press("tab", "f4")
        await shown.until(lambda: isinstance(shown.app.screen, SocketScreen), "the dialog")
        await shown.pilot.pause()
        assert shown.app.screen.query_one(".form-title").render_line(0).text.strip() == "Socket of member 2"
        assert row(shown, "host").control.has_focus
        await shown.type("::1")
        fill(shown, "method", "notify")
        await shown.until(lambda: shown.said("#socket-said") == "✓ tcp:[::1]:2/notify", "the live text")
        await shown.press("enter")
        await back_in_the_form(shown)
        assert members.sockets == [A, "tcp:[::1]:2/notify"]
        await shown.until(lambda: sent(link, "check_change")[-1]["members"] == members.sockets, "the check")
        assert members.fields[1].query_one(Input).has_focus


@SIZES
async def test_the_buttons_do_the_same_by_mouse(size: tuple[int, int]) -> None:
    link = link_on(A, B)
    async with form(link, size) as (shown, members):
        await shown.pilot.click("#edit-fields")
        await shown.until(lambda: isinstance(shown.app.screen, SocketScreen), "the dialog")
        await shown.pilot.pause()
        fill(shown, "port", "99")
        await shown.pilot.click("#socket-test")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeSocketScreen), "the test")
        await shown.press("escape")
        await shown.pilot.click("#socket-take")
        await back_in_the_form(shown)
        assert members.sockets == ["udp:127.0.0.1:99", B]
        await shown.pilot.click("#edit-test")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeSocketScreen), "the test")
        assert [one["socket"] for one in sent(link, "probe_socket")] == ["udp:127.0.0.1:99"] * 2


async def test_escape_leaves_the_member_as_it_was() -> None:
    link = link_on(A, B)
    async with form(link) as (shown, members):
        await shown.press("f4")
        await shown.until(lambda: isinstance(shown.app.screen, SocketScreen), "the dialog")
        await shown.type("other")
        await shown.press("escape")
        await back_in_the_form(shown)
        assert members.sockets == [A, B]


async def test_a_problem_stands_at_its_field_and_is_not_taken() -> None:
    async with dialog(link_on(A)) as (shown, _fields):
        fill(shown, "port", "99999")
        await shown.until(lambda: complaint(shown, "port"), "the complaint")
        assert complaint(shown, "port") == "✖ a port from 1 to 65535 was expected, found '99999'"
        assert complaint(shown, "host") == ""
        assert shown.said("#socket-said").startswith("✖")
        await shown.press("ctrl+s")
        await shown.until(lambda: row(shown, "port").control.has_focus, "the focus")
        assert isinstance(shown.app.screen, SocketScreen)
        fill(shown, "port", "9")
        await shown.until(lambda: not complaint(shown, "port"), "the end of it")


async def test_another_transport_has_other_fields_and_keeps_what_fits() -> None:
    async with dialog(link_on(A)) as (shown, fields):
        choice = shown.app.screen.query_one(Select)
        for scheme in BUILT_IN:
            choice.value = scheme
            await shown.until(partial(has_fields_of, fields, scheme), scheme)
        choice.value = "tcp"
        await shown.until(lambda: shown.said("#socket-said") == "✓ tcp:127.0.0.1:1", "the socket")
        await shown.press("ctrl+s")
        await back_in_the_form(shown)


async def test_a_masked_password_is_kept_unless_it_is_typed_over() -> None:
    link = link_on(RABBIT)
    async with dialog(link) as (shown, fields):
        assert fields.values["password"] == "•••"
        fill(shown, "exchange", "other")
        await shown.press("ctrl+s")
        await back_in_the_form(shown)
        kept = "rabbitmq:app:•••@127.0.0.1:5672/exchange=other?pike"
        await shown.until(lambda: sent(link, "check_change")[-1]["members"] == [kept], "the check")
        assert sent(link, "check_socket")[-1] == {"socket": kept, "subscription": "s1"}


async def test_a_password_that_is_typed_reaches_the_engine_and_no_screen() -> None:
    link = link_on(RABBIT)
    async with dialog(link) as (shown, _fields):
        fill(shown, "password", "hunter2")
        await shown.until(lambda: "•••@" in shown.said("#socket-said"), "the live text")
        assert "hunter2" not in shown.app.export_screenshot()
        await shown.press("ctrl+s")
        await back_in_the_form(shown)
        typed = RABBIT.replace("•••", "hunter2")
        await shown.until(lambda: sent(link, "check_change")[-1]["members"] == [typed], "the check")
        assert "hunter2" not in shown.app.export_screenshot()
        await shown.press("f3", "f6")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeSocketScreen), "the test")
        assert sent(link, "check_change")[-1]["members"] == [typed, typed]
        assert sent(link, "probe_socket")[-1]["socket"] == typed
        assert "hunter2" not in shown.app.export_screenshot()


async def test_what_only_the_engine_knows_of_a_password_stands_at_the_password() -> None:
    link = link_on(RABBIT)
    problem = {"column": 14, "message": "no member here", "member": None, "hint": "type the password itself"}
    async with dialog(link) as (shown, _fields):
        link.answers["check_socket"] = {"problems": [problem], "normal": None, "warnings": []}
        fill(shown, "host", "elsewhere")
        await shown.until(lambda: complaint(shown, "password"), "the complaint")
        assert complaint(shown, "password") == "✖ no member here — type the password itself"
        await shown.press("enter")
        await shown.until(lambda: row(shown, "password").control.has_focus, "the focus")
        assert isinstance(shown.app.screen, SocketScreen)


async def test_a_text_that_cannot_be_read_is_told_and_replaced() -> None:
    async with dialog(link_on("udp:127.0.0.1:x")) as (shown, fields):
        assert "could not be read" in shown.said("#socket-said")
        assert "column 15" in shown.said("#socket-said")
        assert fields.kind.scheme == "udp"
        fill(shown, "host", "127.0.0.1")
        fill(shown, "port", "7")
        await shown.until(lambda: shown.said("#socket-said") == "✓ udp:127.0.0.1:7", "the live text")


async def test_a_socket_is_tested_before_it_is_taken() -> None:
    link = link_on(A)
    async with dialog(link) as (shown, _fields):
        fill(shown, "port", "0")
        await shown.press("f6")
        await shown.until(lambda: complaint(shown, "port"), "the complaint")
        assert not sent(link, "probe_socket")
        fill(shown, "port", "7")
        await shown.press("f6")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeSocketScreen), "the test")
        await shown.until(lambda: "what to try: start it" in shown.said("#probe-steps"), "the steps")
        wanted = {"socket": "udp:127.0.0.1:7", "subscription": "s1"}
        assert sent(link, "probe_socket") == [{**wanted, "is_sending": False}]
        await shown.press("enter")
        await shown.until(lambda: sent(link, "probe_socket")[-1] == {**wanted, "is_sending": True}, "the event")
        await shown.press("escape")
        assert isinstance(shown.app.screen, SocketScreen)


async def test_a_locked_console_refuses_the_test_in_words() -> None:
    link = link_on(A)
    async with console(link) as shown:
        await shown.press("L", "e")
        await shown.until(lambda: isinstance(shown.app.screen, EditSubscriptionScreen), "the form")
        await shown.pilot.pause()
        await shown.press("f6")
        await shown.until(lambda: "the console is locked" in shown.said("#probe-steps"), "the refusal")
        assert not sent(link, "probe_socket")


async def test_there_is_nothing_to_test_or_fill_in_without_a_member() -> None:
    link = link_on(A)
    async with form(link) as (shown, _members):
        await shown.press("f8", "f4", "f6")
        assert "Add a member first (f2)" in shown.toasts
        assert "Type a socket first" in shown.toasts
        await shown.press("f2", "f4")
        await shown.until(lambda: isinstance(shown.app.screen, SocketScreen), "the dialog")
        await shown.until(lambda: shown.app.screen.query(FormRow), "its fields")


@asynccontextmanager
async def adding(link: FakeLink, text: str) -> AsyncIterator[tuple[Console, Input]]:
    """The form to add, with something typed into it."""
    async with console(link) as shown:
        await shown.press("a")
        await shown.until(lambda: isinstance(shown.app.screen, AddSubscriptionScreen), "the form")
        field = shown.app.screen.query_one("#add-socket", Input)
        field.value = text
        field.cursor_position = len(text)
        await shown.pilot.pause()
        yield shown, field


async def test_one_of_several_members_is_filled_in_when_adding() -> None:
    link = link_on()
    link.answers["subscribe"] = {"id": "s3", "warnings": []}
    async with adding(link, "virtual:FAILOVER rabbitmq:h/q tcp:h:2") as (shown, field):
        field.cursor_position = 20
        await shown.press("f4")
        await shown.until(lambda: isinstance(shown.app.screen, SocketScreen), "the dialog")
        await shown.pilot.pause()
        fill(shown, "user", "app")
        fill(shown, "password", "hunter2")
        await shown.press("ctrl+s")
        await shown.until(lambda: isinstance(shown.app.screen, AddSubscriptionScreen), "the form")
        assert field.value == "virtual:FAILOVER rabbitmq:app:•••@h:5672/q tcp:h:2"
        await shown.press("enter")
        whole = "virtual:FAILOVER rabbitmq:app:hunter2@h:5672/q tcp:h:2"
        await shown.until(lambda: [one["socket"] for one in sent(link, "subscribe")] == [whole], "the command")
        assert "•••" not in sent(link, "check_socket")[-1]["socket"]


async def test_a_socket_is_tested_before_it_is_added() -> None:
    link = link_on()
    async with adding(link, "virtual:FAILOVER udp:a:1 tcp:h:2") as (shown, _field):
        await shown.press("f6")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeSocketScreen), "the test")
        wanted = {"socket": "tcp:h:2", "subscription": None, "is_sending": False}
        await shown.until(lambda: sent(link, "probe_socket") == [wanted], "the command")
        await shown.press("escape")
        shown.app.screen.query_one("#add-fields", Button).press()
        await shown.until(lambda: isinstance(shown.app.screen, SocketScreen), "the dialog")
        await shown.until(lambda: shown.app.screen.query(FormRow), "its fields")
        await shown.pilot.pause()


async def test_the_engine_that_does_not_answer_ends_nothing() -> None:
    link = link_on(A)
    async with dialog(link) as (shown, _fields):
        link.failure = RuntimeError("gone")
        fill(shown, "port", "7")
        await shown.press("f6")
        await shown.until(lambda: isinstance(shown.app.screen, ProbeSocketScreen), "the test")
        await shown.until(lambda: "no answer from the engine: gone" in shown.said("#probe-steps"), "the failure")
        await shown.press("escape", "ctrl+s")
        await back_in_the_form(shown)
