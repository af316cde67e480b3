"""The package that docs/plug-ins.md shows, put where Python finds it, as an installer would leave it."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.address import mask
from engine.address.kinds import table
from engine.transports import registry

PAGE = Path(__file__).parents[2] / "docs" / "plug-ins.md"
_SHOWN = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def install(site: Path, *, without: str = "") -> None:
    """Put the package into a directory. `without`: the group of entry points that it does not have."""
    files = dict(_SHOWN.findall(PAGE.read_text("utf-8")))
    project = tomllib.loads(files.pop("pyproject.toml"))["project"]
    for name, text in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")
    (site / "switchboard_bus" / "__init__.py").write_text("")
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = []
    for group, points in project["entry-points"].items():
        if group != without:
            lines += [f"[{group}]", *(f"{name} = {where}" for name, where in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


@contextmanager
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is in `site` can be found in this process, as if it had started with it."""
    with monkeypatch.context() as patch:
        patch.syspath_prepend(site)
        forget()
        try:
            yield
        finally:
            for name in [name for name in sys.modules if name.startswith("switchboard_bus")]:
                del sys.modules[name]
    forget()


def forget() -> None:
    """Have everything that was read of entry points read anew."""
    caches = (table.outside, table._loaded, mask._own_login, mask._login, registry._entry_points, registry.load)
    for cached in caches:
        cached.cache_clear()
