"""What fetcher, parser and poller hand to one another; no network and no parsing here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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
    moved_to: str = ""  # where the server sends us for good (301, 308)
    max_age_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing changed since the validators it gave us."""

    moved_to: str = ""
    max_age_s: float | None = None


class BodyKind(StrEnum):
    """What a fetched or read body is taken for."""

    FEED = "feed"  # RSS, RDF, Atom or JSON Feed
    PAGE = "page"  # a web page with one article
    CHANNEL = "channel"  # the public preview page of a Telegram channel
    PDF = "pdf"  # a PDF with a text layer


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
    """What was read from a body: its source's name and its articles, in their order.

    A page gives its one article (or none) and the addresses of the feeds that it names.
    """

    title: str
    articles: tuple[NewArticle, ...]
    left_out: int = 0  # members without a word in them, or beyond the greatest number read
    feeds: tuple[str, ...] = ()


class BodyReader(Protocol):
    """Turns bodies into articles without blocking the loop."""

    async def read(
        self,
        body: bytes,
        *,
        content_type: str,
        address: str,
        now: datetime,
        kind: BodyKind = BodyKind.FEED,
    ) -> ParsedFeed:
        """Return what is in ``body``; raises FeedError."""
        ...

    async def close(self) -> None:
        """Let go of processes; the next read starts new ones."""
        ...
