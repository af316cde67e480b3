"""Tables that leave the console: what stands in them, and that nothing obeys them."""

from __future__ import annotations

import csv
import io
import json

from tests.tui.world import FakeLink, story_of_pike
from tui.model.pump import Pump
from tui.userfiles.exports import as_csv, as_json, delivery_rows, subscription_rows


async def test_tables_have_a_row_a_member_and_a_row_a_delivery() -> None:
    pump = Pump(FakeLink(records=story_of_pike()), lambda: 0.0)
    await pump.ask()
    assert pump.snapshot is not None
    members = subscription_rows(pump.snapshot)
    assert [(one["event"], one["position"], one["state"]) for one in members][:2] == [
        ("E_PIKE_BLOCKED", 1, "FAILED"),
        ("E_PIKE_BLOCKED", 2, "UP"),
    ]
    rows = delivery_rows(pump.deliveries.lines, pump.snapshot)
    assert [one["event"] for one in rows] == ["E_UL_AOR_INSERT", "E_ACC_CDR", "E_PIKE_BLOCKED"]
    assert "skipped 1" in rows[-1]["told"]
    assert json.loads(as_json(rows)) == [dict(row) for row in rows]


def test_a_spreadsheet_takes_nothing_for_a_formula() -> None:
    text = as_csv([{"a": "=1+1", "b": -1}, {"a": "x, y", "b": None}])
    assert list(csv.reader(io.StringIO(text))) == [["a", "b"], ["'=1+1", "-1"], ["x, y", ""]]
    assert as_csv([]) == ""


def test_words_of_a_peer_steer_no_terminal_that_shows_an_export() -> None:
    rows = [{"error": "\x1b]52;c;aGFybWxlc3M=\x07\r\nforged,1\u202e\x9b2J", "name": "Zürich"}]
    text = as_csv(rows)
    assert text.splitlines() == ["error,name", r'"\x1b]52;c;aGFybWxlc3M=\x07\r\nforged,1\u202e\x9b2J",Zürich']
    shown = as_json(rows)
    assert all(line.isprintable() for line in shown.splitlines())
    assert json.loads(shown) == rows
