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

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from bot.store.engine import Plain

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # without flags and without more of a header
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_COUNT, _LENGTH = Struct(">h").pack, Struct(">i").pack
_SHORT, _LONG = Struct(">ii").pack, Struct(">iq").pack


def has_binary_form(table: Table) -> bool:
    """Tell whether rows of a table are sent so: it has bytes, numbers and short strings alone."""
    writers = [_writer(column) for column in table.columns]
    return _bytes in writers and None not in writers


def rows_in_binary(table: Table, rows: Sequence[Plain]) -> list[bytes]:
    """Return each row of plain values as it stands between the others."""
    if not rows:
        return []
    columns = [
        [_NULL if value is None else write(value) for value in values]
        for write, values in zip(map(_writer, table.columns), zip(*rows, strict=True), strict=True)
        if write is not None
    ]
    count = repeat(_COUNT(len(columns)))
    return [b"".join(values) for values in zip(count, *columns, strict=False)]


def in_binary(rows: Sequence[bytes]) -> bytes:
    """Return rows as they are sent."""
    return b"".join([_HEADER, *rows, _TRAILER])


def _writer(column: Column[Any]) -> Callable[[Any], bytes] | None:
    if isinstance(column.type, BigInteger):
        return partial(_LONG, 8)
    if isinstance(column.type, Integer):
        return partial(_SHORT, 4)
    if isinstance(column.type, LargeBinary):
        return _bytes
    return _text if isinstance(column.type, String) and column.type.length else None


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


@lru_cache(maxsize=64)  # the few names of models
def _text(value: str) -> bytes:
    return _bytes(value.encode())
