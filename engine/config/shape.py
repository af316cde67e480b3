"""The shape of a YAML document, looked at before a tree is made of it: how deep it is, and how many values it has.

libyaml's events come without recursion, so that this look is safe whatever a document holds, and ends where the
document becomes too much. It costs a third of what making the tree costs.
"""

from __future__ import annotations

from typing import Any

import yaml

NODES_MAX = 100_000
"""Most values in a file, aliases counted each time; more is not a configuration but a mistake or an attack."""

DEPTH_MAX = 50
"""Most lists and mappings inside each other. A configuration has six."""

TOO_DEEP = f"lists or mappings nested more than {DEPTH_MAX} deep"

_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


def check_shape(text: str, loader_type: Any) -> None:
    """Look at a whole document.

    Raises:
        yaml.YAMLError: it is no YAML, or too deep, or too much, or has a list or mapping inside itself.
    """
    loader = loader_type(text)
    try:
        _check(loader)
    finally:
        loader.dispose()


def _check(loader: Any) -> None:
    open_anchors: list[str | None] = []
    nodes = 0
    while loader.check_event():
        event = loader.get_event()
        if not isinstance(event, yaml.NodeEvent):
            if isinstance(event, _CLOSING):
                open_anchors.pop()
            continue
        nodes += 1
        if nodes > 2 * NODES_MAX:  # keys are nodes as well
            raise _error(f"more than {NODES_MAX} values", event)
        if isinstance(event, yaml.AliasEvent) and event.anchor in open_anchors:
            raise _error("a list or mapping that holds itself", event)
        if isinstance(event, _OPENING):
            open_anchors.append(event.anchor)
            if len(open_anchors) > DEPTH_MAX:
                raise _error(TOO_DEEP, event)


def _error(problem: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    mark: Any = event.start_mark
    return yaml.MarkedYAMLError(None, None, problem, mark)
