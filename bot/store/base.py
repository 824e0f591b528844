"""What the rest of the program may ask of the store: Protocols, no SQL.

The stages and services depend on these; ``bot/store`` implements them for SQLite today. Every
method either returns or raises a :class:`bot.errors.StoreError`; none leaves work half written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.models import (
    Activity,
    Arrival,
    Article,
    Change,
    Chat,
    Edit,
    Embedding,
    Intake,
    NewArticle,
    NewMessage,
    OutboxMessage,
    OutboxState,
    Paragraph,
    Slot,
    Source,
    SourceKind,
    StoreCounts,
    StoredArticle,
    Subscription,
    TitledParagraph,
)


class SourceStore(Protocol):
    """Sources and the state of their polling."""

    async def ensure_source(
        self, kind: SourceKind, name: str, address: str = "", *, now: datetime
    ) -> Source:
        """Return the source of this kind with this address (feeds) or name, made if missing."""
        ...

    async def sources(self) -> list[Source]:
        """Return all sources, oldest first."""
        ...

    async def sources_due(self, now: datetime) -> list[Source]:
        """Return the enabled feeds whose next check is due, longest waiting first."""
        ...

    async def save_check(self, source: Source) -> None:
        """Keep what a poll learned: validators, times, failures, last error, name, address."""
        ...

    async def remove_source(self, source_id: int) -> bool:
        """Disable a source; its articles stay. False when there is none."""
        ...

    async def label_source(self, source: Source) -> None:
        """Keep the labels of a source and whether it is enabled."""
        ...

    async def activity(self, since: datetime, now: datetime) -> dict[int, Activity]:
        """Return what each source brought from ``since`` to ``now``, by its id."""
        ...


class ArticleStore(Protocol):
    """Articles, their revisions and paragraphs, and the change log."""

    async def add_article(
        self, source: Source, article: NewArticle, identity: str, *, now: datetime
    ) -> Intake:
        """Store an article once per ``identity``.

        The same text again is `known`; another text under the same identity makes a new
        revision. Article, revision, paragraphs and change-log line are one transaction.
        """
        ...

    async def add_articles(self, arrivals: Sequence[Arrival], *, now: datetime) -> list[Intake]:
        """Store several articles in one transaction, each as :meth:`add_article` does."""
        ...

    async def article(self, article_id: int) -> StoredArticle | None:
        """Return an article with the paragraphs of its newest revision."""
        ...

    async def articles(self, ids: Sequence[int]) -> dict[int, StoredArticle]:
        """Return those of the named articles that exist, by id."""
        ...

    async def paragraphs(self, ids: Sequence[int]) -> dict[int, Paragraph]:
        """Return those of the named paragraphs that exist, by id."""
        ...

    async def changes(self, after: int, limit: int) -> list[Change]:
        """Return the change-log lines after seq ``after``, in order, at most ``limit``."""
        ...

    async def last_seq(self) -> int:
        """Return the newest change-log seq, 0 when the log is empty."""
        ...

    async def articles_between(self, after: int, until: int) -> list[Article]:
        """Return the articles first stored by changes in (after, until], newest date first."""
        ...

    async def articles_since(self, since: datetime) -> list[Article]:
        """Return the articles dated (published, else first seen) at or after ``since``."""
        ...

    async def newest_at(self) -> datetime | None:
        """Return the newest article date held."""
        ...

    async def known_titles(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the titles held under those of the identity keys that are known.

        A key whose article is gone has the title "".
        """
        ...

    async def edits(self, *, article_id: int | None = None, limit: int = 20) -> list[Edit]:
        """Return what outlets changed in articles, newest first; of one article or all."""
        ...


class EmbeddingStore(Protocol):
    """Vectors of paragraphs, by the name of the model that made them."""

    async def paragraphs_without(
        self, model: str, limit: int, *, after_id: int = 0
    ) -> list[TitledParagraph]:
        """Return paragraphs of newest revisions that have no vector of ``model``, newest first.

        Only those with an id above ``after_id``; at most ``limit``.
        """
        ...

    async def count_without(self, model: str) -> int:
        """Return how many paragraphs of newest revisions have no vector of ``model``."""
        ...

    async def save_embeddings(self, model: str, rows: Sequence[Embedding]) -> int:
        """Keep vectors, in one transaction; return how many were new.

        A paragraph that has one of this model keeps it; one that is gone is passed over.
        """
        ...

    async def embeddings(self, model: str, after_id: int, limit: int) -> list[Embedding]:
        """Return up to ``limit`` vectors of paragraphs after ``after_id``, by paragraph id.

        Paragraphs of older revisions may be among them; ``articles_of`` tells.
        """
        ...

    async def articles_of(self, ids: Sequence[int]) -> dict[int, int]:
        """Return the article of those of the named paragraphs that its newest revision holds."""
        ...


