"""What docs/configuration.md says, holds: its example is fine, its keys and defaults are those of the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine.config import check_config
from engine.config.model import ConsoleSettings, LabSettings, MiSettings, Settings, SubscriptionSettings

PAGE = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text()
SECTIONS: list[tuple[str, type[BaseModel]]] = [
    ("Top level", Settings),
    ("`subscriptions`", SubscriptionSettings),
    ("`mi`", MiSettings),
    ("`lab`", LabSettings),
    ("`console`", ConsoleSettings),
]


def rows(section: str) -> dict[str, str]:
    """Key and default of each row of a section's table."""
    _, heading, rest = PAGE.partition(f"\n## {section}\n")
    assert heading, section
    cells = [line.split("|") for line in rest.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    return {row[1].strip(" `"): row[2].strip() for row in cells}


def shown(name: str, field: FieldInfo) -> set[str]:
    """What the table may show as a default."""
    if field.is_required():
        return {"required"}
    default: Any = field.get_default(call_default_factory=True)
    if default in (None, "", (), {}):
        return (
            {"–", "the global one"}
            if name in {"failover_timeout", "queue_size", "slow_after", "wait_for_member"}
            else {"–"}
        )
    if isinstance(default, tuple):
        return {f"[{', '.join(default)}]"}
    return {f"{default:g}" if isinstance(default, float) else str(default)}


@pytest.mark.parametrize(("section", "kind"), SECTIONS)
def test_every_key_is_documented_with_its_default(section: str, kind: type[BaseModel]) -> None:
    table = rows(section)
    assert set(table) == set(kind.model_fields)
    for name, field in kind.model_fields.items():
        assert table[name] in shown(name, field), name


def test_the_example_is_fine(tmp_path: Path) -> None:
    _, _, rest = PAGE.partition("```yaml\n")
    file = tmp_path / "switchboard.yaml"
    file.write_text(rest.partition("```")[0])
    result = check_config(file, {})
    assert result.problems == ()
    assert result.settings is not None
    assert [each.event for each in result.settings.subscriptions] == ["E_PIKE_BLOCKED", "E_BILLING_RESET"]
