"""Changes a configuration file: with as little change to its text as possible, and never half-way."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from engine.config.entry_edit import Splice, UnforeseenError, dash_line, entry_splices, last_line, spliced
from engine.errors import SwitchboardError

KEY = "subscriptions"
COPY_SUFFIX = ".bak"
"""The file as it was before the last change stands beside it under its name with this."""


class EditError(SwitchboardError):
    """The text cannot be changed that way without writing it anew."""


def save_text(path: Path, text: str) -> None:
    """Replace a configuration file at once, or not at all; keep its permissions and a copy of what it was.

    A link is followed. A new file is readable by its owner alone, as it may hold passwords.

    Raises:
        OSError: the file or the copy cannot be written; the file is then as it was.
    """
    target = path.resolve()
    mode = 0o600
    if target.exists():
        status = target.stat()
        mode = status.st_mode & 0o7777
        _replace(target.with_name(target.name + COPY_SUFFIX), target.read_bytes(), mode, status)
        _replace(target, text.encode(), mode, status)
    else:
        _replace(target, text.encode(), mode, None)


def add_subscription(text: str, entry: Mapping[str, Any], *, is_escaped: bool = False) -> str:
    """The text with one more entry at the end of `subscriptions`; comments and everything else stay.

    Args:
        text: a configuration.
        entry: the keys of the new entry; `${` in its texts stands for itself.
        is_escaped: its texts are as a file has them, so that `${` begins a reference and `$${` stands for `${`.

    Raises:
        EditError: the text is no YAML, or is written in a way that this cannot add to.
    """
    literal = dict(entry) if is_escaped else {key: escaped(value) for key, value in entry.items()}
    node = _subscriptions(text)
    if node is None:
        changed = _with_line_end(text) + f"{KEY}:\n{_block(literal, 2)}"
    elif isinstance(node, yaml.SequenceNode) and node.value and node.flow_style:
        at = node.end_mark.index - 1
        comma = "" if text[:at].rstrip().endswith(",") else ", "
        changed = text[:at].rstrip() + comma + _flow(literal) + text[at:]
    elif isinstance(node, yaml.SequenceNode) and node.value:
        changed = _insert(text, last_line(node) + 1, _block(literal, node.start_mark.column))
    else:
        changed = _fill(text, node, literal)
    return _verified(text, changed, lambda entries: [*entries, dict(entry)])


def change_subscription(text: str, index: int, entry: Mapping[str, Any]) -> str:
    """The text whose entry at `index` (from 0) of `subscriptions` says something else, with as few changes as it takes.

    Args:
        text: a configuration.
        index: which entry.
        entry: all of its keys, texts as a file has them: `${` begins a reference, and `$${` stands for `${`.

    Raises:
        EditError: there is no such entry, the text is no YAML, or other entries refer to this one.
    """
    node = _subscriptions(text)
    if not isinstance(node, yaml.SequenceNode) or not 0 <= index < len(node.value):
        raise EditError(f"there is no entry {index + 1} in {KEY}")
    entries = loaded(text)[KEY]
    expected = [*entries[:index], dict(entry), *entries[index + 1 :]]
    try:
        changed = spliced(text, entry_splices(text, node.value[index], entries[index], entry))
        return _verified(text, changed, lambda _: expected)
    except (UnforeseenError, EditError):
        return _verified(text, _with_other_entry(text, node, index, entry), lambda _: expected)


def remove_subscription(text: str, index: int) -> str:
    """The text without the entry at `index` (from 0) of `subscriptions`; comments above it stay.

    Raises:
        EditError: there is no such entry, the text is no YAML, or other entries refer to this one.
    """
    node = _subscriptions(text)
    if not isinstance(node, yaml.SequenceNode) or not 0 <= index < len(node.value):
        raise EditError(f"there is no entry {index + 1} in {KEY}")
    if node.flow_style:
        changed = _without_flow_item(text, node, index)
    elif len(node.value) == 1:
        changed = _emptied(text, node)
    else:
        first, last = dash_line(text, node, index), last_line(node.value[index])
        lines = text.splitlines(keepends=True)
        changed = "".join(lines[:first] + lines[last + 1 :])
    return _verified(text, changed, lambda entries: [*entries[:index], *entries[index + 1 :]])


def _replace(target: Path, content: bytes, mode: int, owner: os.stat_result | None) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if owner is not None and (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()) and not os.geteuid():
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _root(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise EditError(f"the file is no YAML: {error}") from error


def _subscriptions(text: str) -> yaml.Node | None:
    """The value of `subscriptions`; None where there is no such key."""
    root = _root(text)
    if root is None:
        return None
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise EditError("the file does not begin with keys on lines of their own")
    return next((value for key, value in root.value if key.value == KEY), None)


def escaped(value: Any) -> Any:
    """A value as a file has it, so that nothing in it is taken for a reference."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    return [escaped(item) for item in value] if isinstance(value, list | tuple) else value


