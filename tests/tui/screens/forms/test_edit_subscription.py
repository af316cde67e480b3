"""Editing a subscription: the form, the difference, and taking a change back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from textual.widgets import Input, Select

from tests.tui.pilots import Console, console
from tests.tui.world import FakeLink
from tui.render.line import plain
from tui.screens.dialogs.difference import DifferenceScreen
from tui.screens.forms.edit_subscription import EditSubscriptionScreen, said_lines, verdict_line
from tui.widgets.form_row import FormRow
from tui.widgets.member_fields import MemberFields

A, B = "udp:127.0.0.1:1", "tcp:127.0.0.1:2"
OPTIONS = {
    "failover_timeout": 30.0,
    "when_all_failed": "hold",
    "hold_max_age": 3600.0,
    "on_failure": "next",
    "queue_size": 10_000,
    "drop": "never",
    "slow_after": 0.8,
    "wait_for_member": 3.0,
}
DESCRIBED = {
    "id": "s1",
    "event": "E_PIKE_BLOCKED",
    "policy": "FAILOVER",
    "members": [A, B],
    "expire": None,
    "options": OPTIONS,
}
FINE: dict[str, Any] = {"problems": [], "warnings": [], "diff": ["  event E_A", f"- member {B}"], "is_changed": True}
PROBLEM = {"field": "members", "column": 15, "message": "bad port", "member": 2, "hint": None}


@asynccontextmanager
async def form(link: FakeLink, size: tuple[int, int] = (160, 48)) -> AsyncIterator[tuple[Console, MemberFields]]:
    """The form on a subscription of two members."""
    link.answers = {"describe_subscription": DESCRIBED, "check_change": FINE, **link.answers}
    async with console(link, size) as shown:
        await shown.press("e")
        await shown.until(lambda: isinstance(shown.app.screen, EditSubscriptionScreen), "the form")
        await shown.pilot.pause()
        yield shown, shown.app.screen.query_one(MemberFields)


def sent(link: FakeLink, name: str) -> list[dict[str, Any]]:
    return [parameters for command, parameters in link.commands if command == name]


async def test_the_form_shows_what_there_is_and_asks_before_it_changes() -> None:
    link = FakeLink()
    link.answers = {"change_subscription": {"id": "s1", "warnings": ["mind the gap"], "diff": []}}
    async with form(link) as (shown, members):
        assert members.sockets == [A, B]
        shown.app.screen.query_one(Select).value = "PARALLEL"
        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.app.screen, DifferenceScreen), "the difference")
        assert shown.said("#difference") == f"  event E_A\n- member {B}"
        assert not sent(link, "change_subscription")
        await shown.press("y")
        await shown.until(lambda: sent(link, "change_subscription"), "the command")
        (draft,) = sent(link, "change_subscription")
        assert (draft["policy"], draft["members"], draft["expire"]) == ("PARALLEL", [A, B], None)
        assert draft["options"]["queue_size"] == "10000"
        await shown.until(lambda: "mind the gap" in shown.toasts, "the warning")
        await shown.until(lambda: any("u takes it back" in one for one in shown.toasts), "the toast")


async def test_members_are_added_doubled_moved_and_removed_by_key() -> None:
    link = FakeLink()
    async with form(link) as (shown, members):
        await shown.press("f3")
        assert members.sockets == [A, A, B]
        await shown.press("ctrl+down")
        assert members.sockets == [A, B, A]
        await shown.press("ctrl+up", "ctrl+up", "ctrl+up")
        assert members.sockets == [A, A, B]
        await shown.press("f8", "f2")
        await shown.type("unix:/x")
        assert members.sockets == [A, "unix:/x", B]
        await shown.until(lambda: sent(link, "check_change")[-1]["members"] == members.sockets, "the check")


async def test_a_problem_is_marked_under_its_column_and_nothing_is_changed() -> None:
    link = FakeLink()
    link.answers = {"check_change": {"problems": [PROBLEM], "warnings": [], "diff": [], "is_changed": False}}
    async with form(link) as (shown, members):
        await shown.press("ctrl+s")
        second = members.fields[1].query_one(".member-problems")
        await shown.until(lambda: second.display, "the mark")
        _text, marker, words, form_line = ["".join(part.text for part in line) for line in second.lines]  # type: ignore[attr-defined]
        assert marker.index("▲") == 14
        assert form_line == "a socket like tcp:HOST:PORT[/METHOD]; f4 fills it in"
        assert "member 2, column 15: bad port" in words
        assert isinstance(shown.app.screen, EditSubscriptionScreen)


async def test_the_form_fits_80_columns_and_escape_leaves_it() -> None:
    link = FakeLink()
    async with form(link, (80, 24)) as (shown, members):
        assert members.is_on_screen
        await shown.press("escape")
        assert not isinstance(shown.app.screen, EditSubscriptionScreen)
        assert not sent(link, "change_subscription")


async def test_undo_shows_what_it_would_do_and_asks() -> None:
    link = FakeLink()
    link.answers = {"last_change": {"left": 0}, "undo_change": {"id": "s1"}}
    async with console(link) as shown:
        await shown.press("u")
        await shown.until(lambda: any("No subscription was changed" in one for one in shown.toasts), "the toast")
        last = {"left": 1, "event": "E_A", "was": "changed", "age_s": 5.0, "diff": [f"+ member {B}"]}
        link.answers["last_change"] = last
        await shown.press("u")
        await shown.until(lambda: isinstance(shown.app.screen, DifferenceScreen), "the question")
        await shown.press("n")
        assert not sent(link, "undo_change")
        await shown.press("u")
        await shown.until(lambda: isinstance(shown.app.screen, DifferenceScreen), "the question")
        await shown.press("y")
        await shown.until(lambda: sent(link, "undo_change"), "the command")


def test_a_form_without_a_difference_says_so() -> None:
    unchanged = {**FINE, "is_changed": False}
    assert said_lines(unchanged) == []
    assert plain(verdict_line(unchanged)) == "nothing is different yet"
    assert plain(verdict_line({**FINE, "warnings": ["mind"]})) == "✓ can be applied, 1 warning"
    assert plain(said_lines(FINE)[0]) == f"- member {B}"


async def test_saving_shows_the_file_s_difference_and_asks() -> None:
    link = FakeLink()
    preview = {"file": "/etc/s.yaml", "copy": "s.yaml.bak", "diff": ["+ x"], "digest": "d", "plain_passwords": 1}
    link.answers = {"preview_save": {**preview, "is_changed": False}}
    async with console(link) as shown:
        await shown.press("W")
        await shown.until(lambda: any("nothing was changed by hand" in one for one in shown.toasts), "the toast")
        link.answers = {
            "preview_save": {**preview, "is_changed": True},
            "save_subscriptions": {"file": "/etc/s.yaml", "copy": "s.yaml.bak"},
        }
        await shown.press("W")
        await shown.until(lambda: isinstance(shown.app.screen, DifferenceScreen), "the difference")
        assert shown.said("#difference") == "+ x"
        await shown.press("y")
        await shown.until(lambda: sent(link, "save_subscriptions") == [{"digest": "d"}], "the command")
        await shown.until(lambda: any("kept as s.yaml.bak" in one for one in shown.toasts), "the toast")


def is_checked_with(link: FakeLink, policy: str) -> bool:
    return bool(sent(link, "check_change")[-1]["policy"] == policy)


def fields(shown: Console) -> dict[str, FormRow]:
    return {row.field: row for row in shown.app.screen.query(FormRow)}


async def test_only_the_options_that_the_policy_heeds_are_shown_and_sent() -> None:
    link = FakeLink()
    async with form(link) as (shown, _members):
        for policy, options in (
            ("ROUND-ROBIN", ["on_failure", "wait_for_member", "queue_size", "drop"]),
            ("PARALLEL", ["wait_for_member", "queue_size", "drop"]),
            ("FAILOVER", ["failover_timeout", "when_all_failed", "hold_max_age", "slow_after", "queue_size", "drop"]),
        ):
            shown.app.screen.query_one(Select).value = policy
            await shown.until(partial(is_checked_with, link, policy), "the check")
            assert list(sent(link, "check_change")[-1]["options"]) == options
            seen = [name for name, row in fields(shown).items() if row.display]
            assert seen == ["policy", "expire", *options]


async def test_choices_are_chosen_and_not_typed() -> None:
    link = FakeLink()
    async with form(link) as (shown, _members):
        control = fields(shown)["when_all_failed"].control
        assert isinstance(control, Select)
        control.value = "drop"
        await shown.until(lambda: sent(link, "check_change")[-1]["options"]["when_all_failed"] == "drop", "the check")


async def test_a_wrong_number_is_marked_where_it_stands() -> None:
    link = FakeLink()
    problem = {**PROBLEM, "field": "queue_size", "member": None, "message": "expected a number above 0, found '0'"}
    link.answers = {"check_change": {"problems": [problem], "warnings": [], "diff": [], "is_changed": False}}
    async with form(link) as (shown, _members):
        await shown.press("ctrl+s")
        lines: Any = fields(shown)["queue_size"].query_one(".row-problems")
        await shown.until(lambda: lines.display, "the mark")
        assert plain(lines.lines[0]) == "✖ expected a number above 0, found '0'"
        assert shown.said("#edit-said") == ""
        assert shown.said("#edit-verdict") == "✖ not yet: queue_size"


async def test_the_expiry_is_read_out() -> None:
    link = FakeLink()
    link.answers = {"describe_subscription": {**DESCRIBED, "expire": 3600.0, "left_s": 3425.0}}
    async with form(link) as (shown, _members):
        hint = fields(shown)["expire"].query_one(".edit-hint")
        assert hint.render_line(0).text.strip() == "expires in 57 min"
        control = fields(shown)["expire"].control
        assert isinstance(control, Input)
        control.value = "60"
        await shown.until(lambda: hint.render_line(0).text.strip() == "expires 1 min 0 s from now", "the words")


async def test_apply_is_in_view_however_many_members_there_are() -> None:
    link = FakeLink()
    link.answers = {"describe_subscription": {**DESCRIBED, "members": [A, B] * 12}}
    async with form(link, (80, 24)) as (shown, members):
        await shown.press("end", *["tab"] * 20)
        apply = shown.app.screen.query_one("#edit-apply")
        assert shown.app.screen.region.contains_region(apply.region)
        assert apply.region.y > members.fields[20].region.y > 0
        await shown.pilot.click("#edit-apply")
        await shown.until(lambda: isinstance(shown.app.screen, DifferenceScreen), "the difference")
