"""Passwords that were typed into a form: its fields show the mask, the engine gets what was typed."""

from __future__ import annotations

import re

from engine.address import MemberAddress, parse_member, printed, read_masked
from engine.address.masked_member import has_mask, without_mask
from engine.errors import SocketTextError

_WORD = re.compile(r"[^ \t]+")


class TypedPasswords:
    """Remembers, for one form or field, the logins that were filled in."""

    def __init__(self) -> None:
        self._known: list[MemberAddress] = []

    def hide(self, socket: str) -> str:
        """A member's socket with its password masked and remembered; any other text as it is."""
        try:
            address = parse_member(socket)
        except SocketTextError:
            return socket
        if address.secret is None:
            return socket
        self._known.insert(0, address)
        return printed(address)

    def reveal(self, text: str) -> str:
        """A text of one or more sockets with the passwords that are known in the place of their masks."""
        return _WORD.sub(lambda word: self._revealed(word[0]), text)

    def checkable(self, text: str) -> str:
        """The same, but with every column where it was: another password of the mask's length stands there."""
        return _WORD.sub(lambda word: without_mask(word[0]) if self._revealed(word[0]) != word[0] else word[0], text)

    def _revealed(self, word: str) -> str:
        if not has_mask(word):
            return word
        try:
            return printed(read_masked(word, self._known), secrets=True)
        except SocketTextError:
            return word  # the engine knows the password, or says what is wrong
