"""What outlets changed in articles that they had published, as it is kept with each revision.

What counts as a change is decided in :mod:`bot.text.edits`; here it is written and read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from bot.models import Edit, NewArticle
from bot.store.engine import Database, chunks, to_the_end
from bot.store.schema import articles, identities, revisions
from bot.text.edits import edit_between


class SqlEdits:
    """The edits of one database, and what is known of an article before it is stored again."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def edits(self, *, article_id: int | None = None, limit: int = 20) -> list[Edit]:
        """Return what outlets changed in articles, newest first; of one article or all."""
        query = (
            select(revisions)
            .where(revisions.c.edit.is_not(None))
            .order_by(revisions.c.seen_at.desc(), revisions.c.article_id.desc())
            .limit(limit)
        )
        if article_id is not None:
            query = query.where(revisions.c.article_id == article_id)
        async with self._db.reading() as connection:
            return [_edit(row) for row in await connection.execute(query)]

    @to_the_end
    async def known_titles(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the titles held under those of the identities that are known."""
        found: dict[str, str] = {}
        query = select(identities.c.key, articles.c.title).outerjoin(
            articles, articles.c.id == identities.c.article_id
        )
        async with self._db.reading() as connection:
            for chunk in chunks(keys):
                held = query.where(identities.c.key.in_(chunk), identities.c.article_id != 0)
                rows = await connection.execute(held)
                found |= {row.key: row.title or "" for row in rows}
        return found


def edit_between_held(
    title: str, texts: Sequence[str], article: NewArticle
) -> dict[str, object] | None:
    """Return what ``article`` changes in the text that is held, in the form it is kept in."""
    edit = edit_between(title, texts, article.title, article.paragraphs)
    if edit is None:
        return None
    return {
        "title": [edit.old_title, edit.new_title],
        "numbers": [list(change) for change in edit.numbers],
        "gone": list(edit.gone),
    }


def _edit(row: Row[Any]) -> Edit:
    kept = row.edit
    return Edit(
        article_id=row.article_id,
        revision=row.revision,
        seen_at=row.seen_at,
        old_title=kept["title"][0],
        new_title=kept["title"][1],
        numbers=tuple((what, before, after) for what, before, after in kept["numbers"]),
        gone=tuple(kept["gone"]),
    )
