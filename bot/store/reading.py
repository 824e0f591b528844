"""A whole database read piece by piece, in the form that another one takes.

The rows of all tables come in the order of their references, those of a table in the order of its
key. What was read is counted and fingerprinted on the way.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

import bot.store.schema_events  # noqa: F401 - its tables belong to the metadata
from bot.store.engine import Database
from bot.store.lines import database_writes, kinds_of, lines_query, tally_query, values_query
from bot.store.pieces import Making, made
from bot.store.rows import Content, Form, Size, Tally, fingerprint_of
from bot.store.schema import metadata

ROWS = 20_000  # in one piece, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Rows of a table that were read, and those of them that the target lacks, in its form."""

    table: Table
    rows: int
    lacking: Sequence[Any]


class Reading(ABC):
    """A database that is being read, as it stood at one instant; ``total``: its rows in all.

    ``contents`` (of each table) and ``numbers`` (the last that each gave to a row) are known when
    the pieces have come to their end.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.contents: dict[str, Content] = {}
        self.numbers: dict[str, int] = {}

    @abstractmethod
    def pieces(self) -> AsyncGenerator[Piece]:
        """Yield all rows, once."""


@asynccontextmanager
async def reading_here(
    source: Database, target: Database, there: Mapping[str, int], rows_at_once: int
) -> AsyncIterator[Reading]:
    """Give a reading in this process; ``there``: how many rows of each table the target has."""
    async with source.reading() as reader:
        total = sum([await count_of(reader, table) for table in metadata.sorted_tables])
        yield _Here(total, source, reader, target, there, rows_at_once)


class _Here(Reading):
    def __init__(
        self,
        total: int,
        source: Database,
        reader: AsyncConnection,
        target: Database,
        there: Mapping[str, int],
        rows_at_once: int,
    ) -> None:
        super().__init__(total)
        self._source, self._reader, self._target = source, reader, target
        self._there, self._rows_at_once = there, rows_at_once

    async def pieces(self) -> AsyncGenerator[Piece]:
        source, reader = self._source, self._reader
        for table in metadata.sorted_tables:
            tally, before = None if source.hashes else Tally(), 0
            form = self._target.form_of(table)
            read = pieces_of(source, reader, table, tally, form, self._rows_at_once)
            async with aclosing(read) as pieces:
                async for rows in pieces:
                    lacking = rows[max(0, self._there[table.name] - before) :]
                    yield Piece(table=table, rows=len(rows), lacking=lacking)
                    before += len(rows)
            held = await content_of(source, reader, table) if tally is None else tally.content
            self.contents[table.name] = held
        self.numbers |= await source.last_numbers(reader)


async def count_of(reader: AsyncConnection, table: Table) -> int:
    """Return how many rows a table has."""
    return await reader.scalar(select(func.count()).select_from(table)) or 0


async def content_of(database: Database, reader: AsyncConnection, table: Table) -> Content:
    """Return what a table holds, out of the sums of the server where it makes them."""
    if database.hashes:
        count, *parts = (await reader.execute(tally_query(table))).one()
        return Content(rows=count, fingerprint=fingerprint_of([int(part or 0) for part in parts]))
    tally = Tally()
    async for _ in pieces_of(database, reader, table, tally, Form.LINES):
        pass
    return tally.content


async def pieces_of(
    database: Database,
    reader: AsyncConnection,
    table: Table,
    tally: Tally | None,
    form: Form,
    rows_at_once: int = ROWS,
) -> AsyncGenerator[Sequence[Any]]:
    """Yield all rows of a table in the order of its key, in some form.

    They are counted into ``tally`` before they are given away. They are fetched and hashed in
    turns, never at once: two threads of Python that both want its lock wait at every row.
    """
    dialect = reader.dialect.name
    written = form is Form.LINES and database_writes(table)
    query = lines_query(table, dialect) if written else values_query(table)
    of_postgres = dialect == "postgresql"
    making = Making(kinds=kinds_of(table), form=form, written=written, of_postgres=of_postgres)
    size = Size(rows_at_once)
    async with database.fetching(reader, query) as fetch:
        while found := await fetch(size.rows):
            rows, weight = await asyncio.to_thread(partial(made, making, found, tally))
            yield rows
            size.learn(len(rows), weight)
