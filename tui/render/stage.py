"""The policy stage: one virtual subscriber drawn large, and two sentences that say what is to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from rich.cells import cell_len

from engine.address import PolicyName
from engine.health import State
from engine.view.snapshot import MemberRow, SubscriptionRow
from tui.model.condition import MARKED, state_at
from tui.render import figures
from tui.render.health import STATE_LOOKS, remark
from tui.render.line import Line, Part, Role, cell, fitted, shortened, squeezed
from tui.render.stage_play import Kind, Move
from tui.terminal.safe_text import clean

SOURCE_WIDTH = 26
"""Cells for the event's name, at the left of the wires."""

HEAD = 2
"""Lines above the members."""

POLICIES: dict[PolicyName | None, str] = {
    PolicyName.FAILOVER: "Each event goes to the first member, in the order given, that is not failed.",
    PolicyName.ROUND_ROBIN: "The members take turns: each event goes to one of them, the next to the one after it.",
    PolicyName.PARALLEL: "Each event goes to all members at once.",
    None: "Each event goes to this one subscriber.",
}


class Scene(NamedTuple):
    """What stands on the stage."""

    row: SubscriptionRow
    event: str
    """Name and number of the event; empty while there is none."""
    moves: tuple[Move, ...]
    """What happened to it, as far as it is shown."""
    progress: float
    """How far the last of them has come, from 0 to 1."""
    now: float
    cursor: int
    """The member that keys apply to, from 0."""


class Wire(NamedTuple):
    """The way to one member."""

    kind: Kind | None = None
    words: str = ""
    is_moving: bool = False


_WIRE_LOOKS: dict[Kind | None, tuple[str, str, Role]] = {
    None: ("─", "▶", "faint"),
    Kind.PASSES: ("╌", "╳", "warn"),
    Kind.GOES: ("━", "▶", "accent"),
    Kind.TOOK: ("━", "▶", "good"),
    Kind.FAILED: ("━", "✖", "bad"),
}

_WIRE_WORDS: dict[Kind | None, str] = {
    None: "",
    Kind.PASSES: " passed over ",
    Kind.GOES: "",
    Kind.TOOK: " took it ",
    Kind.FAILED: " failed ",
}


def stage_lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The picture: what the policy does, the event and the members, and what just happened in words."""
    row = scene.row
    told = [(Part(f" {part}", role),) for text, role in captions(scene) for part in wrap(text, max(width - 2, 10))]
    head: list[Line] = [(Part(f" {POLICIES[row.policy]}", "strong"),), ()]
    tall = _tall(scene, height)
    wires = wires_of(scene.moves, len(row.members))
    picture: list[Line] = []
    for member in row.members:
        picture += _block(scene, member, wires, width, tall)
    return [fitted(line, width) for line in (*head, *picture, (), *told)]


def member_at(scene: Scene, height: int, y: int) -> int | None:
    """The member that is drawn in a line of the picture, from 0; None where none is."""
    index = (y - HEAD) // _tall(scene, height)
    return index if y >= HEAD and index < len(scene.row.members) else None


def _tall(scene: Scene, height: int) -> int:
    """Lines of a member."""
    return 5 if len(scene.row.members) * 5 + HEAD + 3 <= height else 3


def wires_of(moves: Sequence[Move], members: int) -> list[Wire]:
    """How each member's wire looks after these moves."""
    wires = [Wire()] * members
    for position, move in enumerate(moves):
        for member in move.members:
            if member < members:
                wires[member] = Wire(move.kind, move.words, position == len(moves) - 1)
    return wires


