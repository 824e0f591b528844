"""A real store and index in a folder, filled with articles, for the tests of search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.models import NewArticle, SourceKind
from bot.search.index import SearchIndex
from bot.store.sql import SqlStore, open_store

NOW = datetime(2019, 3, 13, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Archive:
    """A store with its index."""

    store: SqlStore
    index: SearchIndex

    async def add(
        self,
        title: str,
        paragraphs: Sequence[str],
        *,
        published_at: datetime | None = None,
        identity: str = "",
    ) -> int:
        """Store an article (not yet indexed) and return its id."""
        source = await self.store.ensure_source(SourceKind.FILE, "tests", now=NOW)
        article = NewArticle(title=title, paragraphs=tuple(paragraphs), published_at=published_at)
        intake = await self.store.add_article(source, article, identity or title, now=NOW)
        return intake.article_id

    async def close(self) -> None:
        """Let go of both."""
        await self.index.close()
        await self.store.close()


async def open_archive(folder: Path, *, batch: int = 500) -> Archive:
    """Open, or make, the store and index in a folder."""
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'mujaz.db'}")
    index = SearchIndex(store, folder / "index", batch=batch)
    await index.open()
    return Archive(store, index)
