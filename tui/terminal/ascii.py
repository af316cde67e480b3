"""A terminal that is sent nothing but ASCII, for poor fonts: every sign is replaced by one that every font has."""

from __future__ import annotations

from rich.cells import cell_len
from textual.drivers.linux_driver import LinuxDriver

_SIGNS = {
    "▶": ">",
    "▸": ">",
    "▼": "v",
    "▲": "^",
    "◆": "^",
    "●": "*",
    "✖": "x",
    "╳": "X",
    "◔": "?",
    "◑": "~",
    "○": "o",
    "◍": "%",
    "‖": "=",
    "✓": "+",
    "·": ".",
    "•": "*",
    "▰": "#",
    "▱": "-",
    "…": ".",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "└": "`",
    "µ": "u",
    "⚠": "!",
    "␣": "_",
    "—": "-",
    "⏎": "<",
    "┃": "|",
    "╎": ":",
    **dict(zip("▁▂▃▄▅▆▇█", "_..:-=+#", strict=True)),
    **dict.fromkeys("─━╌╍┄┅▔▀", "-"),
    **dict.fromkeys("│║▏▎▍▌▋▊▉▐▕", "|"),
    **dict.fromkeys("┌┐┘├┤┬┴┼╭╮╰╯┏┓┗┛", "+"),
}


class _Ascii(dict[int, str]):
    """For `str.translate`; what was not met before is added when it is. As wide as the sign it stands for."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        made = self[code] = sign if code < 128 else _SIGNS.get(sign) or "?" * cell_len(sign)
        return made


_TABLE = _Ascii()


def ascii_only(text: str) -> str:
    """The text in ASCII, of the same width."""
    return text if text.isascii() else text.translate(_TABLE)


class AsciiDriver(LinuxDriver):
    """The usual driver, with another alphabet."""

    def write(self, data: str) -> None:
        """Write to the terminal; control sequences are ASCII already."""
        super().write(ascii_only(data))
