"""Copies: which article the same text was first seen in, found by shingles among those of its days.

What makes a copy is decided in :mod:`bot.text.copies`. Shingles are kept by periods of two days,
so that only the neighbours in time are searched and old ones are dropped in one piece. An article
that is a copy points at the earliest one; it stays an article of its own. All of it happens in the
transaction that stores the article, with as few statements as it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import NewArticle
from bot.store.engine import insert_missing
from bot.store.schema import articles, paragraphs, shingles, sketches
from bot.text.copies import Sketch, figures, is_copy, packed, sample, unpacked

_PERIOD_S = 172_800  # two days: a text is looked for among those at most so far from it, or twice
_KEPT_PERIODS = 3
_FEWEST_SHARED = 3  # of the sampled shingles
_MOST_COMPARED = 8
_MOST_HOLDERS = 40  # of one shingle; beyond, it is a formula and tells nothing


async def mark_copy(
    connection: AsyncConnection, article_id: int, article: NewArticle, drawn: Sketch, now: datetime
) -> None:
    """Keep the shingles of an article and point it at the earliest one with its text, if any."""
    period = period_of(article.published_at or now)
    telling = await _telling(connection, sample(drawn.shingles), period)
    first = await _earliest(connection, article_id, drawn, telling, period)
    if first is not None:
        await _point(connection, article_id, first)
    row = {"article_id": article_id, "period": period, "shingles": packed(drawn.shingles)}
    await insert_missing(connection, sketches, [row])
    await insert_missing(
        connection,
        shingles,
        [{"period": period, "shingle": one, "article_id": article_id} for one in telling],
    )


async def mark_again(
    connection: AsyncConnection, article_id: int, article: NewArticle, drawn: Sketch, now: datetime
) -> None:
    """Judge an article anew that was revised: a copy may have grown into a report of its own.

    One that has copies stays the first.
    """
    await connection.execute(delete(sketches).where(sketches.c.article_id == article_id))
    copied = select(articles.c.id).where(articles.c.copy_of == article_id).limit(1)
    if await connection.scalar(copied) is None:
        await _point(connection, article_id, None)
        await mark_copy(connection, article_id, article, drawn, now)


async def forget_old_shingles(connection: AsyncConnection, now: datetime) -> None:
    """Drop what is too old to be compared with news of today."""
    oldest = period_of(now) - _KEPT_PERIODS
    await connection.execute(delete(shingles).where(shingles.c.period < oldest))
    await connection.execute(delete(sketches).where(sketches.c.period < oldest))


def with_the_text_of(ids: Sequence[int]) -> Select[tuple[int, int]]:
    """Return the query for (article, root) of all that share a text with the named articles."""
    root = func.coalesce(articles.c.copy_of, articles.c.id)
    roots = select(root).where(articles.c.id.in_(ids))
    return select(articles.c.id, root.label("root")).where(
        or_(articles.c.id.in_(roots), articles.c.copy_of.in_(roots))
    )


def _held_about(sampled: Sequence[int], period: int) -> ColumnElement[bool]:
    """Return the condition on rows of ``shingles``: one of these, in these days."""
    return and_(shingles.c.period.between(period - 1, period + 1), shingles.c.shingle.in_(sampled))


async def _telling(connection: AsyncConnection, sampled: Sequence[int], period: int) -> list[int]:
    """Return those shingles that are no formula, by how many articles hold each."""
    query = (
        select(shingles.c.shingle)
        .where(_held_about(sampled, period))
        .group_by(shingles.c.shingle)
        .having(func.count() >= _MOST_HOLDERS)
    )
    formulas = set(await connection.scalars(query))
    return [one for one in sampled if one not in formulas]


async def _earliest(
    connection: AsyncConnection, article_id: int, drawn: Sketch, telling: Sequence[int], period: int
) -> int | None:
    """Return the earliest article whose text this is, None when it is the first itself."""
    shared = func.count()
    sharing = (
        select(shingles.c.article_id)
        .where(_held_about(telling, period), shingles.c.article_id < article_id)
        .group_by(shingles.c.article_id)
        .having(shared >= _FEWEST_SHARED)
        .order_by(shared.desc(), shingles.c.article_id)
        .limit(_MOST_COMPARED)
    )
    likely = (await connection.scalars(sharing)).all()
    if not likely:
        return None
    query = (
        select(sketches.c.shingles, articles.c.id, articles.c.copy_of, articles.c.title)
        .add_columns(paragraphs.c.text.label("lead"))
        .join(articles, articles.c.id == sketches.c.article_id)
        .join(
            paragraphs,
            (paragraphs.c.article_id == articles.c.id)
            & (paragraphs.c.revision == articles.c.revision)
            & (paragraphs.c.position == 0),
        )
        .where(sketches.c.article_id.in_(likely))
    )
    roots = [
        row.copy_of or row.id
        for row in await connection.execute(query)
        if is_copy(Sketch(unpacked(row.shingles), figures(row.title, [row.lead])), drawn)
    ]
    return min(roots, default=None)


async def _point(connection: AsyncConnection, article_id: int, first: int | None) -> None:
    marked = update(articles).where(articles.c.id == article_id).values(copy_of=first)
    await connection.execute(marked)


def period_of(at: datetime) -> int:
    """Return the number of the two days in which a time lies."""
    return int(at.timestamp() // _PERIOD_S)
