"""Which flat files MI may subscribe."""

from __future__ import annotations

from pathlib import Path

from tests.engine.mi.conftest import UDP, Mi, refusal


async def test_flat_files_are_taken_below_the_roots_only(mi: Mi, tmp_path: Path) -> None:
    inside = f"flatstore:{tmp_path}/flat/a.log"
    assert await mi("event_subscribe", "E_A", inside) == "OK"
    for path in ("/etc/passwd", f"{tmp_path}/b.log", f"{tmp_path}/flat/../b.log", f"{tmp_path}/flat2/b.log"):
        error = await refusal(mi, "event_subscribe", "E_A", f"virtual:FAILOVER {UDP} flatstore:{path}")
        assert (error.code, error.message) == (400, "Bad parameter value")
        assert "mi.flatstore_roots" in (error.data or "")
    assert await mi.sockets("E_A") == [inside]


async def test_links_do_not_lead_out_of_the_roots(mi: Mi, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "flat" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "flat" / "file.log").symlink_to(tmp_path / "outside" / "file.log")
    for path in ("link/a.log", "file.log"):
        error = await refusal(mi, "event_subscribe", "E_A", f"flatstore:{tmp_path}/flat/{path}")
        assert "mi.flatstore_roots" in (error.data or "")


async def test_a_missing_directory_is_refused(mi: Mi, tmp_path: Path) -> None:
    error = await refusal(mi, "event_subscribe", "E_A", f"flatstore:{tmp_path}/flat/none/a.log")
    assert "does not exist" in (error.data or "")
    error = await refusal(mi, "event_subscribe", "E_A", f"flatstore:{tmp_path}/flat")
    assert "is a directory" in (error.data or "")
