"""What the rest of the program may ask of the store: Protocols, no SQL.

The stages and services depend on these; ``bot/store`` implements them on SQLite and PostgreSQL.
Every method either returns or raises a :class:`bot.errors.StoreError`; none leaves work half
written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.models import ReplicaState, StoreCounts
from bot.store.base.articles import ArticleStore
from bot.store.base.chats import ChatStore
from bot.store.base.embeddings import EmbeddingStore
from bot.store.base.events import EventStore
from bot.store.base.following import FollowStore
from bot.store.base.outbox import OutboxStore
from bot.store.base.questions import QuestionStore
from bot.store.base.retention import RetentionStore
from bot.store.base.sent import SentStore
from bot.store.base.sources import SourceStore
from bot.store.base.times import TimesStore


class Store(
    SourceStore,
    ArticleStore,
    EmbeddingStore,
    EventStore,
    ChatStore,
    FollowStore,
    OutboxStore,
    SentStore,
    QuestionStore,
    RetentionStore,
    TimesStore,
    Protocol,
):
    """The whole store."""

    async def counts(self) -> StoreCounts:
        """Return how much it holds."""
        ...

    async def verify(self, *, deep: bool = False) -> list[str]:
        """Return what is wrong with the database, nothing when it is sound.

        ``deep``: every stored text is read and compared with its hash, too.
        """
        ...

    async def back_up(
        self, folder: Path, *, now: datetime, settings: str = "", keep: int = 0
    ) -> Path:
        """Make a backup in ``folder``, with ``settings`` beside it, and return its own folder.

        It is read back before it takes its name. All but the newest ``keep`` are removed then;
        0 keeps all.
        """
        ...

    async def hold(self, duty: str) -> bool:
        """Try to have a duty that one process has at a time; tell whether we have it.

        It is kept until the store is closed or the process ends, hangs for ten seconds or cannot
        reach the database; so ask again every few seconds.
        """
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


class Replica(Protocol):
    """A copy of the database that follows it, and that answers and the search index read."""

    @property
    def state(self) -> ReplicaState:
        """How it does, as of the last look."""
        ...

    async def look(self) -> None:
        """Look how far it has come; to be done every second or so. Raises nothing."""
        ...


__all__ = [
    "ArticleStore",
    "ChatStore",
    "EmbeddingStore",
    "EventStore",
    "FollowStore",
    "OutboxStore",
    "QuestionStore",
    "Replica",
    "SentStore",
    "SourceStore",
    "Store",
]
