"""The policy stage, by its keys."""

from __future__ import annotations

from tests.tui.pilots import Console, console
from tests.tui.world import FakeLink, snapshot, story_of_pike
from tui.render.stage_play import Pace
from tui.screens.views.stage import StageScreen
from tui.widgets.stage import StageView


def link() -> FakeLink:
    """An engine that has a lab."""
    made = FakeLink(records=story_of_pike())
    made.answers = {
        "toggle_receiver": {"receiver": "cdr", "running": False},
        "set_trouble": {"receiver": "cdr", "trouble": "hang", "running": True},
        "catalogue": [{"name": "E_PIKE_BLOCKED", "params": [{"name": "ip", "example": "192.0.2.11"}]}],
        "raise_event": {"subscriptions": 1},
    }
    return made


def stage(shown: Console) -> StageScreen:
    assert isinstance(shown.app.screen, StageScreen)
    return shown.app.screen


def seen(shown: Console) -> str:
    view = stage(shown).query_one(StageView)
    return "\n".join(view.render_line(y).text for y in range(view.line_count()))


async def test_4_shows_the_selected_subscription_and_4_goes_back() -> None:
    async with console(link()) as shown:
        await shown.press("4")
        await shown.until(lambda: "passed over" in seen(shown), "the event")
        assert "FAILOVER of E_PIKE_BLOCKED" in str(stage(shown).query_one(StageView).border_title)
        await shown.press("4")
        assert shown.app.screen is shown.dashboard
        await shown.press("4", "escape")
        assert shown.app.screen is shown.dashboard
        await shown.press("4", "1")
        assert shown.app.screen is shown.dashboard


async def test_brackets_go_through_the_subscriptions() -> None:
    async with console(link()) as shown:
        await shown.press("4", "right_square_bracket")
        assert "ROUND-ROBIN of E_ACC_CDR" in str(stage(shown).query_one(StageView).border_title)
        await shown.press("left_square_bracket", "left_square_bracket")
        assert "PARALLEL of E_UL_AOR_INSERT" in str(stage(shown).query_one(StageView).border_title)


async def test_pace_and_steps() -> None:
    async with console(link()) as shown:
        await shown.press("4", "P")
        assert stage(shown).play.pace is Pace.LIVE
        await shown.until(lambda: "took it" in seen(shown), "the end")
        await shown.press("n")
        assert stage(shown).play.pace is Pace.STEPS
        assert "No newer event yet; r raises one" in shown.toasts


async def test_receivers_get_trouble() -> None:
    made = link()
    async with console(made) as shown:
        await shown.press("4", "down", "H", "S", "K", "r")
        behind = {"subscription": "s1", "member": 1}
        await shown.until(lambda: "raise_event" in [name for name, _ in made.commands], "the commands")
        assert ("set_trouble", {**behind, "trouble": "toggle:hang"}) in made.commands
        assert ("set_trouble", {**behind, "trouble": "toggle:slow"}) in made.commands
        assert ("toggle_receiver", behind) in made.commands
        assert ("raise_event", {"event": "E_PIKE_BLOCKED", "params": [["ip", "192.0.2.11"]]}) in made.commands
        await shown.until(lambda: any("receiver cdr hangs" in one for one in shown.toasts), "the toast")


async def test_a_refusal_is_shown_and_a_stage_without_subscriptions_stands() -> None:
    made = link()
    made.answers = {}
    async with console(made) as shown:
        await shown.press("4", "H")
        await shown.until(lambda: any("no answer to set_trouble" in one for one in shown.toasts), "the refusal")
        made.answer = snapshot()
        await shown.app.pump.ask()
        await shown.press("P", "n", "K", "H", "r", "right_square_bracket", "down")
        assert "there is no subscription" in str(stage(shown).query_one(StageView).border_title)
