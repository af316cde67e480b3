"""The part of the console that keeps things: exports, incident bundles, and the audit trail."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import work

from engine.errors import EventError
from engine.snapshot import EngineSnapshot
from tui import places
from tui.exporting import as_csv, as_json, audit_rows, delivery_rows, save, subscription_rows
from tui.guard import GuardedLink
from tui.pump import Pump
from tui.recording import LOG_LINES, Recording
from tui.remembering import RememberingApp
from tui.render.line import clean
from tui.screens.asking import ask
from tui.screens.audit import AuditScreen
from tui.screens.export import Choice, ExportScreen
from tui.screens.raise_many import RaiseManyScreen, begun_with
from tui.widgets.raise_form import RaiseForm
from tui.widgets.subscriptions import SubscriptionsView

RECORDS = 10_000
"""Records of the feed that an incident bundle asks for."""

LOG_BYTES = 400_000
"""What is read of the end of the log."""


class KeepingApp(RememberingApp):
    """Needs a link and a pump."""

    pump: Pump
    _link: GuardedLink

    def action_raise_many(self) -> None:
        """Open the dialog to raise an event many times, with what stands in the form to raise one."""
        if isinstance(self.screen, RaiseManyScreen):
            return
        remember = self.dashboard.remember
        try:
            event = self.dashboard.query_one(RaiseForm).event()
        except EventError:
            chosen = self.dashboard.query_one(SubscriptionsView).selected
            name = "" if chosen is None else chosen[0].event
            self.push_screen(RaiseManyScreen(self._link, name, "{}", remember))
            return
        self.push_screen(RaiseManyScreen(self._link, event.name, begun_with(event), remember))

    def action_show_audit(self) -> None:
        """Show who changed what."""
        if not isinstance(self.screen, AuditScreen):
            self.push_screen(AuditScreen(self._link))

    @work(group="export", exclusive=True)
    async def action_export(self) -> None:
        """Choose something and write it to a file."""
        picture = self.export_screenshot(title=self.title)  # before the choices cover it
        choice = await self.push_screen_wait(ExportScreen())
        snapshot = self.pump.snapshot
        if choice is None:
            return
        if snapshot is None:
            self.notify("The engine has not answered yet; there is nothing to export", severity="warning")
            return
        text = picture if choice.what == "screen" else await self._text(choice, snapshot)
        if text is None:
            return
        try:
            path = await asyncio.to_thread(
                save, places.export_folder(), choice.what, choice.form, self.pump.wall(), text
            )
        except OSError as error:
            self.notify(f"Not exported: {error}", severity="error", markup=False)
            return
        self.notify(f"{path}", title="Exported", timeout=15, markup=False)

    async def _text(self, choice: Choice, snapshot: EngineSnapshot) -> str | None:
        """What goes into the file; None, and a toast, when the engine does not tell."""
        if choice.what == "incident":
            return await self._incident(snapshot)
        if choice.what == "audit":
            answer = await ask(self._link, "audit")
            if answer.failure:
                self.notify(answer.failure, title="Not exported", severity="error", markup=False)
                return None
            rows = audit_rows(answer.value["entries"])
        elif choice.what == "feed":
            rows = delivery_rows(self.pump.deliveries.lines, snapshot)
        else:
            rows = subscription_rows(snapshot)
        return as_csv(rows) if choice.form == "csv" else as_json(rows)

    async def _incident(self, snapshot: EngineSnapshot) -> str | None:
        configuration, audit = await ask(self._link, "configuration"), await ask(self._link, "audit")
        failure = configuration.failure or audit.failure
        if failure:
            self.notify(failure, title="Not exported", severity="error", markup=False)
            return None
        records = await self._link.feed(0, RECORDS)
        log = await asyncio.to_thread(log_end, places.log_file())
        recording = Recording(snapshot, records, configuration.value, audit.value, log)
        return await asyncio.to_thread(recording.text)


def log_end(path: Path) -> list[str]:
    """The last lines of a log, or why there are none."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - LOG_BYTES, 0))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError as error:
        return [f"{path} cannot be read: {error.strerror}"]
    return [clean(line) for line in lines[-LOG_LINES:]]
