"""Exports: tables, the screen as a picture, incident bundles."""

from __future__ import annotations

import asyncio

from textual import work

from engine.view.snapshot import EngineSnapshot
from tui.app.base import AppBase
from tui.bundle.collector import collect
from tui.link.answers import ask
from tui.screens.dialogs.export import Choice, ExportScreen
from tui.userfiles import places
from tui.userfiles.exports import as_csv, as_json, audit_rows, delivery_rows, save, subscription_rows


class ExporterPart(AppBase):
    """Writes what the pump knows, or what the engine tells, into the user's folder."""

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
            return await self._incident(snapshot, choice.minutes)
        if choice.what == "audit":
            answer = await ask(self.link, "audit")
            if answer.failure:
                self.notify(answer.failure, title="Not exported", severity="error", markup=False)
                return None
            rows = audit_rows(answer.value.entries)
        elif choice.what == "feed":
            rows = delivery_rows(self.pump.deliveries.lines, snapshot)
        else:
            rows = subscription_rows(snapshot)
        return as_csv(rows) if choice.form == "csv" else as_json(rows)

    async def _incident(self, snapshot: EngineSnapshot, minutes: int) -> str | None:
        incident = await collect(self.link, self.pump, snapshot, self.recorded)
        if incident.recording is None:
            self.notify(incident.failure, title="Not exported", severity="error", markup=False)
            return None
        return await asyncio.to_thread(incident.recording.of_last(minutes * 60).text)