def _dumped(entry: Mapping[str, Any], *, flow: bool) -> str:
    text: str = yaml.safe_dump(
        dict(entry), default_flow_style=flow, sort_keys=False, allow_unicode=True, width=10**6, indent=2
    )
    return text


def _flow(entry: Mapping[str, Any]) -> str:
    return _dumped(entry, flow=True).strip()


def _block(entry: Mapping[str, Any], indent: int) -> str:
    """The entry as an item of a list whose dashes stand behind `indent` blanks."""
    first, *others = _dumped(entry, flow=False).splitlines()
    return "".join([" " * indent + "- " + first + "\n", *(" " * (indent + 2) + line + "\n" for line in others)])


def _with_line_end(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _insert(text: str, line: int, block: str) -> str:
    """The text with `block` in front of the line (from 0)."""
    lines = _with_line_end(text).splitlines(keepends=True)
    return "".join([*lines[:line], block, *lines[line:]])


def _fill(text: str, node: yaml.Node, entry: Mapping[str, Any]) -> str:
    """The text whose `subscriptions` is empty, or [], with its first entry."""
    start, end = node.start_mark, node.end_mark
    line = start.line
    if start.index != end.index:
        before = text[: start.index].rstrip(" ")
        text = before + text[end.index :]
    return _insert(text, line + 1, _block(entry, 2))


def _with_other_entry(text: str, node: yaml.SequenceNode, index: int, entry: Mapping[str, Any]) -> str:
    """The text with an entry written anew, where the old one stood."""
    old = node.value[index]
    if node.flow_style or (isinstance(old, yaml.MappingNode) and old.flow_style):
        return spliced(text, [Splice(old.start_mark.index, old.end_mark.index, _flow(entry))])
    first, last = dash_line(text, node, index), last_line(old)
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:first], _block(entry, node.start_mark.column), *lines[last + 1 :]])


def _emptied(text: str, node: yaml.SequenceNode) -> str:
    """The text whose only entry is gone: `subscriptions: []`."""
    lines = text.splitlines(keepends=True)
    key_line = next(number for number, line in enumerate(lines) if line.startswith(f"{KEY}:"))
    first, last = dash_line(text, node, 0), last_line(node.value[0])
    lines[key_line] = lines[key_line].replace(f"{KEY}:", f"{KEY}: []", 1)
    return "".join(lines[:first] + lines[last + 1 :])


def _without_flow_item(text: str, node: yaml.SequenceNode, index: int) -> str:
    items = node.value
    if index + 1 < len(items):
        start, end = items[index].start_mark.index, items[index + 1].start_mark.index
    else:
        start = items[index - 1].end_mark.index if index else items[index].start_mark.index
        end = items[index].end_mark.index
    return text[:start] + text[end:]


def _verified(before: str, after: str, expected: Any) -> str:
    """`after`, when it says what `before` said but for the change to `subscriptions`.

    Raises:
        EditError: it does not; the text is written in a way that was not foreseen.
    """
    wanted = loaded(before)
    entries = wanted.get(KEY) or []
    if not isinstance(entries, list):
        raise EditError(f"{KEY} is no list")
    wanted[KEY] = expected(entries)
    try:
        found = loaded(after)
    except EditError:
        found = {}
    found[KEY] = [_unescaped(entry) for entry in found.get(KEY) or []]
    wanted[KEY] = [_unescaped(entry) for entry in wanted[KEY]]
    if found != wanted:
        raise EditError(f"{KEY} is written in a way that cannot be changed by itself; change it in an editor")
    return after


def loaded(text: str) -> dict[str, Any]:
    """The values of a text as they are written, references and all.

    Raises:
        EditError: they cannot be had.
    """
    try:
        return dict(yaml.safe_load(text) or {})
    except yaml.YAMLError as error:
        raise EditError(f"the file is no YAML: {error}") from error
    except Exception as error:
        # PyYAML raises many kinds for a value or a key unlike its tag.
        raise EditError(f"the file has a value that is unlike its tag ({type(error).__name__})") from error


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$${", "${")
    if isinstance(value, list | tuple):
        return [_unescaped(item) for item in value]
    return {key: _unescaped(item) for key, item in value.items()} if isinstance(value, dict) else value
