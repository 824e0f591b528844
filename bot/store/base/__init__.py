"""What the rest of the program may ask of the store: Protocols, no SQL.

The stages and services depend on these; ``bot/store`` implements them on SQLite and PostgreSQL.
Every method either returns or raises a :class:`bot.errors.StoreError`; none leaves work half
written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bot.models import StoreCounts
from bot.store.base.articles import ArticleStore
from bot.store.base.chats import ChatStore
from bot.store.base.embeddings import EmbeddingStore
from bot.store.base.outbox import OutboxStore
from bot.store.base.sources import SourceStore


class Store(SourceStore, ArticleStore, EmbeddingStore, ChatStore, OutboxStore, Protocol):
    """The whole store."""

    async def counts(self) -> StoreCounts:
        """Return how much it holds."""
        ...

    async def verify(self) -> list[str]:
        """Return what is wrong with the database, nothing when it is sound."""
        ...

    async def watch(self, heard: Callable[[str], None]) -> None:
        """Call ``heard`` whenever any process wrote something, until cancelled.

        Told is what kind: "articles", "outbox", or "" after nobody has listened for a while.
        Returns at once where processes cannot tell each other (SQLite).
        """
        ...

    async def close(self) -> None:
        """Let go of the database."""
        ...


__all__ = [
    "ArticleStore",
    "ChatStore",
    "EmbeddingStore",
    "OutboxStore",
    "SourceStore",
    "Store",
]
