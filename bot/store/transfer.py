"""Everything of one database copied into another of either kind, and proof that it arrived.

Rows travel as plain values (numbers, text, bytes) that mean the same on both, a table after the
other in the order of their references, each in the order of its key. A target remembers that it
is being filled, and nothing else opens it until it is whole. A copy that was interrupted goes on
behind the rows that are there; whether they are the right ones is decided at the end, when what
was read and what was written are compared by count and fingerprint.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Table, func
from sqlalchemy import select as select_from
from sqlalchemy.ext.asyncio import AsyncConnection

import bot.store.schema_events  # noqa: F401 - its tables belong to the metadata
from bot.errors import StoreError
from bot.store.binary import rows_in_binary
from bot.store.engine import Database, Form, Plain
from bot.store.lines import (
    Tally,
    database_writes,
    fingerprint_of,
    lines_of,
    lines_query,
    tally_query,
    values_query,
    with_nul,
    without_nul,
)
from bot.store.migrations import REVISION, migrate, revision_of
from bot.store.schema import metadata

ROWS = 20_000  # in one transaction, at most
_PIECE_BYTES = 4_000_000  # in one transaction, about
_FEWEST, _GROWTH = 128, 16  # rows at first, and how much faster their number grows

_PROOFS = 3  # at once

T = TypeVar("T")
Piece = tuple[Table, int, Sequence[Any]]  # rows of a table, and how many of it came before
Progress = Callable[[int, int], None]  # rows done, rows in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """How many rows a table holds, and a fingerprint of them that no order changes."""

    rows: int
    fingerprint: str


Contents = Mapping[str, Content]


async def copy_all(
    source: Database,
    target: Database,
    progress: Progress | None = None,
    *,
    rows_at_once: int = ROWS,
) -> Contents:
    """Copy every table of ``source``, as it stands now, into an empty or half-filled ``target``.

    ``rows_at_once`` are written in one transaction. Both are at the newest revision afterwards;
    ``source`` must be already. Returns what was copied. Raises StoreError when ``target`` holds
    something of its own, or when it does not hold exactly the same rows at the end.
    """
    await _begin(target)
    async with source.reading() as reader:
        total, done = await _count(reader), 0
        there = await _rows_in(target)
        contents: dict[str, Content] = {}
        pieces = _all_pieces(source, reader, target, contents, rows_at_once)
        async with aclosing(_one_ahead(pieces)) as ready:
            async for table, before, rows in ready:
                if lacking := rows[max(0, there[table.name] - before) :]:
                    async with target.writing() as writer:
                        await target.insert_plain(writer, table, lacking)
                done += len(rows)
                if progress is not None:
                    progress(done, total)
        numbers = await source.last_numbers(reader)
    arrived = await _arrived(target)
    if wrong := [name for name, held in contents.items() if arrived[name] != held]:
        raise StoreError(
            f"not the same after copying: {', '.join(wrong)}",
            key="error.store.differs",
            tables=", ".join(wrong),
        )
    async with target.writing() as writer:
        await target.put_back(writer)
        await target.set_last_numbers(writer, numbers)
        await writer.run_sync(target.make_ours)
    return contents


async def contents_of(database: Database) -> Contents:
    """Return what each table holds, all as of one instant."""
    async with database.reading() as reader:
        return {
            table.name: await _content(_Reading(database, reader, table))
            for table in metadata.sorted_tables
        }


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is read: a table, on a connection that sees one state of a database."""

    database: Database
    reader: AsyncConnection
    table: Table
    rows_at_once: int = ROWS


async def _all_pieces(
    source: Database,
    reader: AsyncConnection,
    target: Database,
    contents: dict[str, Content],
    size: int,
) -> AsyncGenerator[Piece]:
    """Yield the rows of all tables as ``target`` takes them; ``contents``: what they were."""
    for table in metadata.sorted_tables:
        reading, before = _Reading(source, reader, table, size), 0
        tally = None if source.hashes else Tally()
        async with aclosing(_pieces(reading, tally, target.form_of(table))) as pieces:
            async for rows in pieces:
                yield table, before, rows
                before += len(rows)
        contents[table.name] = await _content(reading) if tally is None else _told(tally)


