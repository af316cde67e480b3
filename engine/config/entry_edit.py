"""Changes one entry of `subscriptions` in a configuration's text where it stands: what stays the same is not touched.

Pure. Every edit replaces a stretch of the text; what PyYAML's nodes say of where things stand is all it goes by.
Whether the text then says what it should is for the caller to check (`engine.config.writer`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import yaml


class Splice(NamedTuple):
    """Text for what stands between two indices."""

    start: int
    stop: int
    text: str


class UnforeseenError(Exception):
    """The entry is written in a way that cannot be changed piece by piece."""


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """The text with all of the splices, which do not overlap. What is put in stands before what goes at that place."""
    pieces: list[str] = []
    done = 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.stop > splice.start)):
        pieces += [text[done : splice.start], splice.text]
        done = splice.stop
    return "".join([*pieces, text[done:]])


def entry_splices(text: str, entry: yaml.Node, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Splice]:
    """What makes an entry say `after`; `before` is what it says. Quotes, order, comments and style stay.

    Raises:
        UnforeseenError: it is written in a way that cannot be changed piece by piece.
    """
    if not isinstance(entry, yaml.MappingNode) or not entry.value:
        raise UnforeseenError
    splices: list[Splice] = []
    for key, value in entry.value:
        if key.value not in after:
            splices.append(_removal(text, entry, key, value))
        elif after[key.value] != before[key.value]:
            splices += _value_splices(text, value, before[key.value], after[key.value], is_flow=entry.flow_style)
    added = {key: value for key, value in after.items() if key not in before}
    return [*splices, *_addition(text, entry, added)] if added else splices


def last_line(node: yaml.Node) -> int:
    """The last line (from 0) that the node itself stands on, without comments and blank lines behind it."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return max(last_line(part) for part in (last if isinstance(last, tuple) else (last,)))
    end = node.end_mark
    is_behind = end.column == 0 and end.line > node.start_mark.line
    return int(end.line) - 1 if is_behind else int(end.line)


def dash_line(text: str, node: yaml.SequenceNode, index: int) -> int:
    """The line (from 0) with the dash of an item of a block list."""
    lines = text.splitlines()
    column, line = node.start_mark.column, int(node.value[index].start_mark.line)
    while line and lines[line][column : column + 1] != "-":
        line -= 1
    return line


def _value_splices(text: str, node: yaml.Node, before: object, after: object, *, is_flow: bool) -> list[Splice]:
    if isinstance(node, yaml.SequenceNode) and isinstance(before, list) and isinstance(after, list) and node.value:
        if len(node.value) != len(before) or not all(isinstance(item, yaml.ScalarNode) for item in node.value):
            raise UnforeseenError
        return [_flow_list(text, node, before, after)] if node.flow_style else _block_list(text, node, before, after)
    if not isinstance(node, yaml.ScalarNode) or isinstance(after, list | tuple | dict):
        raise UnforeseenError
    return [_scalar(text, node, after, is_flow=is_flow)]


def _scalar(text: str, node: yaml.ScalarNode, value: object, *, is_flow: bool) -> Splice:
    """Another value, in the quotes that the old one has. One over several lines becomes one on a line."""
    start, stop = node.start_mark.index, node.end_mark.index
    if node.style in {"|", ">"}:
        return Splice(start, start + len(text[start:stop].rstrip()), dumped(value, None, is_flow=is_flow))
    if start == stop:  # nothing stands behind the key's colon
        return Splice(start, stop, " " * (text[start - 1 : start] != " ") + dumped(value, None, is_flow=is_flow))
    return Splice(start, stop, dumped(value, node.style, is_flow=is_flow))


def dumped(value: object, style: str | None, *, is_flow: bool) -> str:
    """A plain value as YAML on one line; texts in quotes of this style, where it has one."""
    quotes = style if isinstance(value, str) and style in {"'", '"'} else None
    if isinstance(value, str) and quotes is None and _needs_no_quotes(value, is_flow=is_flow):
        return value
    if is_flow:
        listed: str = yaml.safe_dump(
            [value], default_style=quotes, default_flow_style=True, allow_unicode=True, width=10**6
        )
        return listed.strip()[1:-1]
    alone: str = yaml.safe_dump(value, default_style=quotes, allow_unicode=True, width=10**6)
    return alone.removesuffix("\n").removesuffix("\n...")


def _needs_no_quotes(value: str, *, is_flow: bool) -> bool:
    """Whether a text is read as it is where it stands by itself. PyYAML's writer is more careful than it has to be."""
    try:
        return bool(yaml.safe_load(f"[{value}]" if is_flow else f"- {value}") == [value])
    except (yaml.YAMLError, ValueError):
        return False


