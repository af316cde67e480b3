"""What a line for a shell is made of: printed by real shells, with payloads that bite."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from engine.address.shell_line import PIPE_BYTES, in_pieces, printf
from engine.event import Event
from engine.wire.jsonrpc import JsonRpcFormat

BITING = [
    b"",
    b"plain",
    b"it's \"quoted\" and 'more'",
    b"$(touch /tmp/never) `id` ${HOME} $HOME ! \\n \\\\ %s %d %%",
    b"two\nlines\n",
    b"\n\n",
    b"-n",
    b"\x00\x01\x1b[31m\x7f\xff\xfe 8'9\\0",
    "ümläut \u202e turned".encode(),
    JsonRpcFormat().encode((Event("E_A", (("text", "a'b\n$(x)\udcff"),)),))[0].tobytes(),
]


@pytest.mark.parametrize("payload", BITING)
def test_a_shell_prints_exactly_the_payload(payload: bytes) -> None:
    for shell in ("sh", "bash"):
        if shutil.which(shell) is not None:
            done = subprocess.run([shell, "-c", printf(payload)], capture_output=True, check=True, timeout=20)
            assert done.stdout == payload


@pytest.mark.parametrize("payload", BITING)
def test_what_is_copied_can_be_pasted(payload: bytes) -> None:
    line = printf(payload)
    assert line.replace("\n", "").isprintable()
    assert shlex.split(line)[0] == "printf"


def test_only_a_long_payload_may_leave_in_pieces() -> None:
    assert in_pieces(b"x" * PIPE_BYTES) == ""
    assert "several datagrams" in in_pieces(b"x" * (PIPE_BYTES + 1))
