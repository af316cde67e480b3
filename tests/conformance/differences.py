"""Where Switchboard's bytes are meant to differ from the captured ones, and why. Every entry must really differ."""

from __future__ import annotations

_SIGN = "D15: a negative integer is written as a huge unsigned one"
_ESCAPE = "D15: text is not escaped"
_NOT_XML = "D15: what no XML document can hold is sent all the same"
_LIMIT = "parameters over 8192 bytes are dropped (docs/event-interface.md, 2.5); there is no such limit here"
_BREAK = "D12: a line break in a value breaks the line"
_FIRST_CHARACTER = "D12: each first character of a long delimiter becomes a blank, not the delimiter"
_NO_ESCAPE = "D12: `escape_delimiter` is never used"
_SHIFTED = "D12: without the event name an empty first value loses its delimiter (docs/event-interface.md, 2.9)"
_EVENT_PARAM = "D26: without parameters the event name is left out"
_DATAGRAM = "no datagram holds it; here too it fails, but with a reason"

_TABLE: tuple[tuple[str, str, str], ...] = (
    ("udp/default", "long70k udp65508", _DATAGRAM),
    ("stream/event_param", "none script-none", _EVENT_PARAM),
    ("xmlrpc/default", "intneg intover mixed1 script-pos-mixed3 x-mix2 x-int script-x-pos1", _SIGN),
    ("xmlrpc/default", "newline xml namedelim script-pos-xml2", _ESCAPE),
    ("xmlrpc/default", "rawctl x-badutf8", _NOT_XML),
    ("xmlrpc/default", "long10k long8192 long32k long70k", _LIMIT),
    ("xmlrpc/struct", "intneg mixed1 script-pos-mixed3 x-mix2 x-int script-x-pos1", _SIGN),
    ("xmlrpc/struct", "newline xml script-pos-xml2", _ESCAPE),
    ("xmlrpc/path", "mixed1 script-pos-mixed3", _SIGN),
    ("xmlrpc/path", "script-pos-xml2", _ESCAPE),
    ("xmlrpc/path_2", "script-x-pos1", _SIGN),
    ("flatstore/default", "newline", _BREAK),
    ("flatstore/delim_semi", "newline", _BREAK),
    ("flatstore/delim_tab", "newline", _BREAK),
    ("flatstore/delim_multi", "newline", _BREAK),
    ("flatstore/delim_multi", "semi", _FIRST_CHARACTER),
    ("flatstore/escape", "newline", _BREAK),
    ("flatstore/escape", "comma commas", _NO_ESCAPE),
    ("flatstore/escape_multi", "newline", _BREAK),
    ("flatstore/escape_multi", "semi", _FIRST_CHARACTER),
    ("flatstore/suppress", "newline", _BREAK),
    ("flatstore/suppress", "empty2 script-pos-mixed3", _SHIFTED),
    ("flatstore/suppress_pipe", "x-empty script-x-pos2", _SHIFTED),
)

DIFFERENCES: dict[str, str] = {f"{group}/{case}": reason for group, cases, reason in _TABLE for case in cases.split()}
"""Vector id -> the defect, or the rule, that is the reason."""

UNDEFINED: dict[str, str] = dict.fromkeys(
    ("boolnull", "nested", "nestedstr", "nestedws"),
    "D14: the peer's value is garbage (bool, null, list or object over MI)",
)
"""Cases without a definite event, which cannot be compared -> why."""
