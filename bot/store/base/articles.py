"""What may be asked of the store about articles, their revisions and paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.models import (
    Arrival,
    Article,
    Change,
    Edit,
    Intake,
    NewArticle,
    Paragraph,
    Source,
    StoredArticle,
)


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
        """Store several articles in one transaction, each as :meth:`add_article` does.

        One that is known by another of its identities, with a text that is alike, is the same
        article. One whose text another article had first points at that one, and is kept.
        """
        ...

    async def copies(self, ids: Sequence[int]) -> dict[int, tuple[Article, ...]]:
        """Return, by the id of each named article, the others with its text, earliest first."""
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

    async def articles_between(
        self, after: int, until: int, *, since: datetime | None = None, limit: int | None = None
    ) -> list[Article]:
        """Return the articles first stored by changes in (after, until], newest date first.

        Only those dated at or after ``since``, and at most ``limit`` of them; None: all.
        """
        ...

    async def count_between(self, after: int, until: int, *, since: datetime) -> int:
        """Return how many :meth:`articles_between` would return without a limit."""
        ...

    async def articles_since(self, since: datetime) -> list[Article]:
        """Return the articles dated (published, else first seen) at or after ``since``."""
        ...

    async def articles_in(self, since: datetime, until: datetime, limit: int) -> list[int]:
        """Return the ids of the articles dated from ``since`` to ``until``, newest date first.

        At most ``limit`` of them.
        """
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
