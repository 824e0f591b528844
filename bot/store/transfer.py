"""Everything of one database copied into another of either kind, and proof that it arrived.

Rows travel as plain values (numbers, text, bytes) that mean the same on both, a table after the
other in the order of their references, each in the order of its key. A target remembers that it
is being filled, and nothing else opens it until it is whole. A copy that was interrupted goes on
behind the rows that are there; whether they are the right ones is decided at the end, when what
was read and what was written are compared by count and fingerprint.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from typing import TypeVar

from sqlalchemy import Table

from bot.errors import StoreError
from bot.store.apart import reading_apart
from bot.store.engine import Database
from bot.store.migrations import REVISION, migrate, revision_of
from bot.store.reading import ROWS, Reading, content_of, count_of, reading_here
from bot.store.rows import Content, Form
from bot.store.schema import metadata

_PROOFS = 3  # at once

T = TypeVar("T")
Contents = Mapping[str, Content]
Progress = Callable[[int, int], None]  # rows done, rows in all


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
    there, done = await _rows_in(target), 0
    async with (
        _reading(source, target, there, rows_at_once) as reading,
        aclosing(_one_ahead(reading.pieces())) as ready,
    ):
        async for piece in ready:
            if piece.lacking:
                async with target.writing() as writer:
                    await target.insert_plain(writer, piece.table, piece.lacking)
            done += piece.rows
            if progress is not None:
                progress(done, reading.total)
    contents, numbers = reading.contents, reading.numbers
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
            table.name: await content_of(database, reader, table)
            for table in metadata.sorted_tables
        }


def _reading(
    source: Database, target: Database, there: Mapping[str, int], rows_at_once: int
) -> AbstractAsyncContextManager[Reading]:
    """Give a reading of the source: by another process where that saves waiting for each other."""
    place = source.place()
    takes_bytes = all(target.form_of(it) is not Form.VALUES for it in metadata.sorted_tables)
    if place is not None and takes_bytes:
        return reading_apart(place, target, there, rows_at_once)
    return reading_here(source, target, there, rows_at_once)


async def _arrived(target: Database) -> Contents:
    """Return what each table of a target holds that nobody else writes to."""
    if not target.hashes:
        return await contents_of(target)
    turns = asyncio.Semaphore(_PROOFS)

    async def proved(table: Table) -> Content:
        async with turns, target.reading() as reader:
            return await content_of(target, reader, table)

    tables = metadata.sorted_tables[::-1]  # the large ones stand last
    found = await asyncio.gather(*(proved(table) for table in tables))
    return {table.name: content for table, content in zip(tables, found, strict=True)}


async def _begin(target: Database) -> None:
    """Make the tables of an empty target and mark it; StoreError when it is in use or parted."""
    async with target.reading() as reader:
        await target.ensure_fillable(reader)
        begun = await reader.run_sync(target.is_being_filled)
        in_use = await reader.run_sync(target.is_ours) is not None
    if begun:
        async with target.writing() as writer:
            if await writer.run_sync(revision_of) != REVISION:  # another version had begun
                await target.put_back(writer)
    elif in_use:  # a bot that was started on it has made its tables
        await migrate(target)
        async with target.writing() as writer:
            if any([await count_of(writer, table) for table in metadata.sorted_tables]):
                raise StoreError("the target is not empty", key="error.store.not_empty")
            await writer.run_sync(target.mark_filling)
    await migrate(target, filling=True)
    async with target.writing() as writer:
        await target.set_aside(writer)


async def _rows_in(target: Database) -> dict[str, int]:
    async with target.reading() as reader:
        return {table.name: await count_of(reader, table) for table in metadata.sorted_tables}


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
