"""Copies: which article the same text was first seen in, found by shingles among those of its days.

What makes a copy is decided in :mod:`bot.text.copies`. Shingles are kept by periods of two days,
so that only the neighbours in time are searched and old ones are dropped in one piece. An article
that is a copy points at the earliest one; it stays an article of its own. All of it happens in the
transaction that stores the articles: what is held about a batch is read first, then each is judged
in memory (:mod:`bot.store.likeness`) with what the ones before it brought, then all is written.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import chunks, insert_numbers
from bot.store.likeness import Compared, Likeness, Shared
from bot.store.recognising import Written
from bot.store.schema import articles, paragraphs, shingles, sketches
from bot.text.copies import packed, sample, unpacked

_PERIOD_S = 172_800  # two days: a text is looked for among those at most so far from it, or twice
_KEPT_PERIODS = 3
_SHINGLES_AT_ONCE, _SKETCHES_AT_ONCE = 5_000, 200  # dropped in one transaction; some milliseconds


async def mark_copies(
    connection: AsyncConnection, written: Sequence[Written], now: datetime
) -> None:
    """Keep the shingles of what was written and point each at the earliest with its text, if any.

    An article that was revised is judged anew: a copy may have grown into a report of its own.
    One that has copies stays the first.
    """
    if not written:
        return
    periods = [period_of(one.article.published_at or now) for one in written]
    shared = await _shared(connection, written, periods)
    revised = [one.article_id for one in written if one.revision > 1]
    likeness = Likeness(written, periods, shared, await _pointing(connection, revised))
    lacking: Iterable[int] = await asyncio.to_thread(likeness.first_lacking)
    while True:
        likeness.learn(lacking, await _compared(connection, lacking))
        lacking = await asyncio.to_thread(likeness.judge)
        if not lacking:
            break
    await _write(connection, likeness, revised)


async def _shared(
    connection: AsyncConnection, written: Sequence[Written], periods: Sequence[int]
) -> Shared:
    """Return who holds those shingles by which the articles are looked for, in their days."""
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for one, period in zip(written, periods, strict=True):
        wanted[period].update(sample(one.drawn.shingles))
    shared = Shared()
    for period, sampled in wanted.items():
        about = select(shingles).where(shingles.c.period.in_((period - 1, period, period + 1)))
        for chunk in chunks(sorted(sampled)):
            rows = await connection.execute(about.where(shingles.c.shingle.in_(chunk)))
            for held_in, shingle, article_id in rows.all():
                shared.add(held_in, shingle, article_id)
    return shared


async def _compared(connection: AsyncConnection, likely: Iterable[int]) -> dict[int, Compared]:
    """Return what is compared of articles, as they stand; those without a text are left out."""
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
    )
    found: dict[int, Compared] = {}
    for chunk in chunks(sorted(likely)):
        for row in await connection.execute(query.where(sketches.c.article_id.in_(chunk))):
            found[row.id] = Compared(unpacked(row.shingles), row.title, row.lead, row.copy_of)
    return found


async def _pointing(connection: AsyncConnection, firsts: Sequence[int]) -> dict[int, int]:
    """Return the copies of articles, with the article that each is a copy of."""
    query = select(articles.c.id, articles.c.copy_of)
    found: dict[int, int] = {}
    for chunk in chunks(firsts):
        rows = await connection.execute(query.where(articles.c.copy_of.in_(chunk)))
        found |= {row.id: row.copy_of for row in rows}
    return found


async def _write(connection: AsyncConnection, likeness: Likeness, revised: Sequence[int]) -> None:
    """Write what was found out."""
    for chunk in chunks(revised):
        await connection.execute(delete(sketches).where(sketches.c.article_id.in_(chunk)))
    if likeness.pointed:
        marked = update(articles).where(articles.c.id == bindparam("key"))
        rows = [{"key": key, "first": first} for key, first in likeness.pointed.items()]
        await connection.execute(marked.values(copy_of=bindparam("first")), rows)
    if likeness.kept:
        held = [
            {"article_id": key, "period": period, "shingles": packed(drawn.shingles)}
            for key, (period, drawn) in likeness.kept.items()
        ]
        await connection.execute(insert(sketches), held)
    if likeness.added:
        await insert_numbers(connection, shingles, likeness.added)


async def forget_old_shingles(connection: AsyncConnection, now: datetime) -> bool:
    """Drop some of what is too old to be compared with news of today; tell whether more is left.

    A little at a time: those days may hold millions of rows, and all other writers wait.
    """
    oldest = period_of(now) - _KEPT_PERIODS
    old = select(sketches.c.article_id).where(sketches.c.period < oldest).limit(_SKETCHES_AT_ONCE)
    gone = await connection.execute(delete(sketches).where(sketches.c.article_id.in_(old)))
    period = await connection.scalar(
        select(func.min(shingles.c.period)).where(shingles.c.period < oldest)
    )
    if period is None:
        return gone.rowcount == _SKETCHES_AT_ONCE
    of_it = shingles.c.period == period
    in_order = select(shingles.c.shingle).where(of_it).order_by(shingles.c.shingle)
    bound = await connection.scalar(in_order.offset(_SHINGLES_AT_ONCE).limit(1))
    some = of_it if bound is None else of_it & (shingles.c.shingle <= bound)
    await connection.execute(delete(shingles).where(some))
    return True


def with_the_text_of(ids: Sequence[int]) -> Select[tuple[int, int]]:
    """Return the query for (article, root) of all that share a text with the named articles."""
    root = func.coalesce(articles.c.copy_of, articles.c.id)
    roots = select(root).where(articles.c.id.in_(ids))
    return select(articles.c.id, root.label("root")).where(
        or_(articles.c.id.in_(roots), articles.c.copy_of.in_(roots))
    )


def period_of(at: datetime) -> int:
    """Return the number of the two days in which a time lies."""
    return int(at.timestamp() // _PERIOD_S)
