"""Is every text still what was stored? Each revision was kept with a hash of its title and text."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, and_, select

from bot.models import NewArticle
from bot.store.engine import Database
from bot.store.recognising import content_hash
from bot.store.schema import articles, paragraphs, revisions

_ROWS = 2_000
_REPORTED = 20

_TEXTS = (
    select(
        revisions.c.article_id,
        revisions.c.revision,
        revisions.c.title,
        revisions.c.content_hash,
        paragraphs.c.text,
    )
    .outerjoin(
        paragraphs,
        and_(
            paragraphs.c.article_id == revisions.c.article_id,
            paragraphs.c.revision == revisions.c.revision,
        ),
    )
    .order_by(revisions.c.article_id, revisions.c.revision, paragraphs.c.position)
    .execution_options(yield_per=_ROWS)
)
_WITHOUT_TEXT = (
    select(articles.c.id)
    .outerjoin(
        revisions,
        and_(revisions.c.article_id == articles.c.id, revisions.c.revision == articles.c.revision),
    )
    .where(revisions.c.article_id.is_(None))
    .limit(_REPORTED)
)
_which = attrgetter("article_id", "revision")


async def altered_texts(database: Database) -> list[str]:
    """Return which revisions do not hash to what they did when stored, at most twenty."""
    found: list[str] = []
    async with database.reading() as reader:
        missing = await reader.scalars(_WITHOUT_TEXT)
        found += [f"text: article {article} lacks its newest revision" for article in missing]
        kept: list[Row[Any]] = []
        async with reader.stream(_TEXTS) as result:
            async for rows in result.partitions(_ROWS):
                # The last revision of a piece may go on in the next one.
                *whole, kept = [list(group) for _, group in groupby([*kept, *rows], key=_which)]
                found += [_said(group) for group in whole if not _sound(group)]
        if kept and not _sound(kept):
            found.append(_said(kept))
    return found[:_REPORTED]


def _sound(rows: list[Row[Any]]) -> bool:
    texts = tuple(row.text for row in rows if row.text is not None)
    article = NewArticle(title=rows[0].title, paragraphs=texts)
    return bool(content_hash(article) == rows[0].content_hash)


def _said(rows: list[Row[Any]]) -> str:
    article, revision = _which(rows[0])
    return f"text: revision {revision} of article {article} is not what was stored"
