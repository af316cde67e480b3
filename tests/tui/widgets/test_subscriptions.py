"""Subscriptions in a list: the cursor, folding, and what a click does."""

from __future__ import annotations

import pytest

from tests.tui.anywhere import answering
from tests.tui.pilots import console, line_of
from tests.tui.world import CDR
from tui.screens.views.inspector import InspectorScreen
from tui.widgets.subscriptions import SubscriptionsView


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_a_click_selects_and_a_second_one_opens_a_member(size: tuple[int, int]) -> None:
    async with console(answering(), size) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        at = (20, line_of(shown, SubscriptionsView, "10.0.0.12"))
        await shown.pilot.click(SubscriptionsView, offset=at)
        await shown.until(lambda: view.selected == (CDR, CDR.members[1]), "the member under the mouse")
        await shown.pilot.click(SubscriptionsView, offset=(20, line_of(shown, SubscriptionsView, "10.0.0.12")))
        await shown.until(lambda: isinstance(shown.app.screen, InspectorScreen), "the inspector")


async def test_a_second_click_folds_a_subscription() -> None:
    async with console(answering()) as shown:
        view = shown.dashboard.query_one(SubscriptionsView)
        at = (20, line_of(shown, SubscriptionsView, "E_ACC_CDR"))
        await shown.pilot.click(SubscriptionsView, offset=at)
        await shown.until(lambda: view.selected == (CDR, None), "the subscription")
        await shown.pilot.click(SubscriptionsView, offset=at)
        await shown.until(lambda: "10.0.0.12" not in shown.text(), "the fold")
