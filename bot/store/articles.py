"""Articles in the database: stored once per identity, every revision kept, texts byte for byte.

What makes two articles the same one (the identity) is decided by the sources stage. Every change
adds a line to the change log, in the same transaction; the search index follows that log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, func, literal, select

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
from bot.store.arriving import known_among, store_arrivals
from bot.store.base import ArticleStore
from bot.store.copies import forget_old_shingles, period_of, with_the_text_of
from bot.store.engine import Database, announce, chunks, to_the_end
from bot.store.recognising import SHARED, Known, content_hash, intake
from bot.store.schema import articles, change_log, paragraphs, sources
from bot.text.copies import Sketch, sketch

ARTICLES = "articles"  # what is announced when the change log has grown
# What an :class:`Article` is made of, with the name of its source.
ARTICLE_ROWS = (
    select(articles, sources.c.name.label("source"))
    .add_columns(sources.c.kind, sources.c.outlet, sources.c.country, sources.c.stance)
    .join(sources)
)


class SqlArticles(ArticleStore):
    """The articles of one database."""

    _tidied_period = 0  # in which shingles that are too old were dropped last

    def __init__(self, database: Database) -> None:
        self._db = database

    async def add_article(
        self, source: Source, article: NewArticle, identity: str, *, now: datetime
    ) -> Intake:
        """Store an article once per ``identity``; see :class:`bot.store.base.ArticleStore`.

        An identity whose article is gone stays `known`, whatever its text: it is no news.
        """
        arrival = Arrival(source=source, article=article, identity=identity)
        (stored,) = await self.add_articles([arrival], now=now)
        return stored

    @to_the_end
    async def add_articles(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[Intake]:
        """Store several articles in one transaction, each as :meth:`add_article` does.

        Those that are known are told from the others by reading, so that a visit to a feed
        without news writes nothing.
        """
        async with self._db.reading() as connection:
            held = await known_among(connection, [one.identity for one in arrivals])
        known = [_known_again(one, held.get(one.identity)) for one in arrivals]
        new = [one for one, stored in zip(arrivals, known, strict=True) if stored is None]
        if not new:
            return [stored for stored in known if stored is not None]
        drawn = await asyncio.to_thread(_sketches, new)
        async with self._db.writing() as connection:
            if self._tidied_period != period_of(now):
                left = await forget_old_shingles(connection, now)
                self._tidied_period = self._tidied_period if left else period_of(now)
            written = iter(await store_arrivals(connection, new, drawn, now))
            await announce(connection, ARTICLES)
        return [stored or next(written) for stored in known]

    @to_the_end
    async def copies(self, ids: Sequence[int]) -> dict[int, tuple[Article, ...]]:
        """Return, by the id of each named article, the others with its text, earliest first."""
        roots: dict[int, int] = {}
        async with self._db.reading() as connection:
            for chunk in chunks(ids):
                rows = await connection.execute(with_the_text_of(chunk))
                roots |= {row.id: row.root for row in rows}
            held: list[Article] = []
            for chunk in chunks(list(roots)):
                rows = await connection.execute(ARTICLE_ROWS.where(articles.c.id.in_(chunk)))
                held += map(article_of, rows)
        held.sort(key=lambda one: (one.dated_at, one.id))
        return {
            key: others
            for key in ids
            if (
                others := tuple(
                    one for one in held if one.id != key and roots[one.id] == roots.get(key)
                )
            )
        }

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
                found |= {row.id: article_of(row) for row in rows.all()}
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
                for row in (await connection.execute(newest)).all():
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
    async def articles_between(
        self, after: int, until: int, *, since: datetime | None = None, limit: int | None = None
    ) -> list[Article]:
        """Return the articles first stored by changes in (after, until], newest date first."""
        query = (
            ARTICLE_ROWS.where(*_first_stored(after, until, since))
            .order_by(articles.c.dated_at.desc(), articles.c.id.desc())
            .limit(limit)
        )
        async with self._db.reading() as connection:
            return [article_of(row) for row in await connection.execute(query)]

    @to_the_end
    async def count_between(self, after: int, until: int, *, since: datetime) -> int:
        """Return how many :meth:`articles_between` would return without a limit."""
        query = select(func.count()).select_from(articles)
        async with self._db.reading() as connection:
            return await connection.scalar(query.where(*_first_stored(after, until, since))) or 0

    @to_the_end
    async def articles_since(self, since: datetime) -> list[Article]:
        """Return the articles dated at or after ``since``, newest date first."""
        query = ARTICLE_ROWS.where(articles.c.dated_at >= since).order_by(
            articles.c.dated_at.desc(), articles.c.id.desc()
        )
        async with self._db.reading() as connection:
            return [article_of(row) for row in await connection.execute(query)]

    @to_the_end
    async def articles_in(self, since: datetime, until: datetime, limit: int) -> list[int]:
        """Return the ids of the articles dated from ``since`` to ``until``, newest date first."""
        query = (
            select(articles.c.id)
            .where(articles.c.dated_at >= since, articles.c.dated_at <= until)
            .order_by(articles.c.dated_at.desc(), articles.c.id.desc())
            .limit(limit)
        )
        async with self._db.reading() as connection:
            return list((await connection.scalars(query)).all())

    @to_the_end
    async def newest_at(self) -> datetime | None:
        """Return the newest article date held."""
        async with self._db.reading() as connection:
            newest: datetime | None = await connection.scalar(select(func.max(articles.c.dated_at)))
            return newest


def _first_stored(after: int, until: int, since: datetime | None) -> list[ColumnElement[bool]]:
    """Return the conditions for articles first stored by changes in (after, until]."""
    stored = (
        select(change_log.c.article_id)
        .where(change_log.c.seq > literal(after, BigInteger))
        .where(change_log.c.seq <= literal(until, BigInteger))
        .where(change_log.c.revision == 1)
    )
    dated = [] if since is None else [articles.c.dated_at >= since]
    return [articles.c.id.in_(stored), *dated]


def _known_again(arrival: Arrival, known: Known | None) -> Intake | None:
    if known is None or known.article_id == SHARED:
        return None
    if not known.is_again(content_hash(arrival.article)):
        return None
    return intake(IntakeOutcome.KNOWN, known.article_id, arrival.article)


def _sketches(arrivals: Sequence[Arrival]) -> list[Sketch]:
    return [sketch(one.article.title, one.article.paragraphs) for one in arrivals]


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
        copy_of=row.copy_of,
        kind=row.kind,
        outlet=row.outlet,
        country=row.country,
        stance=row.stance,
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
