"""The whole article for feeds that carry only a summary: fetched from its own page, once.

A page that cannot be read costs nothing but the try: then the summary is kept. Whether two
articles are the same one is decided in :mod:`bot.sources.identity`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.errors import FetchError, InputError
from bot.models import Arrival, NewArticle
from bot.sources.base import BodyKind, BodyReader, Fetched, PageFetcher, ParsedFeed

logger = logging.getLogger(__name__)

_SUMMARY_CHARS = 600
_SUMMARY_PARAGRAPHS = 2
_MOST_PAGES = 40  # of one visit to a feed, 20 seconds at two a second
_SAME_DAY = timedelta(days=1)


def is_summary(article: NewArticle) -> bool:
    """Tell whether a feed gave little more than a lead, and an address to find the rest at."""
    short = sum(map(len, article.paragraphs)) < _SUMMARY_CHARS
    return bool(article.url) and short and len(article.paragraphs) <= _SUMMARY_PARAGRAPHS


class FullText:
    """Fetches pages and reads the article in them."""

    def __init__(self, fetcher: PageFetcher, reader: BodyReader) -> None:
        self._fetcher = fetcher
        self._reader = reader

    async def page(self, address: str, now: datetime) -> ParsedFeed:
        """Return what is at ``address``: a page or a PDF; raises AddressError or FetchError."""
        fetched = await self._fetcher.fetch(address)
        if not isinstance(fetched, Fetched):
            raise FetchError(key="error.fetch.broken")
        return await self._reader.read(
            fetched.body,
            content_type=fetched.content_type,
            address=fetched.final_url or address,
            now=now,
            kind=BodyKind.PDF if fetched.body.startswith(b"%PDF-") else BodyKind.PAGE,
        )

    async def completed(
        self, arrivals: Sequence[Arrival], known: Mapping[str, str], now: datetime
    ) -> list[Arrival]:
        """Return the articles with their whole text, those left out that are known already.

        ``known`` holds titles by identity. A summary under a known title is the article that
        is stored; under another title its page is read again.
        """
        found: list[Arrival] = []
        pages = 0
        for arrival in arrivals:
            if not is_summary(arrival.article):
                found.append(arrival)
            elif _held_title(arrival, known) not in (arrival.article.title, ""):
                pages += 1
                found.append(
                    await self._complete(arrival, now) if pages <= _MOST_PAGES else arrival
                )
        return found

    async def _complete(self, arrival: Arrival, now: datetime) -> Arrival:
        summary = arrival.article
        try:
            read = await self.page(summary.url, now)
        except (FetchError, InputError) as error:
            logger.info("no full text at %s: %s", urlsplit(summary.url).hostname, error.key)
            return arrival
        if not read.articles:
            return arrival
        page = read.articles[0]
        if sum(map(len, page.paragraphs)) <= sum(map(len, summary.paragraphs)):
            return arrival
        whole = replace(
            summary,
            paragraphs=page.paragraphs,
            published_at=_agreed(page.published_at, summary.published_at),
            language=summary.language or page.language,
        )
        return replace(arrival, article=whole)


def _held_title(arrival: Arrival, known: Mapping[str, str]) -> str | None:
    """Return the title held under the first identity that is known."""
    keys = (arrival.identity, *arrival.others)
    return next((known[key] for key in keys if key in known), None)


def _agreed(page: datetime | None, feed: datetime | None) -> datetime | None:
    """Return the page's time unless it is days from the feed's: then it is something else's."""
    if page is None or feed is None:
        return page or feed
    return page if abs(page - feed) <= _SAME_DAY else feed
