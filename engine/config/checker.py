"""Checks a configuration file: every problem at once, each with line and column."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import Any, NamedTuple, TypeAlias, get_args

from pydantic import BaseModel, ValidationError

from engine.address import printed
from engine.config.document import TEXT_MAX, Entries, Items, Node, Scalar, read_document
from engine.config.findings import START, Findings, Mark, Path
from engine.config.meaning import Meaning, entries_of
from engine.config.model import Settings
from engine.config.references import References
from engine.config.schema import configuration_type, plain_settings
from engine.config.sockets import without_values
from engine.config.wording import expected, found, unknown_key
from engine.errors import ConfigProblem, SwitchboardError
from engine.transports.registry import load, no_transport, schemes


class CheckResult(NamedTuple):
    """What a check found. `settings` is None when there is a problem.

    Problems and warnings are the first ones in the order of the file, `PROBLEMS_MAX` at most; one more says how many
    others there are.
    """

    settings: Settings | None
    problems: tuple[ConfigProblem, ...]
    warnings: tuple[ConfigProblem, ...]


class Document(NamedTuple):
    """A file that was read: its text, and its values with references replaced. Both are None where they cannot be had.

    The values are plain (text, numbers, lists, mappings); `settings_of` makes settings of them.
    """

    text: str | None
    values: dict[str, Any] | None


BYTES_MAX = 4 * TEXT_MAX
"""Most bytes that are read of a file: as many as the longest text can have."""

FurtherCheck: TypeAlias = Callable[[Entries, Findings], None]
"""Finds problems in what the engine takes as it is, and somebody else has a use for."""


def check_config(
    path: str | os.PathLike[str],
    environment: Mapping[str, str] | None = None,
    further: FurtherCheck | None = None,
) -> CheckResult:
    """Check a configuration file.

    Args:
        path: the file; problems name it as it is given here.
        environment: what `${NAME}` refers to; the process's own when None.
        further: looks at the document as well.
    """
    return check_document(path, environment, further)[0]


def check_document(
    path: str | os.PathLike[str],
    environment: Mapping[str, str] | None = None,
    further: FurtherCheck | None = None,
) -> tuple[CheckResult, Document]:
    """The same as `check_config`, and what was read."""
    file = FilePath(path)
    findings = Findings(os.fspath(path))
    text = _text(file, findings)
    if text is None:
        return CheckResult(None, findings.problems(), ()), Document(None, None)
    references = References(os.environ if environment is None else environment, file.parent)
    settings, values = None, None
    try:
        root = _root(text, references, findings)
        if root is not None:
            values = _plain(root)
            settings = _check(root, values, findings, further)
    except MemoryError:
        findings.add(START, (), "expected a configuration, found one that takes more memory than there is")
    except Exception as error:  # noqa: BLE001 - whatever a file holds, what is wrong is said; the text may hold secrets
        findings.add(START, (), f"expected a configuration, found what cannot be checked ({_place_of(error)})")
    problems = findings.problems()
    result = CheckResult(None if problems else settings, problems, findings.warnings())
    return result, Document(text, None if problems else values)


def settings_of(values: Mapping[str, Any]) -> Settings:
    """The settings that checked values stand for.

    Raises:
        SwitchboardError: a transport cannot be loaded.
        pydantic.ValidationError: they were not checked.
    """
    kind = configuration_type(scheme for scheme in values.get("transports", {}) if scheme in schemes())
    return plain_settings(kind.model_validate_json(json.dumps(values), strict=True))


def _text(file: FilePath, findings: Findings) -> str | None:
    try:
        with file.open("rb") as opened:
            content = opened.read(BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        findings.add(START, (), f"expected a file that can be read, found none: {reason}")
        return None
    if len(content) > BYTES_MAX:
        findings.add(START, (), f"expected at most {BYTES_MAX} bytes, found more")
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        findings.add(mark, (), f"expected UTF-8 text, found the byte 0x{content[error.start]:02x}")
        return None


def _root(text: str, references: References, findings: Findings) -> Entries | None:
    root = read_document(text, references, findings)
    if root is None or isinstance(root, Entries):
        return root
    if _is_nothing(root):
        return Entries(START, {}, {})
    findings.add(root.mark, (), f"expected a mapping of keys to values, found {found(root)}")
    return None


def _place_of(error: Exception) -> str:
    """What was raised and where in this program, for whoever looks after it. Its words may hold what the file does."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {FilePath(last.filename).name}, line {last.lineno}"


