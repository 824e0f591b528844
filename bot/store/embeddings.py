"""Embeddings in the database: one vector a paragraph and model, as bytes that nobody here reads.

They are derived and may be deleted at any time; ``bot.search.semantic`` makes them again. Vectors
of paragraphs that a newer revision has replaced stay: they are never asked for by that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from bot.models import Embedding, TitledParagraph
from bot.store.articles import paragraph_of
from bot.store.base import EmbeddingStore
from bot.store.engine import Database, chunks, insert_missing, to_the_end
from bot.store.schema import articles, embeddings, paragraphs

_NEWEST_REVISION = (articles.c.id == paragraphs.c.article_id) & (
    articles.c.revision == paragraphs.c.revision
)


class SqlEmbeddings(EmbeddingStore):
    """The embeddings of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def paragraphs_without(
        self, model: str, limit: int, *, after_id: int = 0
    ) -> list[TitledParagraph]:
        """Return paragraphs of newest revisions that have no vector of ``model``, newest first."""
        columns = select(paragraphs, articles.c.title)
        query = _lacking(columns, model, after_id).order_by(paragraphs.c.id.desc()).limit(limit)
        async with self._db.reading() as connection:
            rows = await connection.execute(query)
            return [TitledParagraph(title=row.title, paragraph=paragraph_of(row)) for row in rows]

    @to_the_end
    async def count_without(self, model: str) -> int:
        """Return how many paragraphs of newest revisions have no vector of ``model``."""
        query = _lacking(select(func.count(paragraphs.c.id)), model, 0)
        async with self._db.reading() as connection:
            return await connection.scalar(query) or 0

    @to_the_end
    async def save_embeddings(self, model: str, rows: Sequence[Embedding]) -> int:
        """Keep vectors, in one transaction; return how many were new.

        A paragraph that has one of this model keeps it; one that is gone is passed over.
        """
        async with self._db.writing() as connection:
            there: set[int] = set()
            for chunk in chunks([row.paragraph_id for row in rows]):
                known = select(paragraphs.c.id).where(paragraphs.c.id.in_(chunk))
                there |= set((await connection.execute(known)).scalars())
            return await insert_missing(
                connection,
                embeddings,
                [
                    {"paragraph_id": row.paragraph_id, "model": model, "vector": row.vector}
                    for row in rows
                    if row.paragraph_id in there
                ],
            )

    @to_the_end
    async def embeddings(self, model: str, after_id: int, limit: int) -> list[Embedding]:
        """Return vectors of ``model`` of paragraphs after ``after_id``, by paragraph id."""
        query = (
            select(embeddings.c.paragraph_id, embeddings.c.vector)
            .where(embeddings.c.paragraph_id > after_id, embeddings.c.model == model)
            .order_by(embeddings.c.paragraph_id)
            .limit(limit)
        )
        async with self._db.reading() as connection:
            rows = await connection.execute(query)
            return [Embedding(paragraph_id=row[0], vector=row[1]) for row in rows]

    @to_the_end
    async def articles_of(self, ids: Sequence[int]) -> dict[int, int]:
        """Return the article of those of the named paragraphs that its newest revision holds."""
        found: dict[int, int] = {}
        async with self._db.reading() as connection:
            for chunk in chunks(ids):
                query = (
                    select(paragraphs.c.id, paragraphs.c.article_id)
                    .join(articles, _NEWEST_REVISION)
                    .where(paragraphs.c.id.in_(chunk))
                )
                found |= {row.id: row.article_id for row in await connection.execute(query)}
        return found


def _lacking(query: Select[Any], model: str, after_id: int) -> Select[Any]:
    """Restrict a query of paragraphs to those of newest revisions without a vector."""
    theirs = (embeddings.c.paragraph_id == paragraphs.c.id) & (embeddings.c.model == model)
    return (
        query.select_from(paragraphs)
        .join(articles, _NEWEST_REVISION)
        .outerjoin(embeddings, theirs)
        .where(embeddings.c.paragraph_id.is_(None), paragraphs.c.id > after_id)
    )
