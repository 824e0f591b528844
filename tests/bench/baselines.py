"""What the product is compared with, on the same archive in the same run.

``fts5_raw``: SQLite FTS5 as it comes; ``bm25_stem``: FTS5 over our light stems without stop words;
``dense``: the embedder's cosine alone; ``plain_hybrid``: half the stems-and-4-grams score and half
the cosine, each scaled to 0…1 over the question's candidates, a question in Latin letters by cosine
alone; ``postgres_arabic``: PostgreSQL's Arabic full-text search, where it can be started. No
aliases, no understanding, no learning.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from bot.search.lexical import LexicalQuery
from bot.text.analysis import terms
from bot.text.questions import shapes_question
from bot.text.stem import grams
from bot.text.tokens import tokenize
from tests.bench.asked import Archive
from tests.bench.postgres_arabic import NAME, PostgresArabic

DEPTH = 100
NAMES = ("fts5_raw", "bm25_stem", "dense", "plain_hybrid")


class Baselines:
    """The baselines over one archive; ``add`` keeps the FTS5 tables in step with it."""

    def __init__(self, archive: Archive, postgres: PostgresArabic | None = None) -> None:
        self._archive = archive
        self._postgres = postgres
        self._tables = sqlite3.connect(":memory:")
        for name in ("raw", "stem"):
            self._tables.execute(f"CREATE VIRTUAL TABLE {name} USING fts5(text, name UNINDEXED)")

    def add(self, name: str, title: str, text: str) -> None:
        """Add a paragraph."""
        whole = f"{title}\n{text}"
        stems = " ".join(term.stems[0] for term in terms(whole))
        self._tables.execute("INSERT INTO raw VALUES (?, ?)", (whole, name))
        self._tables.execute("INSERT INTO stem VALUES (?, ?)", (stems, name))
        if self._postgres is not None:
            self._postgres.add(name, whole)

    async def ranked(self, question: str) -> dict[str, list[str]]:
        """Return the best paragraphs by each baseline, best first."""
        found = [term for term in terms(question) if not shapes_question(term.token.word)]
        stems = [term.stems[0] for term in found]
        lexical = await self._lexical(found)
        dense = await self._dense(question)
        words = [token.word for token in tokenize(question)]
        latin = 2 * sum(word.isascii() for word in words) > len(words)
        raw = [question[t.start : t.end] for t in tokenize(question)]
        return {
            "fts5_raw": self._fts5("raw", raw),
            "bm25_stem": self._fts5("stem", stems),
            "dense": list(dense),
            "plain_hybrid": list(dense) if latin else _fused(lexical, dense),
        } | ({NAME: self._postgres.ranked(raw)} if self._postgres is not None else {})

    def _fts5(self, table: str, words: list[str]) -> list[str]:
        match = " OR ".join('"' + word.replace('"', "") + '"' for word in dict.fromkeys(words))
        if not match:
            return []
        rows = self._tables.execute(
            f"SELECT name FROM {table} WHERE {table} MATCH ? ORDER BY rank LIMIT 10",  # noqa: S608  # our own table names
            (match,),
        )
        return [str(name) for (name,) in rows]

    async def _lexical(self, found: Any) -> dict[str, float]:
        query = LexicalQuery(
            stems=tuple((stem, 1.0) for term in found for stem in term.stems),
            grams=tuple(
                (gram, 1.0)
                for term in found
                if not term.token.number
                for gram in grams(term.token.word)
            ),
        )
        hits = await self._archive.index.search(query, DEPTH)
        return {self._archive.names[hit.paragraph_id]: hit.score for hit in hits}

    async def _dense(self, question: str) -> dict[str, float]:
        vector = await self._archive.semantic.question(question)
        if vector is None:
            return {}
        hits = await self._archive.semantic.search(vector, DEPTH)
        return {self._archive.names[hit.paragraph_id]: hit.score for hit in hits}


def _fused(one: dict[str, float], other: dict[str, float]) -> list[str]:
    """Return the names by the sum of both scores, each scaled to 0…1; a missing one counts 0."""
    summed: dict[str, float] = {}
    for scores in (one, other):
        least, most = min(scores.values(), default=0.0), max(scores.values(), default=1.0)
        for name, score in scores.items():
            summed[name] = summed.get(name, 0.0) + (score - least) / ((most - least) or 1.0)
    return sorted(summed, key=lambda name: (-summed[name], name))