def _removal(text: str, entry: yaml.MappingNode, key: yaml.Node, value: yaml.Node) -> Splice:
    """The end of a key: of its lines, or of its place between commas."""
    position = next(number for number, (found, _) in enumerate(entry.value) if found is key)
    if entry.flow_style:
        return _flow_removal(
            [found.start_mark.index for found, _ in entry.value], position, value.end_mark.index, entry
        )
    is_on_dash = text[_line_start(text, key.start_mark.index) : key.start_mark.index].strip()
    if is_on_dash:
        raise UnforeseenError
    return Splice(*_lines(text, key.start_mark.line, last_line(value)), "")


def _flow_removal(starts: Sequence[int], position: int, stop: int, entry: yaml.MappingNode) -> Splice:
    if position + 1 < len(starts):
        return Splice(starts[position], starts[position + 1], "")
    if position == 0:
        raise UnforeseenError
    return Splice(entry.value[position - 1][1].end_mark.index, stop, "")


def _addition(text: str, entry: yaml.MappingNode, added: Mapping[str, Any]) -> list[Splice]:
    """More keys, behind those that are there."""
    if entry.flow_style:
        at = entry.value[-1][1].end_mark.index
        return [Splice(at, at, "".join(f", {key}: {_flow_value(value)}" for key, value in added.items()))]
    column = entry.value[0][0].start_mark.column
    whole: str = yaml.safe_dump(dict(added), sort_keys=False, allow_unicode=True, width=10**6, indent=2)
    lines = "".join(" " * column + line + "\n" for line in whole.splitlines())
    return [_behind_line(text, last_line(entry), lines)]


def _flow_value(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(dumped(item, None, is_flow=True) for item in value)}]"
    return dumped(value, None, is_flow=True)


def _flow_list(text: str, node: yaml.SequenceNode, before: list[Any], after: list[Any]) -> Splice:
    """A list between brackets: items that stay keep their text, and what parts them is what parted them."""
    sources = [text[item.start_mark.index : item.end_mark.index] for item in node.value]
    ends, starts = [item.end_mark.index for item in node.value], [item.start_mark.index for item in node.value]
    comma = text[ends[0] : starts[1]] if len(starts) > 1 else ", "
    style = node.value[-1].style
    known = dict(zip(before, sources, strict=True))
    items = [known.get(item) or dumped(item, style, is_flow=True) for item in after]
    return Splice(starts[0], ends[-1], comma.join(items))


def _block_list(text: str, node: yaml.SequenceNode, before: list[Any], after: list[Any]) -> list[Splice]:
    """A list of dashes: an item that moves takes its line's comment along."""
    spans = [_lines(text, dash_line(text, node, index), last_line(item)) for index, item in enumerate(node.value)]
    sources = {item: text[slice(*span)] for item, span in zip(before, spans, strict=True)}
    margin, style = " " * node.start_mark.column + "- ", node.value[-1].style
    splices: list[Splice] = []
    for kind, start, stop, new_start, new_stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        new = after[new_start:new_stop]
        if kind == "equal":
            continue
        if kind == "replace" and stop - start == len(new) and not any(item in sources for item in new):
            nodes = node.value[start:stop]
            splices += [_scalar(text, old, item, is_flow=False) for old, item in zip(nodes, new, strict=True)]
            continue
        lines = [
            _whole(sources[item]) if item in sources else f"{margin}{dumped(item, style, is_flow=False)}\n"
            for item in new
        ]
        splices += [Splice(*span, "") for span in spans[start:stop]]
        splices += [_in_front(text, spans, start, "".join(lines))] if lines else []
    return splices


def _whole(lines: str) -> str:
    return lines if lines.endswith("\n") else lines + "\n"


def _in_front(text: str, spans: Sequence[tuple[int, int]], index: int, lines: str) -> Splice:
    """Lines in front of an item, or behind the last."""
    if index < len(spans):
        return Splice(spans[index][0], spans[index][0], lines)
    at = spans[-1][1]
    return Splice(at, at, lines if text[:at].endswith("\n") else "\n" + lines.removesuffix("\n"))


def _behind_line(text: str, line: int, lines: str) -> Splice:
    at = _lines(text, line, line)[1]
    return Splice(at, at, lines if text[:at].endswith("\n") else "\n" + lines)


def _lines(text: str, first: int, last: int) -> tuple[int, int]:
    """Where lines (from 0) begin, and where the one after them does."""
    lengths = [len(line) for line in text.splitlines(keepends=True)[: last + 1]]
    return sum(lengths[:first]), sum(lengths)


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1
