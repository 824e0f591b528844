"""Intake: from files, texts and feeds to stored articles, each of them once.

What comes in is parsed by the sources stage and kept by the store. Here it is decided under
whose name an article is kept and what is told about it; a bad input never stops the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from urllib.parse import urlsplit

from bot.clock import Clock
from bot.errors import FeedError, FileRefusedError, InputError
from bot.models import Intake, NewArticle, Source, SourceKind
from bot.sources.base import BodyKind, BodyReader, PageFetcher
from bot.sources.file import FileArticle, FileContents, find_files, read_bytes, read_files
from bot.sources.identity import arrival_of
from bot.sources.links import absolute_link
from bot.sources.parser import ParserProcess
from bot.sources.poll import FeedStore, Poller, PollReport
from bot.text.paragraphs import split_post

_BATCH = 200  # articles of one transaction
_FOREIGN = {"error.file.pdf": BodyKind.PDF, "error.file.web_page": BodyKind.PAGE}


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
        reader: BodyReader | None = None,
        full_text: bool = False,
    ) -> None:
        """``full_text``: pages are read where a feed carries only summaries.

        ``interval_s`` is the usual time between two visits to a feed, ``max_mb`` for files.
        """
        self._store = store
        self._clock = clock
        self._max_mb = max_mb
        self._poller = Poller(
            store,
            clock,
            fetcher,
            reader or ParserProcess(),
            interval_s=interval_s,
            draw=SystemRandom().random,
            full_text=full_text,
        )

    async def ingest_paths(
        self,
        paths: Sequence[Path],
        *,
        source_name: str = "",
        published_at: datetime | None = None,
        url: str = "",
        columns: Mapping[str, str] | None = None,
        on_file: Callable[[int, int], None] | None = None,
    ) -> IngestReport:
        """Store the articles of files and folders, many in one transaction.

        ``published_at`` holds for articles that name no time of their own, ``source_name`` for
        those that name no outlet (else the address's host or the file's name does). An address
        belongs to one article: with several, InputError is raised before anything is stored.
        ``columns`` names the columns of tables; ``on_file`` is told how many of how many files
        are done. What is stored already is known, so that a run cut short is simply repeated.
        """
        link = _checked_link(url)
        files = await asyncio.to_thread(lambda: list(find_files(paths)))
        if link and len(files) > 1:
            raise InputError(key="error.file.one_url")
        stored: list[Intake] = []
        refused: list[RefusedFile] = []
        if not files:
            refused.extend(RefusedFile(path=path, error=_error("no_files", path)) for path in paths)
        done = 0
        named: list[tuple[str, NewArticle]] = []
        while done < len(files):
            for path, contents in await self._contents(files[done:], columns or {}):
                done += 1
                if isinstance(contents, FileRefusedError):
                    refused.append(RefusedFile(path=path, error=contents))
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
                    named.append((name.strip(), article))
            if len(named) >= _BATCH or done == len(files):
                stored += await self._store_named(named)
                named.clear()
            if on_file is not None:
                on_file(done, len(files))
        return IngestReport(articles=tuple(stored), refused=tuple(refused))

    async def _store_named(self, named: Sequence[tuple[str, NewArticle]]) -> list[Intake]:
        """Store articles with the names of their sources, some in one transaction."""
        stored: list[Intake] = []
        for start in range(0, len(named), _BATCH):
            now, batch = self._clock.now(), named[start : start + _BATCH]
            names = [name for name, _ in batch]
            sources = await self._store.ensure_sources(SourceKind.FILE, names, now=now)
            arrivals = [arrival_of(sources[name], article) for name, article in batch]
            stored += await self._store.add_articles(arrivals, now=now)
        return stored

    async def _contents(
        self, paths: Sequence[Path], columns: Mapping[str, str]
    ) -> list[tuple[Path, FileContents | FileRefusedError]]:
        """Return what the next files hold; pages and PDFs are read in the parser's process."""
        read = await asyncio.to_thread(
            read_files, paths, limit_mb=self._max_mb, columns=columns, enough=_BATCH
        )
        found: list[tuple[Path, FileContents | FileRefusedError]] = []
        for path, contents in zip(paths, read, strict=False):
            kind = _FOREIGN.get(contents.key) if isinstance(contents, FileRefusedError) else None
            found.append((path, contents if kind is None else await self._foreign(path, kind)))
        return found

    async def _foreign(self, path: Path, kind: BodyKind) -> FileContents | FileRefusedError:
        try:
            raw = await asyncio.to_thread(read_bytes, path, limit_mb=self._max_mb)
            read = await self._poller.read_body(raw, kind)
        except FileRefusedError as error:
            return error
        except FeedError as error:
            return FileRefusedError(key=error.key, name=path.name)
        name = read.title if kind is BodyKind.PAGE else ""
        found = tuple(FileArticle(article=one, source_name=name) for one in read.articles)
        if not found:
            return FileRefusedError(key="error.page.no_article", name=path.name)
        return FileContents(articles=found)

    async def ingest_text(
        self,
        text: str,
        *,
        source_name: str,
        published_at: datetime | None = None,
        url: str = "",
        kind: SourceKind = SourceKind.FORWARD,
        origin: str = "",
    ) -> Intake:
        """Store a pasted or forwarded text, or a post of a channel.

        ``origin`` is who said a forwarded post first. Raises TextRefusedError when it holds no
        article.
        """
        article = replace(
            split_post(text), url=_checked_link(url), published_at=published_at, origin=origin
        )
        return await self.store(article, source_name=source_name, kind=kind)

    async def store(
        self, article: NewArticle, *, source_name: str, kind: SourceKind = SourceKind.FILE
    ) -> Intake:
        """Store one article under the name of its source."""
        return await self._keep(await self._source(kind, source_name), article)

    async def add_source(self, address: str) -> Source:
        """Keep a feed or channel and store its articles.

        Raises AddressError, FetchError or FeedError.
        """
        return await self._poller.add_source(address)

    async def ingest_page(
        self, address: str, *, source_name: str = "", published_at: datetime | None = None
    ) -> Intake:
        """Store the article of a web page under the name of its site.

        ``published_at`` holds where the page tells no time. Raises AddressError, FetchError or
        FeedError when there is no article.
        """
        page = await self._poller.read_page(address)
        if not page.articles:
            raise FeedError(key="error.page.no_article")
        found = page.articles[0]
        article = replace(
            found,
            url=found.url or absolute_link(address),
            published_at=found.published_at or published_at,
        )
        name = source_name or page.title or _name_of(article.url, Path(address))
        return await self.store(article, source_name=name, kind=SourceKind.PAGE)

    async def poll_due(self, *, patience_s: float | None = None) -> PollReport:
        """Visit the feeds that are due; what fails is kept with its feed and told here.

        With ``patience_s`` slow ones are visited on beside the next calls.
        """
        return await self._poller.poll_due(patience_s=patience_s)

    async def stop(self) -> None:
        """Leave off the visits that are still under way."""
        await self._poller.stop()

    async def sources(self) -> list[Source]:
        """Return all sources, oldest first."""
        return await self._store.sources()

    async def _source(self, kind: SourceKind, name: str) -> Source:
        return await self._store.ensure_source(kind, name.strip(), now=self._clock.now())

    async def _keep(self, source: Source, article: NewArticle) -> Intake:
        (stored,) = await self._store.add_articles(
            [arrival_of(source, article)], now=self._clock.now()
        )
        return stored


def _checked_link(url: str) -> str:
    link = absolute_link(url)
    if url and not link:
        raise InputError(key="error.file.bad_url")
    return link


def _name_of(url: str, path: Path) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.") or path.stem


def _error(reason: str, path: Path) -> FileRefusedError:
    return FileRefusedError(key=f"error.file.{reason}", name=path.name or str(path))