class ChatStore(Protocol):
    """Chats and their subscriptions."""

    async def save_chat(self, chat: Chat, *, now: datetime) -> Chat:
        """Insert the chat or update its title, kind and reachability; settings are kept."""
        ...

    async def chat(self, chat_id: int) -> Chat | None:
        """Return a chat."""
        ...

    async def chats_added_by(self, user_id: int) -> list[Chat]:
        """Return the groups and channels to which this user added us."""
        ...

    async def set_chat_settings(
        self, chat_id: int, *, language: str | None = None, timezone: str | None = None
    ) -> None:
        """Change what the chat chose; None leaves a setting as it is."""
        ...

    async def subscribe(
        self,
        chat_id: int,
        topic_id: int,
        *,
        times: tuple[str, ...],
        timezone: str,
        language: str,
        now: datetime,
    ) -> Subscription:
        """Create or change the subscription of a chat and topic, and make it active."""
        ...

    async def subscription(self, chat_id: int, topic_id: int) -> Subscription | None:
        """Return the subscription of a chat and topic."""
        ...

    async def subscriptions(self, *, active: bool = True) -> list[Subscription]:
        """Return all active (or all) subscriptions, by id."""
        ...

    async def pause(self, chat_id: int, topic_id: int | None, reason: str) -> int:
        """Pause a chat's subscriptions (all topics when None); return how many were active.

        Pending outbox messages of the paused subscriptions are cancelled with it.
        """
        ...

    async def set_reachable(self, chat_id: int, reachable: bool, *, now: datetime) -> int:
        """Note a block, a kick or a return.

        Unreachable: active subscriptions are paused with reason "unreachable" and their pending
        messages cancelled. Reachable again: those so paused become active from ``now`` on.
        Returns how many subscriptions changed.
        """
        ...

    async def migrate_chat(self, old_id: int, new_id: int, *, now: datetime) -> None:
        """Move a chat with its subscriptions and waiting messages to a new id."""
        ...


class OutboxStore(Protocol):
    """Slots and outbox messages."""

    async def enqueue_digest(
        self,
        slot: Slot,
        covered: Sequence[Slot],
        messages: Sequence[NewMessage],
        *,
        cursor: int,
        covered_until_at: datetime,
        folds: Sequence[int] = (),
        now: datetime,
    ) -> bool:
        """Write a due slot, the slots it covers and its messages, in one transaction.

        The subscription's cursor moves with them, and the doubtful messages named by ``folds``
        count as carried by this digest. False, and nothing written, when the slot is already
        there or the subscription is no longer active.
        """
        ...

    async def enqueue(self, messages: Sequence[NewMessage], *, now: datetime) -> int:
        """Write messages that belong to no slot, once per key and part; return how many are new."""
        ...

    async def lease(
        self, limit: int, *, now: datetime, lease_s: float, exclude_chats: Sequence[int] = ()
    ) -> list[OutboxMessage]:
        """Mark up to ``limit`` sendable messages as `sending` and return them.

        Sendable: pending, not before its time, all earlier parts of its key settled (sent,
        uncertain, dead or cancelled), no other message of that chat in `sending`, chat not
        excluded. Oldest first. Each is committed as `sending` before it is returned.
        """
        ...

    async def settle(
        self,
        message_id: int,
        state: OutboxState,
        *,
        now: datetime,
        telegram_id: int | None = None,
        not_before_at: datetime | None = None,
        count_attempt: bool = True,
        html: str | None = None,
        topic_id: int | None = None,
        reason: str = "",
    ) -> None:
        """Move a message out of `sending`; back to `pending` may change its time, html or topic."""
        ...

    async def settle_sent(self, sent: Mapping[int, int | None], *, now: datetime) -> set[int]:
        """Move messages (id → Telegram's id) to `sent`, all in one transaction.

        Returns those that were neither in `sending` nor in doubt, of which nothing is changed.
        """
        ...

    async def retry(self, message_id: int, *, now: datetime) -> bool:
        """Let a dead or doubtful message be sent again; False when it is neither."""
        ...

    async def recover(self, *, now: datetime, everything: bool) -> list[OutboxMessage]:
        """Turn messages left in `sending` into `uncertain` and return them.

        ``everything``: all of them (the only sender starts); else those whose lease ran out.
        """
        ...

    async def doubtful(self, subscription_id: int) -> list[OutboxMessage]:
        """Return the subscription's `uncertain` digest parts that no later digest has folded in."""
        ...

    async def outbox(
        self, state: OutboxState | None = None, limit: int = 100
    ) -> list[OutboxMessage]:
        """Return messages, newest first, of one state or all."""
        ...

    async def outbox_wakeup_at(self) -> datetime | None:
        """Return when the next pending message may be sent, None when none waits."""
        ...


class Store(SourceStore, ArticleStore, EmbeddingStore, ChatStore, OutboxStore, Protocol):
    """The whole store."""

    async def counts(self) -> StoreCounts:
        """Return how much it holds."""
        ...

    async def verify(self) -> list[str]:
        """Return what is wrong with the database, nothing when it is sound."""
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
