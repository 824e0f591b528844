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
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, Select, Table, cast, func
from sqlalchemy import Text as PlainText
from sqlalchemy import select as select_from
from sqlalchemy.ext.asyncio import AsyncConnection

import bot.store.schema_events  # noqa: F401 - its tables belong to the metadata
from bot.errors import StoreError
from bot.store.columns import Text
from bot.store.engine import Database, Plain
from bot.store.lines import Tally, fingerprint_of, lines_of, tally_query
from bot.store.migrations import REVISION, migrate, revision_of
from bot.store.schema import metadata

ROWS = 5_000  # in one transaction

Piece = tuple[Sequence[Plain], Sequence[bytes], int]  # rows, the same as lines, rows before them
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
        total = await _count(reader)
        done, contents = 0, dict[str, Content]()
        for table in metadata.sorted_tables:
            tally, there = Tally(), await _rows_in(target, table)
            async with aclosing(_one_ahead(_read(reader, table, rows_at_once))) as pieces:
                async for rows, lines, before in pieces:
                    skip = min(max(0, there - before), len(rows))
                    await asyncio.to_thread(tally.add, lines)
                    if skip < len(rows):
                        async with target.writing() as writer:
                            await target.insert_plain(writer, table, rows[skip:], lines[skip:])
                    done += len(rows)
                    if progress is not None:
                        progress(done, total)
            contents[table.name] = Content(rows=tally.rows, fingerprint=tally.fingerprint)
        numbers = await source.last_numbers(reader)
    arrived = await contents_of(target)
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
        return {table.name: await _content(reader, table) for table in metadata.sorted_tables}


async def _content(reader: AsyncConnection, table: Table) -> Content:
    if reader.dialect.name == "postgresql":  # which hashes its rows itself
        count, *parts = (await reader.execute(tally_query(table))).one()
        return Content(rows=count, fingerprint=fingerprint_of([int(part or 0) for part in parts]))
    tally = Tally()
    async for _, lines, _ in _read(reader, table, ROWS):
        await asyncio.to_thread(tally.add, lines)
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


async def _rows_in(target: Database, table: Table) -> int:
    async with target.reading() as reader:
        return await reader.scalar(select_from(func.count()).select_from(table)) or 0


async def _read(reader: AsyncConnection, table: Table, size: int) -> AsyncGenerator[Piece]:
    """Yield all rows of a table in the order of its key, as plain values and as lines."""
    before = 0
    async with aclosing(_pieces(reader, table, size)) as pieces:
        async for rows in pieces:
            yield rows, await asyncio.to_thread(lines_of, table, rows), before
            before += len(rows)


async def _one_ahead(pieces: AsyncGenerator[Piece]) -> AsyncGenerator[Piece]:
    """Yield the same, reading each piece while the one before it is worked on."""

    async def following() -> Piece | None:
        return await anext(pieces, None)

    coming = asyncio.create_task(following())
    try:
        while (piece := await coming) is not None:
            coming = asyncio.create_task(following())
            yield piece
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await pieces.aclose()


async def _pieces(
    reader: AsyncConnection, table: Table, size: int
) -> AsyncGenerator[Sequence[Plain]]:
    """Yield all rows of a table in the order of its key, as plain values."""
    result = await reader.stream(_plainly(table).execution_options(yield_per=size))
    try:
        async for rows in result.partitions(size):
            yield [tuple(row) for row in rows]
    finally:
        await result.close()


def _plainly(table: Table) -> Select[Any]:
    columns = [_plain(column).label(column.name) for column in table.columns]
    return select_from(*columns).order_by(*table.primary_key.columns)


def _plain(column: Column[Any]) -> Any:
    """Return an expression of a value that is the same on every database."""
    if isinstance(column.type, Boolean):
        return cast(column, Integer)
    if isinstance(column.type, Text | Integer | LargeBinary | Float):
        return column
    return cast(column, PlainText)  # times, dates, JSON, short strings
