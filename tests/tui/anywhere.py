"""Every screen and dialog of the console, how one gets there, and an engine that answers whatever they ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from textual.screen import Screen

from tests.tui.inspected import DELIVERY, MEMBER, REFUSED
from tests.tui.pilots import Console
from tests.tui.recorded import AUDIT
from tests.tui.screens.dialogs.test_raise_many import HALF
from tests.tui.screens.forms.test_edit_subscription import DESCRIBED, FINE
from tests.tui.world import AOR, CDR, LOG_ENTRIES, PIKE, FakeLink, snapshot, story_of_pike
from tui.screens.dashboard.screen import DashboardScreen
from tui.screens.dialogs.confirm import ConfirmScreen
from tui.screens.dialogs.difference import DifferenceScreen
from tui.screens.dialogs.export import ExportScreen
from tui.screens.dialogs.jump import JumpScreen
from tui.screens.dialogs.probe import ProbeScreen
from tui.screens.dialogs.raise_many import RaiseManyScreen
from tui.screens.forms.add_subscription import AddSubscriptionScreen
from tui.screens.forms.edit_subscription import EditSubscriptionScreen
from tui.screens.live import LiveScreen
from tui.screens.views.audit import AuditScreen
from tui.screens.views.charts import ChartsScreen
from tui.screens.views.help import HelpScreen
from tui.screens.views.inspector import InspectorScreen
from tui.screens.views.log import LogScreen
from tui.screens.views.stage import StageScreen
from tui.screens.views.wallboard import WallboardScreen

PLACES: Mapping[str, tuple[tuple[str, ...], type[Screen[Any]]]] = {
    "dashboard": ((), DashboardScreen),
    "member": (("down",), DashboardScreen),
    "feed": (("2", "down", "down"), DashboardScreen),
    "filter": (("slash",), DashboardScreen),
    "raise": (("r",), DashboardScreen),
    "inspected delivery": (("2", "enter"), InspectorScreen),
    "inspected member": (("down", "enter"), InspectorScreen),
    "charts": (("3",), ChartsScreen),
    "stage": (("4",), StageScreen),
    "log": (("5",), LogScreen),
    "wallboard": (("w",), WallboardScreen),
    "audit": (("A",), AuditScreen),
    "add": (("a",), AddSubscriptionScreen),
    "edit": (("e",), EditSubscriptionScreen),
    "undo": (("u",), DifferenceScreen),
    "save": (("W",), DifferenceScreen),
    "remove": (("x",), ConfirmScreen),
    "probe": (("down", "t"), ProbeScreen),
    "many": (("N",), RaiseManyScreen),
    "export": (("E",), ExportScreen),
    "help": (("question_mark",), HelpScreen),
    "jump": (("ctrl+o",), JumpScreen),
}
"""Keys from the dashboard, and the screen that they lead to."""

COUNTS = {"added": 1, "changed": 0, "removed": 0, "plain_passwords": 0}
PREVIEW = {"file": "s.yaml", "copy": "s.yaml.bak", "diff": ["+ x"], "digest": "d", "is_changed": True, **COUNTS}


def answering() -> FakeLink:
    """An engine that answers everything, in a world with deliveries."""
    link = FakeLink(records=story_of_pike())
    link.answers |= {
        "inspect_delivery": DELIVERY,
        "inspect_member": MEMBER,
        "describe_subscription": DESCRIBED,
        "check_change": FINE,
        "check_socket": {"problems": [], "normal": "udp:127.0.0.1:9", "warnings": []},
        "last_change": {"left": 1, "event": "E_A", "was": "changed", "age_s": 5.0, "diff": ["+ member x"]},
        "preview_save": PREVIEW,
        "probe_member": REFUSED,
        "series_progress": HALF,
        "log_since": LOG_ENTRIES,
        "audit": AUDIT,
        "configuration": {"label": "LAB"},
        "lab_receivers": [{"subscription": "s1", "member": 0, "receiver": "pike"}],
        "toggle_receiver": {"receiver": "pike", "running": False},
        "set_trouble": {"receiver": "pike", "trouble": "hang", "running": True},
        "pause_member": {},
        "resume_member": {},
        "reopen_files": {"files": 2},
        "catalogue": [],
        "raise_event": {"subscriptions": 1},
    }
    return link


async def go(shown: Console, place: str) -> None:
    """Go to a place, from the dashboard."""
    keys, screen = PLACES[place]
    await shown.press(*keys)
    await shown.until(lambda: isinstance(shown.app.screen, screen), place)
    await shown.pilot.pause()


def bare() -> tuple[Any, ...]:
    """The subscriptions with one member each, the last one."""
    return tuple(replace(row, version=2, members=(replace(row.members[-1], index=0),)) for row in (PIKE, CDR, AOR))


VANISHINGS = ("rows", "link")


def vanish(link: FakeLink, what: str) -> None:
    """Take something away under the console."""
    match what:
        case "rows":
            link.answer = snapshot(*bare()[1:])
        case "link":
            link.failure = ConnectionError("gone")
        case _:
            link.answer = snapshot(next_record=0)
            link.records = ()
    if what != "link":  # the engine no longer knows what it was asked about
        for name in ("inspect_delivery", "inspect_member", "describe_subscription", "probe_member"):
            link.answers.pop(name, None)


async def settle(shown: Console, link: FakeLink, asks: int = 2) -> None:
    """Let the console ask and draw some times. What lies over the dashboard has it ask nothing."""
    before = link.asked
    if isinstance(shown.app.screen, LiveScreen):
        await shown.until(lambda: link.asked >= before + asks, "the console asks")
    await shown.pilot.pause()
