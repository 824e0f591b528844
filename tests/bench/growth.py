"""A synthetic archive of any size that is like a real one: for benchmarks of scale.

Paragraphs are made of runs of words out of real news paragraphs, so that words are as frequent as
in real ones; vectors lie around and between real vectors of such paragraphs. Everything follows
from the seed. Rows are written straight into the tables: taking articles in is measured elsewhere.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from bot.models import SourceKind
from bot.search.dense import Embedder, FloatArray, unit
from bot.store.schema import articles, change_log, embeddings, paragraphs, revisions
from bot.store.sql import SqlStore
from bot.text.embedding import passage_text

PER_ARTICLE = 8
REAL = 300  # paragraphs that are embedded; the vectors of all others lie between theirs
_CHUNK = 1_000  # articles in one transaction
_START_AT = datetime(2024, 1, 1, tzinfo=UTC)


class News:
    """Real paragraphs, and texts recombined from their words."""

    def __init__(self, path: Path, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a benchmark is to be repeated
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            read = [json.loads(line) for line in lines]
        self.titles = [one["title"].split() for one in read if len(one["title"].split()) > 3]
        self.real = [
            (one["title"], text) for one in read for text in one["body"] if len(text.split()) > 11
        ]
        self._words = [text.split() for _, text in self.real]

    def title(self) -> str:
        """Return a title: half of one and half of another."""
        first, second = self.random.choices(self.titles, k=2)
        return " ".join(first[: len(first) // 2] + second[len(second) // 2 :])

    def paragraph(self) -> str:
        """Return a paragraph of 20 to 50 words, in runs of four to nine."""
        words: list[str] = []
        length = self.random.randint(20, 50)
        while len(words) < length:
            source = self.random.choice(self._words)
            start = self.random.randrange(max(1, len(source) - 8))
            words += source[start : start + self.random.randint(4, 9)]
        return " ".join(words)

    def question(self) -> str:
        """Return a question of three to six words out of one paragraph."""
        words = [word for word in self.random.choice(self._words) if len(word) > 3]
        asking = self.random.choice(("كم", "أين", "متى", "ماذا عن", "من", ""))
        return " ".join([asking, *self.random.sample(words, min(len(words), 5))]).strip()


class Meanings:
    """Vectors around and between those of real paragraphs."""

    def __init__(self, embedder: Embedder, news: News, seed: int) -> None:
        sample = news.random.sample(news.real, min(REAL, len(news.real)))
        self.real = embedder.passages([passage_text(title, text) for title, text in sample])
        self._random = np.random.default_rng(seed)

    def vectors(self, count: int) -> FloatArray:
        """Return so many unit vectors."""
        pairs = self._random.integers(0, len(self.real), (2, count))
        share = self._random.uniform(0.5, 1, (count, 1)).astype(np.float32)
        between = share * self.real[pairs[0]] + (1 - share) * self.real[pairs[1]]
        noise = self._random.standard_normal(between.shape, dtype=np.float32)
        return unit(between + noise * np.float32(0.25 / np.sqrt(between.shape[1])))


async def grow(store: SqlStore, news: News, meanings: Meanings, model: str, count: int) -> None:
    """Fill an empty store with ``count`` paragraphs, one article after the other, with vectors."""
    source = await store.ensure_source(SourceKind.FILE, "growth", now=_START_AT)
    for first in range(1, -(-count // PER_ARTICLE) + 1, _CHUNK):
        numbers = range(first, min(first + _CHUNK, -(-count // PER_ARTICLE) + 1))
        ids = [n for number in numbers for n in _paragraph_ids(number) if n <= count]
        vectors = meanings.vectors(len(ids)).astype("<f2")
        heads = [_head(number, source.id, news.title()) for number in numbers]
        async with store.database.writing() as connection:
            for table in (articles, revisions, change_log):
                names = {column.name for column in table.columns}
                rows = [{k: v for k, v in head.items() if k in names} for head in heads]
                await connection.execute(insert(table), rows)
            await store.database.insert_plain(connection, paragraphs, list(_paragraphs(ids, news)))
            await store.database.insert_plain(
                connection,
                embeddings,
                [(one, model, vector.tobytes()) for one, vector in zip(ids, vectors, strict=True)],
            )


def _paragraph_ids(article: int) -> range:
    return range((article - 1) * PER_ARTICLE + 1, article * PER_ARTICLE + 1)


def _head(number: int, source_id: int, title: str) -> dict[str, Any]:
    """Return an article's columns, those of its revision and of its change-log line."""
    at = _START_AT + timedelta(minutes=number)
    revision = {"article_id": number, "seq": number, "revision": 1, "content_hash": "", "at": at}
    dates = {"published_at": at, "first_seen_at": at, "dated_at": at, "seen_at": at}
    return {
        **revision,
        **dates,
        "id": number,
        "source_id": source_id,
        "title": title,
        "url": f"https://growth.example/{number}",
        "language": "ar",
    }


def _paragraphs(ids: Sequence[int], news: News) -> Iterator[tuple[int, int, int, int, str]]:
    """Yield the columns of each paragraph in the order of the table."""
    for one in ids:
        article, position = divmod(one - 1, PER_ARTICLE)
        yield one, article + 1, 1, position, news.paragraph()
