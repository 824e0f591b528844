"""What fetcher, feed reader and poller hand to one another; no network and no parsing here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.models import NewArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body with what the server said about it; validators byte for byte, as latin-1 text."""

    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    final_url: str = ""  # after redirects
    max_age_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing changed since the validators it gave us."""

    max_age_s: float | None = None


class PageFetcher(Protocol):
    """Gets bodies from addresses."""

    async def fetch(
        self, address: str, *, etag: str = "", last_modified: str = ""
    ) -> Fetched | NotModified:
        """Return what is at ``address``; raises AddressError or FetchError.

        A FetchError carries ``status`` and ``retry_after_s`` among its params where it knows them.
        """
        ...

    async def close(self) -> None:
        """Close connections; the next fetch opens new ones."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed's name and its articles, in the feed's order."""

    title: str
    articles: tuple[NewArticle, ...]
    left_out: int = 0  # members without a word in them, or beyond the greatest number read


class FeedReader(Protocol):
    """Turns the body of a feed into articles without blocking the loop."""

    async def read(
        self, body: bytes, *, content_type: str, address: str, now: datetime
    ) -> ParsedFeed:
        """Return the feed; raises FeedError."""
        ...

    async def close(self) -> None:
        """Let go of processes; the next read starts new ones."""
        ...
