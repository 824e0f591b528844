"""A row as one line of text: what is sent to PostgreSQL, and what a table's fingerprint is made of.

The form is that of ``COPY``: values as text, parted by tabs, with what would part them escaped.
PostgreSQL builds the same line of a row itself and hashes it there, so that proving what arrived
costs one query a table and carries no row back. MD5 is what both have and take least time for; it
guards against accidents, and whoever can forge rows can forge a fingerprint, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    Integer,
    LargeBinary,
    Select,
    Table,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy import Text as PlainText

from bot.store.columns import Text, escaped
from bot.store.engine import Plain

_NULL = r"\N"
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))  # the first one first
_BITS, _PART = 128, 32  # of a hash, and of each part of it that is summed by itself


class Tally:
    """Sums the hashes of lines: two tables of the same rows have the same sum, however sorted."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, lines: Sequence[bytes]) -> None:
        """Count lines in."""
        hashed, number = partial(hashlib.md5, usedforsecurity=False), int.from_bytes
        self._sum += sum(number(hashed(line).digest(), "big") for line in lines)
        self.rows += len(lines)

    @property
    def fingerprint(self) -> str:
        """What the lines so far sum up to."""
        return _as_text(self._sum)


def _as_text(total: int) -> str:
    return f"{total % (1 << _BITS):032x}"


def lines_of(table: Table, rows: Sequence[Plain]) -> list[bytes]:
    """Return the lines of rows of plain values, one for each column of the table."""
    writers = [_writer(column) for column in table.columns]
    return [
        "\t".join(
            [
                _NULL if value is None else write(value)
                for write, value in zip(writers, row, strict=True)
            ]
        ).encode()
        for row in rows
    ]


def _writer(column: Column[Any]) -> Callable[[Any], str]:
    """Return what writes the values of a column."""
    if isinstance(column.type, Boolean | Integer):
        return str
    if isinstance(column.type, LargeBinary):
        return _binary
    if isinstance(column.type, Float):
        return _float
    return _text if isinstance(column.type, Text) else _safe


def _safe(value: str) -> str:
    for character, instead in _ESCAPES:
        if character in value:
            value = value.replace(character, instead)
    return value


def _text(value: str) -> str:
    return _safe(escaped(value))


def _binary(value: bytes) -> str:
    return "\\\\x" + value.hex()


def _float(value: float) -> str:
    return repr(value).removesuffix(".0")


def tally_query(table: Table) -> Select[Any]:
    """Return PostgreSQL's query for the count of a table's lines and the sums of their parts."""
    line: ColumnElement[Any] = literal("")
    for number, column in enumerate(table.columns):
        value = func.coalesce(_as_line(column), literal(_NULL))
        line = line.concat(literal("\t")).concat(value) if number else value
    # The offset keeps each line from being hashed again for every part.
    each = select(func.md5(line).label("hashed")).select_from(table).offset(0).subquery()
    parts: list[ColumnElement[Any]] = [
        func.sum(literal_column(f"('x' || substr(hashed, {first}, 8))::bit({_PART})::int8"))
        for first in range(1, _BITS // 4, _PART // 4)
    ]
    return select(func.count(), *parts).select_from(each)


def _as_line(column: Column[Any]) -> ColumnElement[str]:
    """Return a value as PostgreSQL writes it into a line."""
    if isinstance(column.type, Boolean):
        return cast(cast(column, Integer), PlainText)
    if isinstance(column.type, Integer | Float):
        return cast(column, PlainText)
    if isinstance(column.type, LargeBinary):
        return literal("\\\\x").concat(func.encode(column, literal("hex")))
    text: Any = cast(column, PlainText)
    for character, instead in _ESCAPES:
        text = func.replace(text, literal(character), literal(instead))
    return text  # type: ignore[no-any-return]


def fingerprint_of(parts: Sequence[int]) -> str:
    """Return the fingerprint that the sums of :func:`tally_query`, highest first, mean."""
    total = 0
    for part in parts:
        total = (total << _PART) + part
    return _as_text(total)