def _check(root: Entries, values: Any, findings: Findings, further: FurtherCheck | None) -> Settings | None:
    settings = _Types(root, findings).check(values)
    meaning = Meaning(root, findings)
    meaning.check()
    if further is not None:
        further(root, findings)
    if settings is not None:
        _check_transports(meaning, settings, findings)
    return settings


def _check_transports(meaning: Meaning, settings: Settings, findings: Findings) -> None:
    """Every member needs a transport, and FAILOVER such as can tell that they failed."""
    for node, path, address, is_in_failover in meaning.members:
        if address.scheme not in schemes():
            findings.add(node.mark, path, no_transport(address.scheme))
            continue
        if not is_in_failover:
            continue
        try:
            transport = load(address.scheme)
        except SwitchboardError as error:
            findings.add(node.mark, path, str(error))
            continue
        options = settings.transport_options(address.scheme) or transport.Options()
        blindness = transport.failure_blindness(address, options)
        if blindness is not None:
            name = without_values(printed(address), node.expanded.secrets)
            findings.warn(node.mark, path, f"{name} may fail unnoticed: {blindness}")


class _Types:
    """Checks each value against its type."""

    def __init__(self, root: Entries, findings: Findings) -> None:
        self._root = root
        self._findings = findings

    def check(self, values: Any) -> Settings | None:
        wanted = self._wanted()
        if wanted is None:
            return None
        kind = configuration_type(wanted)
        try:
            checked = kind.model_validate_json(json.dumps(values), strict=True)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                self._report(kind, dict(each))
            return None
        return plain_settings(checked)

    def _wanted(self) -> list[str] | None:
        """The transports that the configuration has options for; None when one of them cannot be loaded."""
        transports = entries_of(self._root, "transports")
        if not isinstance(transports, Entries):
            return []
        wanted = [scheme for scheme in transports.entries if scheme in schemes()]
        for scheme in wanted:
            try:
                load(scheme)
            except SwitchboardError as error:
                self._findings.add(transports.keys[scheme], ("transports", scheme), str(error))
                return None
        return wanted

    def _report(self, kind: type[Settings], error: dict[str, Any]) -> None:
        path = self._path(error["loc"])
        if self._findings.is_broken(path):
            return
        if error["type"] == "extra_forbidden":
            mark = _key_mark(self._root, path)
            known = schemes() if path[:-1] == ("transports",) else _known_keys(kind, path[:-1])
            self._findings.add(mark, path, unknown_key(str(path[-1]), known, has_hint=self._findings.has_hints))
            return
        if error["type"] == "missing":
            self._findings.add(_key_mark(self._root, path), path, "expected a value, found none")
            return
        node = _node_at(self._root, path)
        self._findings.add(node.mark, path, expected(error, node))

    def _path(self, loc: tuple[str | int, ...]) -> Path:
        """The part of pydantic's location that exists in the file; its names for alternatives are left out.

        The last step of what is missing or unknown is kept.
        """
        path: tuple[str | int, ...] = ()
        node: Node | None = self._root
        for position, step in enumerate(loc):
            inner = _child(node, step)
            if inner is not None or position == len(loc) - 1:
                path = (*path, step) if inner is not None or _can_have(node, step) else path
                node = inner
        return path


def _can_have(node: Node | None, step: str | int) -> bool:
    return isinstance(node, Entries) and isinstance(step, str)


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(node, Entries) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def _node_at(root: Node, path: Path) -> Node:
    node = root
    for step in path:
        node = _child(node, step) or node
    return node


def _key_mark(root: Node, path: Path) -> Mark:
    """Where the last key of a path stands; where what should have it begins when it is missing."""
    around = _node_at(root, path[:-1])
    if isinstance(around, Entries) and isinstance(path[-1], str):
        return around.keys.get(path[-1], around.mark)
    return around.mark


def _plain(node: Node) -> Any:
    """The values alone. A key without a value is left out: it stands for the default."""
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    if isinstance(node, Entries):
        return {key: _plain(value) for key, value in node.entries.items() if not _is_nothing(value)}
    return node.value


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _known_keys(kind: type[BaseModel], path: Path) -> list[str]:
    """The keys that a mapping at `path` takes."""
    model: Any = kind
    for step in path:
        if isinstance(step, str):
            inner = model.model_fields.get(step)
            model = _model_in(None if inner is None else inner.annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model that an annotation is made of: `Model`, `Model | None`, `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for each in get_args(annotation) if (model := _model_in(each)) is not None), None)
