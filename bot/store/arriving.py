"""Storing what arrives: each article once, whatever dress it comes in; changed texts as revisions.

An article is held under several identities (its guid, its address, its words), which outlive it.
Which they are is decided by the sources stage; here it is looked up whether one of them is known.
The chief identity is believed. Another one is believed when the texts are alike; when they are
not, several articles share it (the address of a live page, a text of formulas), and it names none
from then on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Arrival, Intake, IntakeOutcome, NewArticle
from bot.store.copies import mark_again, mark_copy
from bot.store.edits import edit_between_held
from bot.store.engine import chunks, insert_missing
from bot.store.schema import articles, change_log, identities, paragraphs, revisions
from bot.text.copies import Sketch, is_same_article

SHARED = 0  # the article id of an identity that names no one article


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is held under an identity; ``revision`` is None when the article is gone."""

    article_id: int
    revision: int | None
    source_id: int | None
    content_hash: str | None

    def is_again(self, arrival: Arrival) -> bool:
        """Tell whether the arrival brings nothing: its text is held, or its article is gone."""
        return self.revision is None or self.content_hash == content_hash(arrival.article)


def content_hash(article: NewArticle) -> str:
    """Return what tells one text of an article from another: its title and its paragraphs.

    Each piece goes in with its length, so that a border moved between two pieces is a change.
    """
    digest = hashlib.sha256()
    for piece in (article.title, *article.paragraphs):
        data = piece.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


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
    return [
        await _store(connection, one, its_sketch, held, now)
        for one, its_sketch in zip(arrivals, drawn, strict=True)
    ]


async def _store(
    connection: AsyncConnection,
    arrival: Arrival,
    drawn: Sketch,
    held: dict[str, Known],
    now: datetime,
) -> Intake:
    """Store one article; what is known from then on is noted in ``held``."""
    article = arrival.article
    known = await _recognised(connection, arrival, held)
    if known is None:
        article_id = await _insert(connection, arrival, now)
        await _add_revision(connection, article_id, 1, article, now)
        await mark_copy(connection, article_id, article, drawn, now)
        known = _as_stored(arrival, article_id, 1)
        await _remember(connection, arrival, known, held, now)
        return intake(IntakeOutcome.STORED, article_id, article)
    await _remember(connection, arrival, known, held, now)
    if known.revision is None or known.is_again(arrival):
        return intake(IntakeOutcome.KNOWN, known.article_id, article)
    title, texts = await _held(connection, known.article_id, known.revision)
    if known.source_id != arrival.source.id and _length(article.paragraphs) <= _length(texts):
        # Two feeds of one outlet: the shorter text must not take turns with the longer one.
        return intake(IntakeOutcome.KNOWN, known.article_id, article)
    revision = known.revision + 1
    edit = edit_between_held(title, texts, article)
    await _revise(connection, known.article_id, revision, article)
    await _add_revision(connection, known.article_id, revision, article, now, edit)
    await mark_again(connection, known.article_id, article, drawn, now)
    now_held = replace(_as_stored(arrival, known.article_id, revision), source_id=known.source_id)
    held |= {key: now_held for key, one in held.items() if one.article_id == known.article_id}
    return intake(IntakeOutcome.REVISED, known.article_id, article)


def intake(outcome: IntakeOutcome, article_id: int, article: NewArticle) -> Intake:
    """Return what storing an article did."""
    return Intake(
        outcome=outcome,
        article_id=article_id,
        title=article.title,
        paragraphs=len(article.paragraphs),
    )


async def _recognised(
    connection: AsyncConnection, arrival: Arrival, held: dict[str, Known]
) -> Known | None:
    """Return the article that an arrival is, None for a new one."""
    chief = held.get(arrival.identity)
    if chief is not None and chief.article_id != SHARED:
        return chief
    for key in arrival.others:
        known = held.get(key)
        if known is None or known.article_id == SHARED:
            continue
        if known.revision is None or await _is_same(connection, known, arrival.article):
            return known
        shared = update(identities).where(identities.c.key == key).values(article_id=SHARED)
        await connection.execute(shared)
        held[key] = replace(known, article_id=SHARED)
    return None


async def _is_same(connection: AsyncConnection, known: Known, article: NewArticle) -> bool:
    title, texts = await _held(connection, known.article_id, known.revision or 0)
    return is_same_article(title, texts, article.title, article.paragraphs)


async def _held(
    connection: AsyncConnection, article_id: int, revision: int
) -> tuple[str, list[str]]:
    """Return the title and the paragraphs of a revision."""
    title = await connection.scalar(select(articles.c.title).where(articles.c.id == article_id))
    query = (
        select(paragraphs.c.text)
        .where(paragraphs.c.article_id == article_id, paragraphs.c.revision == revision)
        .order_by(paragraphs.c.position)
    )
    return title or "", [row.text for row in await connection.execute(query)]


def _length(texts: Sequence[str]) -> int:
    return sum(map(len, texts))


async def _insert(connection: AsyncConnection, arrival: Arrival, now: datetime) -> int:
    article = arrival.article
    row = {
        "source_id": arrival.source.id,
        "revision": 1,
        "title": article.title,
        "url": article.url,
        "language": article.language,
        "published_at": article.published_at,
        "first_seen_at": now,
        "dated_at": article.published_at or now,
        "origin": article.origin,
    }
    added = await connection.execute(insert(articles).values(row))
    key: Sequence[int] = added.inserted_primary_key or ()
    return key[0]


async def _add_revision(
    connection: AsyncConnection,
    article_id: int,
    revision: int,
    article: NewArticle,
    now: datetime,
    edit: dict[str, object] | None = None,
) -> None:
    """Write a revision with its paragraphs and its line in the change log."""
    at_revision = {"article_id": article_id, "revision": revision}
    row = at_revision | {
        "title": article.title,
        "content_hash": content_hash(article),
        "published_at": article.published_at,
        "seen_at": now,
        "edit": edit,
    }
    await connection.execute(insert(revisions).values(row))
    texts = [
        at_revision | {"position": position, "text": text}
        for position, text in enumerate(article.paragraphs)
    ]
    if texts:
        await connection.execute(insert(paragraphs), texts)
    await connection.execute(insert(change_log).values(at_revision | {"at": now}))


def _as_stored(arrival: Arrival, article_id: int, revision: int) -> Known:
    return Known(
        article_id=article_id,
        revision=revision,
        source_id=arrival.source.id,
        content_hash=content_hash(arrival.article),
    )


async def _remember(
    connection: AsyncConnection,
    arrival: Arrival,
    known: Known,
    held: dict[str, Known],
    now: datetime,
) -> None:
    """Keep those identities of an arrival that were not known, for the article that it is."""
    missing = dict.fromkeys(key for key in (arrival.identity, *arrival.others) if key not in held)
    rows = [{"key": key, "article_id": known.article_id, "created_at": now} for key in missing]
    await insert_missing(connection, identities, rows)
    held |= dict.fromkeys(missing, known)


async def _revise(
    connection: AsyncConnection, article_id: int, revision: int, article: NewArticle
) -> None:
    """Point the article at its new revision; what the new text does not say is kept."""
    said: dict[str, object] = {"title": article.title, "revision": revision}
    if article.published_at is not None:
        said |= {"published_at": article.published_at, "dated_at": article.published_at}
    if article.url:
        said["url"] = article.url
    if article.language:
        said["language"] = article.language
    await connection.execute(update(articles).where(articles.c.id == article_id).values(said))
