"""The queries for rows as lines (:mod:`bot.store.rows`), for plain values, and for a fingerprint.

The database itself makes the lines, in a fraction of the time that Python takes to put values
together; PostgreSQL also hashes them, so that proving what arrived costs one query a table and
carries no row back.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    String,
    Table,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy import Text as PlainText
from sqlalchemy.types import TypeEngine

from bot.store.columns import Text
from bot.store.nul import ESCAPE, escaped
from bot.store.rows import BITS, ESCAPES, NULL, PART, Kind

_KINDS = ((Boolean, Kind.TRUTH), (Float, Kind.FLOAT), (LargeBinary, Kind.BYTES))


def kinds_of(table: Table) -> tuple[Kind, ...]:
    """Return what the values of each column are."""
    return tuple(_kind(column.type) for column in table.columns)


def _kind(kind: TypeEngine[Any]) -> Kind:
    if isinstance(kind, Text):
        return Kind.TEXT
    if isinstance(kind, Integer):
        return Kind.LONG if isinstance(kind, BigInteger) else Kind.NUMBER
    for known, meant in _KINDS:
        if isinstance(kind, known):
            return meant
    return Kind.NAME if isinstance(kind, String) and kind.length else Kind.OTHER


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
        func.coalesce(value, literal(NULL)) if column.nullable else value
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
    for character, instead in ESCAPES:
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


def tally_query(table: Table) -> Select[Any]:
    """Return PostgreSQL's query for the count of a table's lines and the sums of their parts."""
    # With it come all its drivers' dialects: not for a start on an SQLite file.
    from sqlalchemy.dialects.postgresql import BIT, array

    line = _line(table.columns, "postgresql")
    hashed = cast(literal("x").concat(func.md5(line)), BIT(BITS))
    # A row out of an array keeps each line from being hashed again for every part, and unlike
    # an offset lets the server's workers share the table.
    each = select(func.unnest(array([hashed])).label("hashed")).select_from(table).subquery()
    parts = [
        func.sum(cast(func.substring(each.c.hashed, first, PART), BigInteger))
        for first in range(1, BITS, PART)
    ]
    summed: list[ColumnElement[Any]] = [func.count(), *parts]
    return select(*summed).select_from(each)
