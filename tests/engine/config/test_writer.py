"""Changing a configuration file: the rest of its text stays, and it is never there by half."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load_config
from engine.config.writer import EditError, add_subscription, remove_subscription, save_text

ENTRY = {"event": "E_ACC_CDR", "socket": "virtual:FAILOVER udp:h:1 /tmp/a", "expire": 60}
ADDED = "- event: E_ACC_CDR\n  socket: virtual:FAILOVER udp:h:1 /tmp/a\n  expire: 60\n"
INDENTED = "".join(f"  {line}\n" for line in ADDED.splitlines())

WRITTEN = """# who hears what
label: LAB # not production

subscriptions:
  # security
  - event: E_PIKE_BLOCKED   # from pike
    policy: PARALLEL
    members:
      - udp:h:1
      - /tmp/b # the file

  # billing
  - {event: E_ACC_EVENT, socket: 'udp:h:2'}

# the rest
mi: {http: "127.0.0.1:8888"}
"""


def test_an_entry_is_added_behind_the_last_and_nothing_else_changes() -> None:
    line = "  - {event: E_ACC_EVENT, socket: 'udp:h:2'}\n"
    assert add_subscription(WRITTEN, ENTRY) == WRITTEN.replace(line, line + INDENTED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"subscriptions:\n{INDENTED}"),
        ("label: A", f"label: A\nsubscriptions:\n{INDENTED}"),
        ("subscriptions: # none\nlabel: A\n", f"subscriptions: # none\n{INDENTED}label: A\n"),
        ("subscriptions: []\nlabel: A\n", f"subscriptions:\n{INDENTED}label: A\n"),
        ("subscriptions: [] # none", f"subscriptions: # none\n{INDENTED}"),
        (
            "subscriptions:\n- event: E_A\n  socket: >-\n    udp:h:1\n\nlabel: A\n",
            f"subscriptions:\n- event: E_A\n  socket: >-\n    udp:h:1\n\n{ADDED}label: A\n",
        ),
        ("subscriptions: [{event: E_A}]\n", "subscriptions: [{event: E_A}, {event: E_B}]\n"),
        ("subscriptions: [{event: E_A},]\n", "subscriptions: [{event: E_A},{event: E_B}]\n"),
    ],
)
def test_an_entry_is_added_to_every_way_of_writing(before: str, after: str) -> None:
    assert add_subscription(before, {"event": "E_B"} if "E_B" in after else ENTRY) == after


def test_an_entry_is_removed_with_its_lines_alone() -> None:
    entry = WRITTEN[WRITTEN.index("  - event: E_PIKE") : WRITTEN.index("\n  # billing")]
    assert remove_subscription(WRITTEN, 0) == WRITTEN.replace(entry, "")
    last = "  - {event: E_ACC_EVENT, socket: 'udp:h:2'}\n"
    assert remove_subscription(WRITTEN, 1) == WRITTEN.replace(last, "")


@pytest.mark.parametrize(
    ("before", "index", "after"),
    [
        ("subscriptions: # all\n  - event: E_A\n    expire: 1\nlabel: A\n", 0, "subscriptions: [] # all\nlabel: A\n"),
        ("subscriptions:\n-\n  event: E_A\n-\n  event: E_B\n", 1, "subscriptions:\n-\n  event: E_A\n"),
        ("subscriptions: [{event: E_A}, {event: E_B}]\n", 0, "subscriptions: [{event: E_B}]\n"),
        ("subscriptions: [{event: E_A}, {event: E_B}]\n", 1, "subscriptions: [{event: E_A}]\n"),
        ("subscriptions: [{event: E_A}]\n", 0, "subscriptions: []\n"),
    ],
)
def test_an_entry_is_removed_from_every_way_of_writing(before: str, index: int, after: str) -> None:
    assert remove_subscription(before, index) == after


def test_what_was_added_can_be_removed() -> None:
    assert remove_subscription(add_subscription(WRITTEN, ENTRY), 2) == WRITTEN


def test_what_looks_like_a_reference_is_none(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(add_subscription("", {"event": "E_ACC_CDR", "policy": "PARALLEL", "members": ["unix:/tmp/${x}"]}))
    assert load_config(file).subscriptions[0].members == ("unix:/tmp/${x}",)


@pytest.mark.parametrize(
    "text",
    ["{subscriptions: []}", "- a\n", "subscriptions: [", "subscriptions: &x []\nevents: *x\n", "'subscriptions': 5"],
)
def test_what_cannot_be_changed_by_itself_is_refused(text: str) -> None:
    with pytest.raises(EditError):
        add_subscription(text, ENTRY)


@pytest.mark.parametrize("index", [-1, 2])
def test_an_entry_that_is_not_there_cannot_be_removed(index: int) -> None:
    with pytest.raises(EditError, match="there is no entry"):
        remove_subscription(WRITTEN, index)


def test_an_entry_that_others_refer_to_cannot_be_removed() -> None:
    text = "subscriptions:\n  - {event: E_A, members: &m [/a]}\n  - {event: E_B, members: *m}\n"
    with pytest.raises(EditError, match="in an editor"):
        remove_subscription(text, 0)


def test_saving_keeps_permissions_and_one_copy(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("label: A\n")
    file.chmod(0o640)
    save_text(file, "label: B\n")
    save_text(file, "label: ü\n")
    copy = tmp_path / "a.yaml.bak"
    assert (file.read_text(), copy.read_text()) == ("label: ü\n", "label: B\n")
    assert [path.stat().st_mode & 0o7777 for path in (file, copy)] == [0o640, 0o640]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "a.yaml.bak"]


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    save_text(file, "label: A\n")
    assert file.stat().st_mode & 0o7777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("label: A\n")
    link = tmp_path / "link.yaml"
    link.symlink_to("real.yaml")
    save_text(link, "label: B\n")
    assert link.is_symlink()
    assert (tmp_path / "real.yaml").read_text() == "label: B\n"


def test_a_save_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("label: A\n")
    (tmp_path / "a.yaml.bak").mkdir()
    with pytest.raises(OSError, match="directory"):
        save_text(file, "label: B\n")
    assert file.read_text() == "label: A\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "a.yaml.bak"]
