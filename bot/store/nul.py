"""How PostgreSQL, which stores no NUL, holds a text that has one."""

from __future__ import annotations

ESCAPE, _NUL = "\ue6e0", "\ue6e1"  # for private use: no outlet writes them, but if one does,
_ESCAPED = {ESCAPE: ESCAPE * 2, "\0": ESCAPE + _NUL}  # they come back as they were


def escaped(value: str) -> str:
    """Return how PostgreSQL holds a text."""
    if "\0" not in value and ESCAPE not in value:
        return value
    return "".join(_ESCAPED.get(character, character) for character in value)


def unescaped(value: str) -> str:
    """Return the text that PostgreSQL holds as ``value``."""
    if ESCAPE not in value:
        return value
    pieces = value.split(ESCAPE * 2)
    return ESCAPE.join(piece.replace(ESCAPE + _NUL, "\0") for piece in pieces)
