"""A row as one line of text: what is sent to PostgreSQL, and what a table's fingerprint is made of.

The form is that of ``COPY``: values as text, parted by tabs, with what would part them escaped.
The database itself makes the lines, in a fraction of the time that Python takes to put values
together; PostgreSQL also hashes them, so that proving what arrived costs one query a table and
carries no row back. MD5 is what both have and take least time for; it guards against accidents,
and whoever can forge rows can forge a fingerprint, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
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
    select,
)
from sqlalchemy import Text as PlainText
from sqlalchemy.dialects.postgresql import BIT, array

from bot.store.columns import ESCAPE, Text, escaped, unescaped
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
        hashes = [hashlib.md5(line, usedforsecurity=False).digest() for line in lines]
        self._sum += sum([int.from_bytes(one, "big") for one in hashes])
        self.rows += len(lines)

    @property
    def fingerprint(self) -> str:
        """What the lines so far sum up to."""
        return _as_text(self._sum)


def _as_text(total: int) -> str:
    return f"{total % (1 << _BITS):032x}"


def fingerprint_of(parts: Sequence[int]) -> str:
    """Return the fingerprint that the sums of the parts of all hashes, highest first, mean."""
    total = 0
    for part in parts:
        total = (total << _PART) + part
    return _as_text(total)


def database_writes(table: Table) -> bool:
    """Tell whether the lines of a table are made by the database itself, on any of them.

    SQLite knows fifteen digits of a float, and takes eight times as long as Python for a vector.
    """
    return not any(isinstance(column.type, Float | LargeBinary) for column in table.columns)


def lines_query(table: Table, dialect: str) -> Select[Any]:
    """Return the query for a table's lines as bytes, in the order of its key.

    On "sqlite" a NUL in them must still be written as PostgreSQL does: :func:`without_nul`.
    """
    line = _line(table.columns, dialect)
    if dialect == "sqlite":
        line = cast(line, LargeBinary)
    else:
        line = func.convert_to(line, literal("UTF8"))
    return select(line.label("line")).select_from(table).order_by(*table.primary_key.columns)


def _line(columns: Iterable[Column[Any]], dialect: str) -> ColumnElement[Any]:
    """Return the expression of the line that columns make."""
    values = [
        func.coalesce(value, literal(_NULL)) if column.nullable else value
        for column, value in ((column, _as_line(column, dialect)) for column in columns)
    ]
    return reduce(lambda line, value: line.concat(literal("\t")).concat(value), values)


def _as_line(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    """Return a value as it stands in a line."""
    if isinstance(column.type, Boolean):
        return cast(cast(column, Integer), PlainText)
    if isinstance(column.type, Integer | Float):
        return cast(column, PlainText)
    if isinstance(column.type, LargeBinary):
        return literal("\\\\x").concat(func.encode(column, literal("hex")))
    text: Any = cast(column, PlainText)
    for character, instead in _ESCAPES:
        text = func.replace(text, literal(character), literal(instead))
    if dialect == "sqlite" and isinstance(column.type, Text):  # PostgreSQL has it so already
        text = func.replace(text, literal(ESCAPE), literal(escaped(ESCAPE)))
    return text  # type: ignore[no-any-return]


def values_query(table: Table) -> Select[Any]:
    """Return the query for a table's rows as plain values, in the order of its key."""
    columns = [_plain(column).label(column.name) for column in table.columns]
    return select(*columns).order_by(*table.primary_key.columns)


def _plain(column: Column[Any]) -> Any:
    """Return an expression of a value that is the same on every database."""
    if isinstance(column.type, Boolean):
        return cast(column, Integer)
    if isinstance(column.type, Text | Integer | LargeBinary | Float):
        return column
    return cast(column, PlainText)  # times, dates, JSON, short strings


def with_nul(table: Table, rows: Sequence[Plain]) -> Sequence[Plain]:
    """Return PostgreSQL's rows with texts as they were before their NULs were written otherwise."""
    texts = [n for n, column in enumerate(table.columns) if isinstance(column.type, Text)]
    if not any(ESCAPE in row[n] for row in rows for n in texts if row[n]):
        return rows
    return [
        tuple(unescaped(value) if n in texts and value else value for n, value in enumerate(row))
        for row in rows
    ]


def without_nul(table: Table, lines: Sequence[bytes]) -> Sequence[bytes]:
    """Return SQLite's lines with each NUL as PostgreSQL holds it, where the column may have one."""
    if b"\0" not in b"".join(lines):
        return lines
    return [_without_nul(table, line) if b"\0" in line else line for line in lines]


def _without_nul(table: Table, line: bytes) -> bytes:
    values = line.split(b"\t")
    for number, column in enumerate(table.columns):
        if isinstance(column.type, Text):
            values[number] = values[number].replace(b"\0", escaped("\0").encode())
    return b"\t".join(values)


def lines_of(table: Table, rows: Sequence[Plain]) -> list[bytes]:
    """Return the lines of rows of plain values, one for each column of the table."""
    if not rows:
        return []
    columns = [
        [_NULL if value is None else write(value) for value in values]
        for write, values in zip(map(_writer, table.columns), zip(*rows, strict=True), strict=True)
    ]
    return [line.encode() for line in map("\t".join, zip(*columns, strict=True))]


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
    line = _line(table.columns, "postgresql")
    hashed = cast(literal("x").concat(func.md5(line)), BIT(_BITS))
    # A row out of an array keeps each line from being hashed again for every part, and unlike
    # an offset lets the server's workers share the table.
    each = select(func.unnest(array([hashed])).label("hashed")).select_from(table).subquery()
    parts = [
        func.sum(cast(func.substring(each.c.hashed, first, _PART), BigInteger))
        for first in range(1, _BITS, _PART)
    ]
    summed: list[ColumnElement[Any]] = [func.count(), *parts]
    return select(*summed).select_from(each)
