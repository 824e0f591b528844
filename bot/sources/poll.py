"""Visiting feeds and channel pages: fetch, parse, store, and remember when to come again.

One visit never stops another: what goes wrong with a source is kept with it as a message key. Here
is the order of things; the rules are in :mod:`bot.sources.policy`, the network and the parser
behind the two protocols of :mod:`bot.sources.base`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from bot.clock import Clock
from bot.errors import FeedError, FetchError, InputError, MujazError
from bot.models import IntakeOutcome, Source, SourceKind
from bot.sources.base import BodyKind, BodyReader, Fetched, PageFetcher, ParsedFeed
from bot.sources.channel import channel_page
from bot.sources.fulltext import FullText
from bot.sources.identity import arrival_of
from bot.sources.policy import Visit, failed_visit, next_check_at, visited
from bot.store.base import ArticleStore, SourceStore

logger = logging.getLogger(__name__)

_BATCH = 50  # articles of one transaction
_MOST_TRIED = 3  # feeds that a page names
_BODIES = {SourceKind.FEED: BodyKind.FEED, SourceKind.CHANNEL: BodyKind.CHANNEL}
_BARE_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?([/?#]\S*)?")


class FeedStore(SourceStore, ArticleStore, Protocol):
    """What a poll asks of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFailure:
    """A feed that could not be read this time, and why."""

    source: Source
    error: MujazError


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What one round over the due feeds came to."""

    checked: int = 0
    unchanged: int = 0  # feeds whose server said so
    stored: int = 0  # articles
    revised: int = 0
    known: int = 0
    failed: tuple[FeedFailure, ...] = ()


class Poller:
    """Adds feeds and channels and visits those that are due."""

    def __init__(
        self,
        store: FeedStore,
        clock: Clock,
        fetcher: PageFetcher,
        reader: BodyReader,
        *,
        interval_s: float,
        draw: Callable[[], float],
        at_once: int = 24,
        full_text: bool = False,
    ) -> None:
        """``draw`` gives numbers from 0 to 1 for jitter; ``at_once`` hosts are visited together,
        and a third as many beside them that failed last time.

        ``full_text``: where a feed carries only a summary, the article's page is read.
        """
        self._store = store
        self._clock = clock
        self._fetcher = fetcher
        self._reader = reader
        self._interval_s = interval_s
        self._draw = draw
        self._pages = FullText(fetcher, reader)
        self._full_text = full_text
        self._slots = asyncio.Semaphore(at_once)
        self._slow_slots = asyncio.Semaphore(max(1, at_once // 3))
        self._visits: dict[str, asyncio.Task[list[PollReport]]] = {}  # under way, by host
        self._users = 0
        self._adding: set[str] = set()  # addresses that no round may visit meanwhile

    async def add_source(self, address: str) -> Source:
        """Keep a feed or a channel after reading it once, and store its articles.

        A page is searched for the feeds that it names. Raises AddressError, FetchError or
        FeedError when nothing can be read; nothing is kept then.
        """
        address = address.strip()
        if page := channel_page(address):
            return await self._add(page, SourceKind.CHANNEL)
        if _BARE_ADDRESS.fullmatch(address):
            address = f"https://{address}"
        async with self._at_work():
            try:
                return await self._add(address, SourceKind.FEED)
            except FeedError as error:
                if error.key != "error.feed.page":
                    raise
                return await self._add_first_of(await self._feeds_of(address), error)

    async def read_page(self, address: str) -> ParsedFeed:
        """Return the article at an address; raises AddressError, FetchError or FeedError."""
        async with self._at_work():
            return await self._pages.page(address, self._clock.now())

    async def read_body(self, body: bytes, kind: BodyKind, address: str = "") -> ParsedFeed:
        """Return what is in a body that is here already; raises FeedError."""
        async with self._at_work():
            return await self._reader.read(
                body, content_type="", address=address, now=self._clock.now(), kind=kind
            )

    async def _feeds_of(self, address: str) -> tuple[str, ...]:
        return (await self._pages.page(address, self._clock.now())).feeds[:_MOST_TRIED]

    async def _add_first_of(self, addresses: Iterable[str], failure: FeedError) -> Source:
        for address in addresses:
            try:
                return await self._add(address, SourceKind.FEED)
            except (FetchError, InputError) as error:
                logger.info("a feed that a page names cannot be read: %s", error.key)
        raise failure

    async def _add(self, address: str, kind: SourceKind) -> Source:
        async with self._at_work():
            fetched = await self._fetcher.fetch(address)
            if not isinstance(fetched, Fetched):
                raise FetchError(key="error.fetch.broken")
            feed = await self._parse(fetched, address, kind)
            name = feed.title or urlsplit(address).hostname or address
            self._adding.add(address)
            try:
                source = await self._store.ensure_source(kind, name, address, now=self._clock.now())
                await self._store_articles(source, feed)
                return await self._save_success(source, fetched)
            finally:
                self._adding.discard(address)

    async def poll_due(self, *, patience_s: float | None = None) -> PollReport:
        """Visit the sources that are due, one at a time for each host, and tell of those visits.

        With ``patience_s`` it waits no longer: hosts that take more time are visited on while the
        next rounds visit others, and the round in which they end tells of them.
        """
        hosts: dict[str, list[Source]] = {}
        for source in await self._store.sources_due(self._clock.now()):
            host = urlsplit(source.address).netloc.lower()
            if source.address not in self._adding and host not in self._visits:
                hosts.setdefault(host, []).append(source)
        for host, sources in hosts.items():
            self._visits[host] = asyncio.create_task(self._visit_host(sources))
        if not self._visits:
            return PollReport()
        await asyncio.wait(self._visits.values(), timeout=patience_s)
        ended = [host for host, visit in self._visits.items() if visit.done()]
        return _summed(report for host in ended for report in self._visits.pop(host).result())

    async def stop(self) -> None:
        """Leave off the visits that are still under way; they are due again."""
        visits = list(self._visits.values())
        self._visits.clear()
        for visit in visits:
            visit.cancel()
        await asyncio.gather(*visits, return_exceptions=True)

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        """Keep connections and the parser's process while anybody needs them, no longer."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                await self._reader.close()
                await self._fetcher.close()

    async def _visit_host(self, sources: list[Source]) -> list[PollReport]:
        reports = []
        # A server that does not answer keeps its place for half a minute: those that failed last
        # time wait for each other only.
        slots = self._slow_slots if all(one.failures for one in sources) else self._slots
        async with slots, self._at_work():
            for source in sources:
                try:
                    reports.append(await self._visit(source))
                except MujazError as error:  # the store refused: the visit is due again next time
                    logger.warning("source %d could not be kept: %s", source.id, error)
                    failure = FeedFailure(source=source, error=error)
                    reports.append(PollReport(checked=1, failed=(failure,)))
        return reports

    async def _visit(self, source: Source) -> PollReport:
        try:
            answer = await self._fetcher.fetch(
                source.address, etag=source.etag, last_modified=source.last_modified
            )
            if not isinstance(answer, Fetched):
                await self._save_visit(source, Visit(max_age_s=answer.max_age_s), answer.moved_to)
                return PollReport(checked=1, unchanged=1)
            feed = await self._parse(answer, source.address, source.kind)
        except (FetchError, InputError) as error:
            return await self._failed(source, error)
        except Exception as error:
            logger.exception("source %d could not be read", source.id)
            unexpected = FeedError(str(error), key=MujazError.default_key)
            return await self._failed(source, unexpected)
        counts = await self._store_articles(source, feed)
        await self._save_success(source, answer)
        return PollReport(
            checked=1,
            stored=counts[IntakeOutcome.STORED],
            revised=counts[IntakeOutcome.REVISED],
            known=counts[IntakeOutcome.KNOWN],
        )

    async def _parse(self, fetched: Fetched, address: str, kind: SourceKind) -> ParsedFeed:
        return await self._reader.read(
            fetched.body,
            content_type=fetched.content_type,
            address=fetched.final_url or address,
            now=self._clock.now(),
            kind=_BODIES[kind],
        )

    async def _store_articles(self, source: Source, feed: ParsedFeed) -> dict[IntakeOutcome, int]:
        counts = dict.fromkeys(IntakeOutcome, 0)
        arrivals = [arrival_of(source, article) for article in feed.articles]
        if self._full_text and source.kind is SourceKind.FEED:
            keys = [key for one in arrivals for key in (one.identity, *one.others)]
            known = await self._store.known_titles(keys)
            every = len(arrivals)
            arrivals = await self._pages.completed(arrivals, known, self._clock.now())
            counts[IntakeOutcome.KNOWN] += every - len(arrivals)
        for start in range(0, len(arrivals), _BATCH):
            batch = arrivals[start : start + _BATCH]
            for intake in await self._store.add_articles(batch, now=self._clock.now()):
                counts[intake.outcome] += 1
        return counts

    async def _save_success(self, source: Source, fetched: Fetched) -> Source:
        # The validators are kept only now that the articles are: a crash in between fetches again.
        learned = replace(source, etag=fetched.etag, last_modified=fetched.last_modified)
        return await self._save_visit(learned, Visit(max_age_s=fetched.max_age_s), fetched.moved_to)

    async def _failed(self, source: Source, error: MujazError) -> PollReport:
        logger.warning("source %d: %s", source.id, error.key)
        visit = failed_visit(error, source.failures + 1)
        await self._save_visit(source, visit, key=error.key)
        return PollReport(checked=1, failed=(FeedFailure(source=source, error=error),))

    async def _save_visit(
        self, source: Source, visit: Visit, moved_to: str = "", key: str = ""
    ) -> Source:
        now = self._clock.now()
        due_at = next_check_at(visit, now, interval_s=self._interval_s, jitter=self._draw())
        known = visited(source, visit, now, moved_to=moved_to, key=key)
        saved = replace(known, next_check_at=due_at)
        await self._store.save_check(saved)
        return saved


def _summed(reports: Iterable[PollReport]) -> PollReport:
    every = list(reports)
    return PollReport(
        checked=sum(one.checked for one in every),
        unchanged=sum(one.unchanged for one in every),
        stored=sum(one.stored for one in every),
        revised=sum(one.revised for one in every),
        known=sum(one.known for one in every),
        failed=tuple(failure for one in every for failure in one.failed),
    )
