"""YAML with positions: every key and value knows its line and column."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from engine.config.findings import START, Findings, Mark, Path
from engine.config.references import BadReferenceError, Expanded, References
from engine.config.shape import DEPTH_MAX, NODES_MAX, TOO_DEEP, check_shape
from engine.log.printable import printable

TEXT_MAX = 4 * 1024 * 1024
"""Longest file, in characters."""
VALUES_TEXT_MAX = 16 * 1024 * 1024
"""Most characters that all values have together, with references replaced and aliases counted each time."""
TAG_MAX = 60
"""Longest stretch of a tag that a message repeats, in characters."""
NUMBER_MAX = 100
"""Longest number, in characters. Python's own limit does not heed YAML's `1:30:00`, which takes long to add up."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML does not allow (YAML 1.1, section 4.1)."""

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `expanded` tells what references put into a text."""

    mark: Mark
    value: Value
    expanded: Expanded
    indent: int | None
    """How many characters stand before the text (a quote) when it is on one line as it is; else None."""

    def mark_at(self, index: int) -> Mark:
        """Where the character at `index` of the text stands, as exactly as can be told."""
        if self.indent is None:
            return self.mark
        return Mark(self.mark.line, self.mark.column + self.indent + self.expanded.source_index(index))


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    mark: Mark
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping; `keys` has the place of each key."""

    mark: Mark
    entries: dict[str, Node]
    keys: dict[str, Mark]


Node: TypeAlias = Scalar | Items | Entries


def read_document(text: str, references: References, findings: Findings) -> Node | None:
    """The tree of a YAML text; None when it is no YAML, which `findings` then say."""
    if len(text) > TEXT_MAX:
        findings.add(START, (), f"expected at most {TEXT_MAX} characters, found {len(text)}")
        return None
    if (wrong := _NOT_YAML.search(text)) is not None:
        before = text[: wrong.start()]
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        findings.add(mark, (), f"expected YAML, found the character U+{ord(wrong[0]):04X}, which it does not allow")
        return None
    try:
        # The C loader makes its tree by recursion and knows no limit: a deep document would end the process.
        check_shape(text, _Loader)
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return Entries(START, {}, {})
            return _Reader(text, loader, references, findings).read(root, ())
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark, message = _syntax(error, text)
        findings.add(mark, (), message)
    return None


class _Reader:
    def __init__(self, text: str, loader: Any, references: References, findings: Findings) -> None:
        self._text = text
        self._loader = loader
        self._references = references
        self._findings = findings
        self._count = 0
        self._length = 0

    def read(self, node: yaml.Node, path: Path) -> Node:
        """The tree below a node that stands at `path`."""
        self._count += 1
        if self._count > NODES_MAX:
            raise yaml.MarkedYAMLError(None, None, f"more than {NODES_MAX} values", node.start_mark)
        if len(path) > DEPTH_MAX:
            raise yaml.MarkedYAMLError(None, None, TOO_DEEP, node.start_mark)
        mark = _mark(node)
        if isinstance(node, yaml.SequenceNode):
            return Items(mark, tuple(self.read(item, (*path, index)) for index, item in enumerate(node.value)))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has no fourth kind
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Entries:
        entries: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        for key, value in node.value:
            mark = _mark(key)
            if not isinstance(key, yaml.ScalarNode):
                self._findings.add(mark, path, "expected a name as key, found a list or a mapping")
                continue
            name = str(key.value)
            if name in keys:
                first = keys[name].line
                self._findings.add(mark, (*path, name), f"expected each key once, found it on line {first} already")
                continue
            keys[name] = mark
            entries[name] = self.read(value, (*path, name))
        return Entries(_mark(node), entries, keys)

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Scalar:
        text: str = node.value
        indent = self._indent(node)
        mark = _mark(node)
        expanded = Expanded(text)
        if "${" in text:
            try:
                expanded = self._references.expand(text)
            except BadReferenceError as problem:
                self._findings.add(Scalar(mark, text, expanded, indent).mark_at(problem.at), path, str(problem))
                return Scalar(mark, text, expanded, indent)
        self._length += len(expanded.text)
        if self._length > VALUES_TEXT_MAX:
            text = f"more than {VALUES_TEXT_MAX} characters in all values, aliases and references counted"
            raise yaml.MarkedYAMLError(None, None, text, node.start_mark)
        return Scalar(mark, self._value(node, expanded.text, path), expanded, indent)

    def _value(self, node: yaml.ScalarNode, text: str, path: Path) -> Value:
        """What the text stands for; a plain one that a reference filled is a number where it looks like one."""
        if text != node.value:
            tag = self._loader.resolve(yaml.ScalarNode, text, (not node.style, True))
            node = yaml.ScalarNode(tag, text, node.start_mark, node.end_mark, node.style)
        if node.tag in _NUMBERS and len(text) > NUMBER_MAX:
            self._findings.add(_mark(node), path, f"expected a number of at most {NUMBER_MAX} characters, found more")
            return None
        try:
            value = self._loader.construct_object(node)
        except Exception:  # noqa: BLE001 - PyYAML has AttributeError, KeyError and others for a value unlike its tag
            self._findings.add(_mark(node), path, f"expected a plain value, found the tag {_tag(node)}")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self._findings.add(_mark(node), path, f"expected a number that is finite, found {text}")
            return None
        if value is None or isinstance(value, str | bool | int | float):
            return value
        self._findings.add(_mark(node), path, f"expected text, found {_kind(value)}; put it in quotes")
        return None

    def _indent(self, node: yaml.ScalarNode) -> int | None:
        if node.start_mark.line != node.end_mark.line:
            return None
        raw = self._text[_index(node.start_mark) : _index(node.end_mark)]
        if raw == node.value:
            return 0
        return 1 if raw[1:-1] == node.value else None


def _kind(value: object) -> str:
    return {"date": "a date", "datetime": "a date", "bytes": "binary data"}.get(type(value).__name__, "something else")


def _tag(node: yaml.Node) -> str:
    return printable(str(node.tag).replace("tag:yaml.org,2002:", "!!"))[:TAG_MAX]


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


def _index(mark: yaml.Mark) -> int:
    index: int = mark.index
    return index


def _syntax(error: yaml.YAMLError, text: str) -> tuple[Mark, str]:
    """Where the text stops being YAML, and why, in words."""
    if isinstance(error, yaml.MarkedYAMLError):
        at = error.problem_mark or error.context_mark
        mark = START if at is None else Mark(at.line + 1, at.column + 1)
        message = f"expected YAML: {error.problem or 'no reason given'}"
        line = text.splitlines()[mark.line - 1] if mark.line <= len(text.splitlines()) else ""
        has_tab = "\t" in line[: len(line) - len(line.lstrip())] or line[mark.column - 1 : mark.column] == "\t"
        return mark, message + ("; indent with blanks, not with tabs" if has_tab else "")
    return START, f"expected YAML: {error}"
