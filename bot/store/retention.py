"""Letting go of old articles: nothing that somebody still has to be told of goes.

What a removed article leaves behind is its identity, and a line of the change log with revision 0
by which indexes learn that it is gone; its earlier lines go with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, cast, delete, exists, false, func, insert, or_, select
from sqlalchemy import Text as PlainText
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import OutboxState
from bot.store.articles import ARTICLES
from bot.store.base.retention import RetentionStore
from bot.store.engine import Database, announce, chunks, to_the_end
from bot.store.schema import articles, change_log, outbox, subscriptions

_UNSETTLED = (OutboxState.PENDING, OutboxState.SENDING)
_GONE = 0  # the revision of a change-log line that tells of a removal


class SqlRetention(RetentionStore):
    """Removes old articles of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def remove_old(
        self, *, before: datetime | None, keep: int | None, now: datetime, limit: int = 500
    ) -> int:
        """Remove articles older than ``before`` or beyond the newest ``keep``, oldest first."""
        async with self._db.writing() as connection:
            bounds = [before, await _oldest_kept(connection, keep)]
            bound = max((one for one in bounds if one is not None), default=None)
            if bound is None:
                return 0
            needed = await _named_by_messages(connection)
            found = await connection.scalars(
                select(articles.c.id)
                .where(articles.c.dated_at < bound)
                .where(~_untold(await _least_cursor(connection)))
                .order_by(articles.c.dated_at, articles.c.id)
                .limit(limit + len(needed))
            )
            old = [one for one in found if one not in needed][:limit]
            await _remove(connection, old, now)
            if old:
                await announce(connection, ARTICLES)
            return len(old)

    @to_the_end
    async def give_back_space(self) -> bool:
        """Return room that removed rows have left to the disk."""
        return await self._db.give_back_space()


async def _oldest_kept(connection: AsyncConnection, keep: int | None) -> datetime | None:
    """Return the date of the last article among the newest ``keep``."""
    if keep is None:
        return None
    newest_first = select(articles.c.dated_at).order_by(articles.c.dated_at.desc())
    oldest: datetime | None = await connection.scalar(
        newest_first.offset(max(0, keep - 1)).limit(1)
    )
    return oldest


async def _least_cursor(connection: AsyncConnection) -> int | None:
    """Return up to where every active subscription has heard, None without any."""
    active = select(func.min(subscriptions.c.cursor)).where(subscriptions.c.active.is_(True))
    least: int | None = await connection.scalar(active)
    return least


def _untold(cursor: int | None) -> ColumnElement[bool]:
    """Return the condition that some subscription has yet to hear of an article."""
    if cursor is None:
        return false()
    return exists().where(change_log.c.article_id == articles.c.id, change_log.c.seq > cursor)


async def _named_by_messages(connection: AsyncConnection) -> set[int]:
    """Return the articles of messages that are under way or may have to be repeated."""
    doubtful = (outbox.c.state == OutboxState.UNCERTAIN) & outbox.c.folded_at.is_(None)
    named = await connection.scalars(
        select(cast(outbox.c.article_ids, PlainText))
        .where(or_(outbox.c.state.in_(_UNSETTLED), doubtful))
        .distinct()
    )
    return {article for ids in named for article in json.loads(ids)}


async def _remove(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    for chunk in chunks(ids):
        await connection.execute(delete(change_log).where(change_log.c.article_id.in_(chunk)))
        await connection.execute(delete(articles).where(articles.c.id.in_(chunk)))
        lines = [{"article_id": one, "revision": _GONE, "at": now} for one in chunk]
        await connection.execute(insert(change_log), lines)
