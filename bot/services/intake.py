"""Intake: from files, texts and feeds to stored articles, each of them once.

What comes in is parsed by the sources stage and kept by the store. Here it is decided under
whose name an article is kept and what is told about it; a bad input never stops the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from urllib.parse import urlsplit

from bot.clock import Clock
from bot.errors import FileRefusedError, InputError
from bot.models import Intake, NewArticle, Source, SourceKind
from bot.sources.base import FeedReader, PageFetcher
from bot.sources.feed import FeedWorker
from bot.sources.file import find_files, read_file
from bot.sources.identity import identity_of
from bot.sources.links import absolute_link
from bot.sources.poll import FeedStore, Poller, PollReport
from bot.text.paragraphs import split_post


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFile:
    """A file, or lines of a file, that could not be read, and why."""

    path: Path
    error: FileRefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What became of some files: their articles in order, and what was refused."""

    articles: tuple[Intake, ...]
    refused: tuple[RefusedFile, ...] = ()


class Ingest:
    """Takes articles in from wherever they come."""

    def __init__(
        self,
        store: FeedStore,
        clock: Clock,
        fetcher: PageFetcher,
        *,
        interval_s: float = 900,
        max_mb: int = 20,
        reader: FeedReader | None = None,
    ) -> None:
        """``interval_s`` is the usual time between two visits to a feed, ``max_mb`` for files."""
        self._store = store
        self._clock = clock
        self._max_mb = max_mb
        self._poller = Poller(
            store,
            clock,
            fetcher,
            reader or FeedWorker(),
            interval_s=interval_s,
            draw=SystemRandom().random,
        )

    async def ingest_paths(
        self,
        paths: Sequence[Path],
        *,
        source_name: str = "",
        published_at: datetime | None = None,
        url: str = "",
    ) -> IngestReport:
        """Store the articles of files and folders.

        ``published_at`` holds for articles that name no time of their own, ``source_name`` for
        those that name no outlet (else the address's host or the file's name does). An address
        belongs to one article: with several, InputError is raised before anything is stored.
        """
        link = _checked_link(url)
        files = await asyncio.to_thread(lambda: list(find_files(paths)))
        if link and len(files) > 1:
            raise InputError(key="error.file.one_url")
        sources: dict[str, Source] = {}
        stored: list[Intake] = []
        refused: list[RefusedFile] = []
        if not files:
            refused.extend(RefusedFile(path=path, error=_error("no_files", path)) for path in paths)
        for path in files:
            try:
                contents = await asyncio.to_thread(read_file, path, limit_mb=self._max_mb)
            except FileRefusedError as error:
                refused.append(RefusedFile(path=path, error=error))
                continue
            if link and len(contents.articles) > 1:
                raise InputError(key="error.file.one_url")
            refused.extend(RefusedFile(path=path, error=error) for error in contents.refused)
            for found in contents.articles:
                article = replace(
                    found.article,
                    url=link or found.article.url,
                    published_at=found.article.published_at or published_at,
                )
                name = found.source_name or source_name or _name_of(article.url, path)
                if name not in sources:
                    sources[name] = await self._source(SourceKind.FILE, name)
                stored.append(await self._keep(sources[name], article))
        return IngestReport(articles=tuple(stored), refused=tuple(refused))

    async def ingest_text(
        self,
        text: str,
        *,
        source_name: str,
        published_at: datetime | None = None,
        url: str = "",
    ) -> Intake:
        """Store a pasted or forwarded text; raises TextRefusedError when it holds no article."""
        article = replace(split_post(text), url=_checked_link(url), published_at=published_at)
        return await self.store(article, source_name=source_name, kind=SourceKind.FORWARD)

    async def store(
        self, article: NewArticle, *, source_name: str, kind: SourceKind = SourceKind.FILE
    ) -> Intake:
        """Store one article under the name of its source."""
        return await self._keep(await self._source(kind, source_name), article)

    async def add_feed(self, address: str) -> Source:
        """Keep a feed and store its articles; raises AddressError, FetchError or FeedError."""
        return await self._poller.add_feed(address)

    async def poll_due(self) -> PollReport:
        """Visit the feeds that are due; what fails is kept with its feed and told here."""
        return await self._poller.poll_due()

    async def sources(self) -> list[Source]:
        """Return all sources, oldest first."""
        return await self._store.sources()

    async def _source(self, kind: SourceKind, name: str) -> Source:
        return await self._store.ensure_source(kind, name.strip(), now=self._clock.now())

    async def _keep(self, source: Source, article: NewArticle) -> Intake:
        identity = identity_of(source, article)
        return await self._store.add_article(source, article, identity, now=self._clock.now())


def _checked_link(url: str) -> str:
    link = absolute_link(url)
    if url and not link:
        raise InputError(key="error.file.bad_url")
    return link


def _name_of(url: str, path: Path) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.") or path.stem


def _error(reason: str, path: Path) -> FileRefusedError:
    return FileRefusedError(key=f"error.file.{reason}", name=path.name or str(path))
