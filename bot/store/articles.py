"""Articles in the database: stored once per identity, every revision kept, texts byte for byte.

What makes two articles the same one (the identity) is decided by the sources stage. Every change
adds a line to the change log, in the same transaction; the search index follows that log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import (
    Arrival,
    Article,
    Change,
    Intake,
    IntakeOutcome,
    NewArticle,
    Paragraph,
    Source,
    StoredArticle,
)
from bot.store.base import ArticleStore
from bot.store.edits import edit_of
from bot.store.engine import Database, announce, chunks, to_the_end
from bot.store.schema import articles, change_log, identities, paragraphs, revisions, sources

ARTICLES = "articles"  # what is announced when the change log has grown
# What an :class:`Article` is made of, with the name of its source.
ARTICLE_ROWS = select(articles, sources.c.name.label("source")).join(sources)


class SqlArticles(ArticleStore):
    """The articles of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def add_article(
        self, source: Source, article: NewArticle, identity: str, *, now: datetime
    ) -> Intake:
        """Store an article once per ``identity``; see :class:`bot.store.base.ArticleStore`.

        An identity whose article is gone stays `known`, whatever its text: it is no news.
        """
        async with self._db.writing() as connection:
            intake = await _add(connection, source, article, identity, now)
            await announce(connection, ARTICLES)
            return intake

    @to_the_end
    async def add_articles(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[Intake]:
        """Store several articles in one transaction, each as :meth:`add_article` does."""
        async with self._db.writing() as connection:
            intakes = [
                await _add(connection, one.source, one.article, one.identity, now)
                for one in arrivals
            ]
            await announce(connection, ARTICLES)
            return intakes

    @to_the_end
    async def article(self, article_id: int) -> StoredArticle | None:
        """Return an article with the paragraphs of its newest revision."""
        return (await self.articles([article_id])).get(article_id)

    @to_the_end
    async def articles(self, ids: Sequence[int]) -> dict[int, StoredArticle]:
        """Return those of the named articles that exist, by id."""
        found: dict[int, Article] = {}
        texts: dict[int, list[Paragraph]] = {}
        async with self._db.reading() as connection:
            for chunk in chunks(ids):
                rows = await connection.execute(ARTICLE_ROWS.where(articles.c.id.in_(chunk)))
                found |= {row.id: article_of(row) for row in rows}
                newest = (
                    select(paragraphs)
                    .join(
                        articles,
                        (articles.c.id == paragraphs.c.article_id)
                        & (articles.c.revision == paragraphs.c.revision),
                    )
                    .where(articles.c.id.in_(chunk))
                    .order_by(paragraphs.c.article_id, paragraphs.c.position)
                )
                for row in await connection.execute(newest):
                    texts.setdefault(row.article_id, []).append(paragraph_of(row))
        return {
            key: StoredArticle(article=article, paragraphs=tuple(texts.get(key, ())))
            for key, article in found.items()
        }

    @to_the_end
    async def paragraphs(self, ids: Sequence[int]) -> dict[int, Paragraph]:
        """Return those of the named paragraphs that exist, of any revision, by id."""
        found: dict[int, Paragraph] = {}
        async with self._db.reading() as connection:
            for chunk in chunks(ids):
                rows = await connection.execute(
                    select(paragraphs).where(paragraphs.c.id.in_(chunk))
                )
                found |= {row.id: paragraph_of(row) for row in rows}
        return found

    @to_the_end
    async def changes(self, after: int, limit: int) -> list[Change]:
        """Return the change-log lines after seq ``after``, in order, at most ``limit``."""
        query = (
            select(change_log)
            .where(change_log.c.seq > literal(after, BigInteger))
            .order_by(change_log.c.seq)
            .limit(limit)
        )
        async with self._db.reading() as connection:
            rows = await connection.execute(query)
            return [Change(seq=row.seq, article_id=row.article_id, at=row.at) for row in rows]

    @to_the_end
    async def last_seq(self) -> int:
        """Return the newest change-log seq, 0 when the log is empty."""
        async with self._db.reading() as connection:
            return await connection.scalar(select(func.max(change_log.c.seq))) or 0

    @to_the_end
    async def articles_between(self, after: int, until: int) -> list[Article]:
        """Return the articles first stored by changes in (after, until], newest date first."""
        query = (
            ARTICLE_ROWS.join(change_log, change_log.c.article_id == articles.c.id)
            .where(change_log.c.seq > literal(after, BigInteger))
            .where(change_log.c.seq <= literal(until, BigInteger))
            .where(change_log.c.revision == 1)
            .order_by(articles.c.dated_at.desc(), articles.c.id.desc())
        )
        async with self._db.reading() as connection:
            return [article_of(row) for row in await connection.execute(query)]

    @to_the_end
    async def articles_since(self, since: datetime) -> list[Article]:
        """Return the articles dated at or after ``since``, newest date first."""
        query = ARTICLE_ROWS.where(articles.c.dated_at >= since).order_by(
            articles.c.dated_at.desc(), articles.c.id.desc()
        )
        async with self._db.reading() as connection:
            return [article_of(row) for row in await connection.execute(query)]

    @to_the_end
    async def newest_at(self) -> datetime | None:
        """Return the newest article date held."""
        async with self._db.reading() as connection:
            newest: datetime | None = await connection.scalar(select(func.max(articles.c.dated_at)))
            return newest


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


async def _add(
    connection: AsyncConnection, source: Source, article: NewArticle, identity: str, now: datetime
) -> Intake:
    content = content_hash(article)
    known = await _known(connection, identity)
    if known is None:
        article_id = await _insert(connection, source, article, now)
        await _add_revision(connection, article_id, 1, article, content, now)
        await _remember(connection, identity, article_id, content, now)
        return _intake(IntakeOutcome.STORED, article_id, article)
    if known.content_hash == content or known.revision is None:
        return _intake(IntakeOutcome.KNOWN, known.article_id, article)
    revision = known.revision + 1
    edit = await edit_of(connection, known.article_id, known.revision, article)
    await _revise(connection, known.article_id, revision, article)
    await _add_revision(connection, known.article_id, revision, article, content, now, edit)
    await connection.execute(
        update(identities).where(identities.c.key == identity).values(content_hash=content)
    )
    return _intake(IntakeOutcome.REVISED, known.article_id, article)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is held under an identity; ``revision`` is None when the article is gone."""

    article_id: int
    content_hash: str
    revision: int | None


async def _known(connection: AsyncConnection, identity: str) -> _Known | None:
    query = (
        select(identities.c.article_id, identities.c.content_hash, articles.c.revision)
        .outerjoin(articles, articles.c.id == identities.c.article_id)
        .where(identities.c.key == identity)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _Known(**row)


async def _insert(
    connection: AsyncConnection, source: Source, article: NewArticle, now: datetime
) -> int:
    row = {
        "source_id": source.id,
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
    content: str,
    now: datetime,
    edit: dict[str, object] | None = None,
) -> None:
    """Write a revision with its paragraphs and its line in the change log."""
    at_revision = {"article_id": article_id, "revision": revision}
    row = at_revision | {
        "title": article.title,
        "content_hash": content,
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


async def _remember(
    connection: AsyncConnection, identity: str, article_id: int, content: str, now: datetime
) -> None:
    row = {"key": identity, "article_id": article_id, "content_hash": content, "created_at": now}
    await connection.execute(insert(identities).values(row))


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


def _intake(outcome: IntakeOutcome, article_id: int, article: NewArticle) -> Intake:
    return Intake(
        outcome=outcome,
        article_id=article_id,
        title=article.title,
        paragraphs=len(article.paragraphs),
    )


def article_of(row: Row[Any]) -> Article:
    """Return the article of a row of :data:`ARTICLE_ROWS`."""
    return Article(
        id=row.id,
        source_id=row.source_id,
        source=row.source,
        title=row.title,
        url=row.url,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        revision=row.revision,
        origin=row.origin,
    )


def paragraph_of(row: Row[Any]) -> Paragraph:
    """Return the paragraph of a row that holds all columns of the table."""
    return Paragraph(
        id=row.id,
        article_id=row.article_id,
        revision=row.revision,
        position=row.position,
        text=row.text,
    )
