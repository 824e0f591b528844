"""A row as PostgreSQL's binary COPY takes it: for tables of bytes, which are twice as long as text.

The form is described in PostgreSQL's manual under COPY, "Binary Format": the number of values,
then each with its length before it, all numbers with their highest byte first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import repeat
from struct import Struct
from typing import Any

from bot.store.rows import Kind, Plain

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # without flags and without more of a header
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_COUNT, _LENGTH = Struct(">h").pack, Struct(">i").pack
_SHORT, _LONG = Struct(">ii").pack, Struct(">iq").pack


def has_binary_form(kinds: Sequence[Kind]) -> bool:
    """Tell whether rows are sent so: they have bytes, and numbers and short texts beside them."""
    return Kind.BYTES in kinds and _WRITERS.keys() >= set(kinds)


def rows_in_binary(kinds: Sequence[Kind], rows: Sequence[Plain]) -> list[bytes]:
    """Return each row of plain values as it stands between the others."""
    if not rows:
        return []
    writers = [_WRITERS[kind] for kind in kinds]
    columns = [
        [_NULL if value is None else write(value) for value in values]
        for write, values in zip(writers, zip(*rows, strict=True), strict=True)
    ]
    count = repeat(_COUNT(len(columns)))
    return [b"".join(values) for values in zip(count, *columns, strict=False)]


def in_binary(rows: Sequence[bytes]) -> bytes:
    """Return rows as they are sent."""
    return b"".join([_HEADER, *rows, _TRAILER])


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


@lru_cache(maxsize=64)  # the few names of models
def _name(value: str) -> bytes:
    return _bytes(value.encode())


_WRITERS: dict[Kind, Callable[[Any], bytes]] = {
    Kind.NUMBER: partial(_SHORT, 4),
    Kind.LONG: partial(_LONG, 8),
    Kind.BYTES: _bytes,
    Kind.NAME: _name,
}
