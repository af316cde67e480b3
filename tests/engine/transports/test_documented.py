"""Every setting of every transport is in the documentation, with its default."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.transports.registry import load, schemes

PAGE = Path(__file__).parents[3] / "docs" / "transports.md"


@pytest.mark.parametrize("scheme", schemes())
def test_every_setting_is_documented(scheme: str) -> None:
    _, _, rest = PAGE.read_text().partition(f"\n## {'udp, unix' if scheme in {'udp', 'unix'} else scheme}\n")
    section = rest.partition("\n## ")[0]
    rows = {
        line.split("|")[1].strip(" `"): line.split("|")[2].strip() for line in section.splitlines() if "| `" in line
    }
    fields = load(scheme).Options.model_fields
    assert set(rows) == set(fields)
    for name, field in fields.items():
        default = field.get_default(call_default_factory=True)
        shown = {True: "true", False: "false"}.get(default, str(default)) if isinstance(default, bool) else str(default)
        wanted = {"–"} if default in (None, "", {}) else {shown, f'"{shown}"', f"`{shown}`"}
        assert rows[name] in wanted, name