async def _arrived(target: Database) -> Contents:
    """Return what each table of a target holds that nobody else writes to."""
    if not target.hashes:
        return await contents_of(target)
    turns = asyncio.Semaphore(_PROOFS)

    async def proved(table: Table) -> Content:
        async with turns, target.reading() as reader:
            return await _content(_Reading(target, reader, table))

    tables = metadata.sorted_tables[::-1]  # the large ones stand last
    found = await asyncio.gather(*(proved(table) for table in tables))
    return {table.name: content for table, content in zip(tables, found, strict=True)}


async def _content(reading: _Reading) -> Content:
    """Return what a table holds, out of the sums of the server where it makes them."""
    if reading.database.hashes:
        count, *parts = (await reading.reader.execute(tally_query(reading.table))).one()
        return Content(rows=count, fingerprint=fingerprint_of([int(part or 0) for part in parts]))
    tally = Tally()
    async for _ in _pieces(reading, tally, Form.LINES):
        pass
    return _told(tally)


def _told(tally: Tally) -> Content:
    return Content(rows=tally.rows, fingerprint=tally.fingerprint)


async def _begin(target: Database) -> None:
    """Make the tables of an empty target and mark it; StoreError when it is in use."""
    async with target.reading() as reader:
        begun = await reader.run_sync(target.is_being_filled)
        in_use = await reader.run_sync(target.is_ours) is not None
    if begun:
        async with target.writing() as writer:
            if await writer.run_sync(revision_of) != REVISION:  # another version had begun
                await target.put_back(writer)
    elif in_use:  # a bot that was started on it has made its tables
        await migrate(target)
        async with target.writing() as writer:
            if await _count(writer):
                raise StoreError("the target is not empty", key="error.store.not_empty")
            await writer.run_sync(target.mark_filling)
    await migrate(target, filling=True)
    async with target.writing() as writer:
        await target.set_aside(writer)


async def _count(reader: AsyncConnection) -> int:
    counts = [
        await reader.scalar(select_from(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
    ]
    return sum(counts)


async def _rows_in(target: Database) -> dict[str, int]:
    async with target.reading() as reader:
        return {
            table.name: await reader.scalar(select_from(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


async def _pieces(
    reading: _Reading, tally: Tally | None, form: Form
) -> AsyncGenerator[Sequence[Any]]:
    """Yield all rows of a table in the order of its key, in some form.

    They are counted into ``tally`` before they are given away. They are fetched and hashed in
    turns, never at once: two threads of Python that both want its lock wait at every row.
    """
    table, dialect = reading.table, reading.reader.dialect.name
    written = form is Form.LINES and database_writes(table)
    query = lines_query(table, dialect) if written else values_query(table)
    size = min(_FEWEST, reading.rows_at_once)
    async with reading.database.fetching(reading.reader, query) as fetch:
        while found := await fetch(size):
            if written:
                make = partial(_from_lines, table, found, tally)
            else:
                make = partial(_from_values, table, found, tally, form, dialect)
            rows, weight = await asyncio.to_thread(make)
            yield rows
            fitting = len(rows) * _PIECE_BYTES // max(1, weight)
            size = max(1, min(fitting, size * _GROWTH, reading.rows_at_once))


def _from_lines(
    table: Table, found: Sequence[Plain], tally: Tally | None
) -> tuple[Sequence[bytes], int]:
    """Return the lines that a database wrote, and how many bytes they are."""
    lines = without_nul(table, [line for (line,) in found])
    if tally is not None:
        tally.add(lines)
    return lines, sum(map(len, lines))


def _from_values(
    table: Table, found: Sequence[Plain], tally: Tally | None, form: Form, dialect: str
) -> tuple[Sequence[Any], int]:
    """Return plain values in a form, and about how many bytes they are."""
    rows = with_nul(table, found) if dialect == "postgresql" else found
    lines = lines_of(table, rows) if tally is not None or form is Form.LINES else []
    if tally is not None:
        tally.add(lines)
    weight = sum(len(it) for row in rows for it in row if isinstance(it, bytes | str))
    if form is Form.VALUES:
        return rows, weight
    return (lines if form is Form.LINES else rows_in_binary(table, rows)), weight


async def _one_ahead(pieces: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Yield the same, reading each piece while the one before it is worked on."""

    async def following() -> T | None:
        return await anext(pieces, None)

    coming = asyncio.create_task(following())
    try:
        while (piece := await coming) is not None:
            coming = asyncio.create_task(following())
            yield piece
    finally:
        # Waited for, not cancelled: a server's cursor could not be closed in the middle of a fetch.
        await asyncio.gather(coming, return_exceptions=True)
        await pieces.aclose()
