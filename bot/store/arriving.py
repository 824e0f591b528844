"""Storing what arrives: each article once, whatever dress it comes in; changed texts as revisions.

An article is held under several identities (its guid, its address, its words), which outlive it.
Which they are is decided by the sources stage, and which article an arrival is in
:mod:`bot.store.recognising`. Here a batch is read about, decided, and written in one transaction
with as many statements as there are tables, however many articles it holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Arrival, Intake
from bot.store.copies import mark_copies
from bot.store.engine import chunks
from bot.store.recognising import SHARED, Held, Known, Recognition, Written
from bot.store.schema import articles, change_log, identities, paragraphs, revisions
from bot.text.copies import Sketch


async def known_among(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, Known]:
    """Return what is held under those of the identities that are known and name one article."""
    query = (
        select(
            identities.c.key,
            identities.c.article_id,
            articles.c.revision,
            articles.c.source_id,
            revisions.c.content_hash,
        )
        .outerjoin(articles, articles.c.id == identities.c.article_id)
        .outerjoin(
            revisions,
            (revisions.c.article_id == articles.c.id)
            & (revisions.c.revision == articles.c.revision),
        )
    )
    found: dict[str, Known] = {}
    for chunk in chunks(keys):
        rows = await connection.execute(query.where(identities.c.key.in_(chunk)))
        for row in rows.mappings():
            fields = dict(row)
            key = fields.pop("key")
            found[key] = Known(**fields)
    return found


async def store_arrivals(
    connection: AsyncConnection,
    arrivals: Sequence[Arrival],
    drawn: Sequence[Sketch],
    now: datetime,
) -> list[Intake]:
    """Store articles, revisions of them, or nothing, in order; ``drawn`` are their sketches."""
    keys = [key for one in arrivals for key in (one.identity, *one.others)]
    held = await known_among(connection, keys)
    taken = Recognition(held, await _texts(connection, held.values()))
    await asyncio.to_thread(taken.take, arrivals, drawn)
    ids = await _insert(connection, taken.new, now)
    written = [
        replace(one, article_id=ids.get(one.article_id, one.article_id)) for one in taken.written
    ]
    await _write(connection, written, now)
    await mark_copies(connection, written, now)
    if shared := taken.shared_among(held):
        none = update(identities).where(identities.c.key.in_(shared)).values(article_id=SHARED)
        await connection.execute(none)
    missing = [
        {"key": key, "article_id": ids.get(article_id, article_id), "created_at": now}
        for key, article_id in taken.missing.items()
    ]
    if missing:
        await connection.execute(insert(identities), missing)
    return [
        replace(one, article_id=ids.get(one.article_id, one.article_id)) for one in taken.outcomes
    ]


async def _texts(connection: AsyncConnection, held: Iterable[Known]) -> dict[int, Held]:
    """Return the titles and paragraphs of articles as they stand."""
    query = (
        select(articles.c.id, articles.c.title, paragraphs.c.text)
        .outerjoin(
            paragraphs,
            (paragraphs.c.article_id == articles.c.id)
            & (paragraphs.c.revision == articles.c.revision),
        )
        .order_by(articles.c.id, paragraphs.c.position)
    )
    found: dict[int, tuple[str, list[str]]] = {}
    for chunk in chunks([one.article_id for one in held if one.revision is not None]):
        for row in await connection.execute(query.where(articles.c.id.in_(chunk))):
            _, texts = found.setdefault(row.id, (row.title, []))
            if row.text is not None:
                texts.append(row.text)
    return dict(found)


async def _insert(
    connection: AsyncConnection, arrivals: Sequence[Arrival], now: datetime
) -> dict[int, int]:
    """Write new articles, without their texts; return the ids by those they had until now."""
    if not arrivals:
        return {}
    rows = [
        {
            "source_id": one.source.id,
            "revision": 1,
            "title": one.article.title,
            "url": one.article.url,
            "language": one.article.language,
            "published_at": one.article.published_at,
            "first_seen_at": now,
            "dated_at": one.article.published_at or now,
            "origin": one.article.origin,
        }
        for one in arrivals
    ]
    numbered = insert(articles).returning(articles.c.id, sort_by_parameter_order=True)
    given = await connection.scalars(numbered, rows)
    return {-number: article_id for number, article_id in enumerate(given, start=1)}


async def _write(connection: AsyncConnection, written: Sequence[Written], now: datetime) -> None:
    """Write revisions with their paragraphs and their lines in the change log, in order."""
    if not written:
        return
    at = [{"article_id": one.article_id, "revision": one.revision} for one in written]
    rows = [
        which
        | {
            "title": one.article.title,
            "content_hash": one.content_hash,
            "published_at": one.article.published_at,
            "seen_at": now,
            "edit": one.edit,
        }
        for which, one in zip(at, written, strict=True)
    ]
    await connection.execute(insert(revisions), rows)
    texts = [
        which | {"position": position, "text": text}
        for which, one in zip(at, written, strict=True)
        for position, text in enumerate(one.article.paragraphs)
    ]
    if texts:
        await connection.execute(insert(paragraphs), texts)
    await connection.execute(insert(change_log), [which | {"at": now} for which in at])
    for one in written:
        if one.revision > 1:
            changed = update(articles).where(articles.c.id == one.article_id)
            await connection.execute(changed.values(_said(one)))


def _said(written: Written) -> Mapping[str, object]:
    """Return what an article says from a new revision on; what that does not say is kept."""
    article = written.article
    said: dict[str, object] = {"title": article.title, "revision": written.revision}
    if article.published_at is not None:
        said |= {"published_at": article.published_at, "dated_at": article.published_at}
    if article.url:
        said["url"] = article.url
    if article.language:
        said["language"] = article.language
    return said
