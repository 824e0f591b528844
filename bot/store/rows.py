"""Rows on their way from one database to another: their forms, what each is made into, the tally.

The form of a line is that of ``COPY``: values as text, parted by tabs, with what would part them
escaped. A fingerprint is a sum of hashes of lines. MD5 is what PostgreSQL has, too, and takes
least time for; it guards against accidents, and whoever can forge rows can forge a fingerprint.

SQLAlchemy is not imported: the process that reads (:mod:`bot.store.worker`) starts in a moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.store.nul import ESCAPE, escaped, unescaped

NULL = r"\N"
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))  # the first one first
BITS, PART = 128, 32  # of a hash, and of each part of it that is summed by itself
_PIECE_BYTES = 4_000_000  # in one transaction, about
_FEWEST, _GROWTH = 128, 16  # rows at first, and how much faster their number grows

Plain = tuple[Any, ...]  # a row as numbers, text and bytes that mean the same on every database


class Form(Enum):
    """What a row of a table is carried as."""

    VALUES = "values"  # a tuple of plain values
    LINES = "lines"  # bytes of a line
    BINARY = "binary"  # bytes of :mod:`bot.store.binary`


class Kind(Enum):
    """What the values of a column are, and so how they are written."""

    NUMBER = "number"  # of 32 bits
    LONG = "long"  # of 64 bits
    TRUTH = "truth"
    FLOAT = "float"
    BYTES = "bytes"
    TEXT = "text"  # of any characters
    NAME = "name"  # short, without NUL
    OTHER = "other"  # times, dates, JSON: as text without NUL


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """How many rows a table holds, and a fingerprint of them that no order changes."""

    rows: int
    fingerprint: str


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
        return fingerprint_of([self._sum])

    @property
    def content(self) -> Content:
        """Both."""
        return Content(rows=self.rows, fingerprint=self.fingerprint)


def fingerprint_of(parts: Sequence[int]) -> str:
    """Return the fingerprint that the sums of the parts of all hashes, highest first, mean."""
    total = 0
    for part in parts:
        total = (total << PART) + part
    return f"{total % (1 << BITS):032x}"


class Size:
    """How many rows are fetched at once: more and more, as long as they are no heavy piece."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.rows = min(_FEWEST, most)

    def learn(self, rows: int, weight: int) -> None:
        """Take in how many bytes so many rows were."""
        fitting = rows * _PIECE_BYTES // max(1, weight)
        self.rows = max(1, min(fitting, self.rows * _GROWTH, self._most))


def with_nul(kinds: Sequence[Kind], rows: Sequence[Plain]) -> Sequence[Plain]:
    """Return PostgreSQL's rows with texts as they were before their NULs were written otherwise."""
    texts = [number for number, kind in enumerate(kinds) if kind is Kind.TEXT]
    if not any(ESCAPE in row[n] for row in rows for n in texts if row[n]):
        return rows
    return [
        tuple(unescaped(value) if n in texts and value else value for n, value in enumerate(row))
        for row in rows
    ]


def without_nul(kinds: Sequence[Kind], lines: Sequence[bytes]) -> Sequence[bytes]:
    """Return SQLite's lines with each NUL as PostgreSQL holds it, where the column may have one."""
    if b"\0" not in b"".join(lines):
        return lines
    return [_without_nul(kinds, line) if b"\0" in line else line for line in lines]


def _without_nul(kinds: Sequence[Kind], line: bytes) -> bytes:
    values = line.split(b"\t")
    for number, kind in enumerate(kinds):
        if kind is Kind.TEXT:
            values[number] = values[number].replace(b"\0", escaped("\0").encode())
    return b"\t".join(values)


def lines_of(kinds: Sequence[Kind], rows: Sequence[Plain]) -> list[bytes]:
    """Return the lines of rows of plain values, one for each column of the table."""
    if not rows:
        return []
    columns = [
        [NULL if value is None else write(value) for value in values]
        for write, values in zip(map(_writer, kinds), zip(*rows, strict=True), strict=True)
    ]
    return [line.encode() for line in map("\t".join, zip(*columns, strict=True))]


def _writer(kind: Kind) -> Callable[[Any], str]:
    """Return what writes the values of a column."""
    return _WRITERS.get(kind, _safe)


def _safe(value: str) -> str:
    for character, instead in ESCAPES:
        if character in value:
            value = value.replace(character, instead)
    return value


def _text(value: str) -> str:
    return _safe(escaped(value))


def _binary(value: bytes) -> str:
    return "\\\\x" + value.hex()


def _float(value: float) -> str:
    return repr(value).removesuffix(".0")


_WRITERS: dict[Kind, Callable[[Any], str]] = {
    Kind.NUMBER: str,
    Kind.LONG: str,
    Kind.TRUTH: str,
    Kind.FLOAT: _float,
    Kind.BYTES: _binary,
    Kind.TEXT: _text,
}