def _block(scene: Scene, member: MemberRow, wires: list[Wire], width: int, tall: int) -> list[Line]:
    """A member and its wire: `tall` lines; with five of them it has a frame, which is heavy under the cursor."""
    index = member.index
    wire_width = max(min(width // 4, 34), 12)
    box_width = max(width - SOURCE_WIDTH - wire_width - 4, 20)
    first, second = _box_texts(scene, member, box_width - 4)
    is_chosen = index == scene.cursor
    edge: Role = "accent" if is_chosen else "faint"
    corners, flat, side = ("┏┓┗┛", "━", "┃") if is_chosen else ("┌┐└┘", "─", "│")
    if tall < 5:
        side = "┃" if is_chosen else " "
    above = _trunk(wires, index, wire_width)
    below = _trunk(wires, index + 1, wire_width)
    left, right = Part(f"{side} ", edge), Part(f" {side}", edge)
    wire = (*_source(scene, index), *_wire(scene, wires, index, wire_width))
    lines: list[Line] = [(*wire, left, *first, right), (*below, left, *second, right)]
    if tall < 5:
        return [*lines, below]
    top = Part(corners[0] + flat * (box_width - 2) + corners[1], edge)
    foot = Part(corners[2] + flat * (box_width - 2) + corners[3], edge)
    return [(*above, top), *lines, (*below, foot), below]


def _trunk(wires: list[Wire], first: int, wire_width: int) -> Line:
    """The wire that leads down to the members from `first` on; lit where the token has been on its way."""
    sign = "│" if 0 < first < len(wires) else " "
    lit: Role = "accent" if any(wire.kind is not None for wire in wires[first:]) else "faint"
    return Part(" " * (SOURCE_WIDTH + 1)), Part(sign, lit), Part(" " * (wire_width + 1))


def _source(scene: Scene, index: int) -> tuple[Part, ...]:
    """The event in front of the first member's wire; blanks before the others."""
    if index > 0:
        return (Part(" " * (SOURCE_WIDTH + 1)),)
    text = shortened(clean(scene.event), SOURCE_WIDTH - 6) or "no event yet"
    is_coming = bool(scene.moves) and scene.moves[-1].kind is Kind.COMES
    lead = SOURCE_WIDTH - cell_len(text) - 1
    if not is_coming:
        return (Part(f" {text} ", "strong"), Part("─" * (lead - 1) + "─", "faint"))
    at = min(int(scene.progress * (lead - 1)), lead - 1)
    return (
        Part(f" {text} ", "strong"),
        Part("─" * at, "faint"),
        Part("●", "accent"),
        Part("─" * (lead - at - 1), "faint"),
    )


def _wire(scene: Scene, wires: list[Wire], index: int, width: int) -> tuple[Part, ...]:
    last, wire = len(wires) - 1, wires[index]
    joint = ("┬" if last else "─") if index == 0 else ("└" if index == last else "├")
    sign, end, role = _WIRE_LOOKS.get(wire.kind, _WIRE_LOOKS[None])
    words = _WIRE_WORDS.get(wire.kind, "")
    trunk = Part(joint, "accent" if wire.kind is not None else "faint")
    if wire.kind is Kind.GOES:
        at = min(int(scene.progress * (width - 2)), width - 2) if wire.is_moving else width - 2
        return (trunk, Part(sign * at, role), Part("●", role), Part("─" * (width - 2 - at) + end, "faint"), Part(" "))
    if wire.kind is Kind.PASSES:
        tail = width - 4 - len(words)
        return (trunk, Part(f"{sign * 3}{end}{words}"[:width], role), Part(" " * (tail + 1)))
    lead = (width - 1 - len(words)) // 2
    rest = width - 1 - len(words) - lead
    return (trunk, Part(sign * lead + words + sign * rest + end, role), Part(" "))


def _box_texts(scene: Scene, member: MemberRow, width: int) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Which one and how it is; what is going on and its last outcomes."""
    look = STATE_LOOKS[state_at(member, scene.now)]
    said = remark(scene.row, member, scene.now, 10)
    turn = "▶ next " if member.is_next else ""
    state = f"{look.sign} {look.word}"
    name_width = max(width - len(state) - len(turn) - 5, 4)
    first = (
        Part(f"{member.index + 1}  ", "strong"),
        cell(squeezed(clean(member.socket), name_width), name_width),
        Part(" "),
        Part(turn, "accent"),
        Part(state.rjust(width - name_width - 4 - len(turn)), look.role),
    )
    history = member.history[-12:]
    left = max(width - len(history) - 1, 4)
    words = f"{said.countdown}  {said.words}" if said.countdown else said.words
    second = (cell(words, left, said.role), Part(" "), Part(history, "plain"))
    return fitted(first, width), fitted(second, width)


def captions(scene: Scene) -> list[tuple[str, Role]]:
    """What is to be seen, in plain sentences made from the run's own reasons; then what happens next."""
    happened = " ".join(_sentences(scene)) or "No event has come yet. Raise one."
    return [(happened, "plain"), (_outlook(scene.row, scene.now), "faint")]


def _sentences(scene: Scene) -> list[str]:
    said: list[str] = []
    for move in scene.moves:
        who = " and ".join(str(member + 1) for member in move.members)
        words = clean(move.words)
        match move.kind:
            case Kind.PASSES:
                said.append(f"{who} is passed over: {words}.")
            case Kind.GOES:
                said.append(_choice(scene.row, move, who))
            case Kind.TOOK:
                said.append(f"{who} took it, {words}.")
            case Kind.FAILED:
                said.append(f"{who} failed: {words}.")
            case Kind.HELD:
                said.append("Nobody can take it now, so it waits.")
            case Kind.LOST:
                said.append(f"Nobody took it: {words}.")
            case _ if len(scene.moves) == 1:
                said.append(f"{clean(scene.event)} comes.")
    return said


def _choice(row: SubscriptionRow, move: Move, who: str) -> str:
    match row.policy:
        case PolicyName.FAILOVER:
            return f"It goes to {who}, the first in the order given that may take it."
        case PolicyName.ROUND_ROBIN:
            return f"It is the turn of {who}."
        case PolicyName.PARALLEL:
            return f"It goes to {who} at once." if len(move.members) > 1 else f"It goes to {who}."
        case _:
            return "It is handed over."


def _outlook(row: SubscriptionRow, now: float) -> str:
    """What the next event will meet."""
    states = {member.index: state_at(member, now) for member in row.members}
    following = next((member.index for member in row.members if member.is_next), None)
    if row.policy is PolicyName.ROUND_ROBIN and following is not None:
        return f"The next event goes to {following + 1}."
    if row.policy is PolicyName.PARALLEL:
        return "One member that fails changes nothing for the others."
    if row.policy is not PolicyName.FAILOVER:
        return ""
    due = [index + 1 for index, state in states.items() if state is State.DUE]
    if due:
        return f"The timeout of {due[0]} is over: the next event tries it. If that works, it takes events again."
    marked = [member for member in row.members if states[member.index] in MARKED and member.skipped_until]
    if marked:
        left = figures.tenths((marked[0].skipped_until or now) - now)
        return f"In {left} the next event will try {marked[0].index + 1} again. Until then it is passed over."
    return "" if following is None else f"The next event goes to {following + 1}."
