"""Question to answer: the one way in which a reader, in chat or on the command line, is answered.

Joins the index (which paragraphs may answer), the store (what they say, word for word) and the
judgement of ``bot.search`` (whether they do).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from bot.clock import Clock
from bot.delivery.render import render_answer
from bot.models import Answer, Chat, Hit, Reply
from bot.search.answer import THRESHOLD, answer_of
from bot.search.features import weigh
from bot.search.lexical import LexicalQuery
from bot.search.query import Query, understand
from bot.search.retrieve import CANDIDATES, Ranked, rank
from bot.store.base import ArticleStore


class Index(Protocol):
    """What answering asks of the search index."""

    async def search(self, query: LexicalQuery, limit: int) -> list[Hit]:
        """Return the best paragraphs, best first."""
        ...

    async def frequencies(self, stems: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Return how many paragraphs are indexed, and how many hold each of the stems."""
        ...


class Answering:
    """Answers questions from the archive, verbatim, or says that it cannot."""

    def __init__(
        self,
        store: ArticleStore,
        index: Index,
        clock: Clock,
        *,
        threshold: float = THRESHOLD,
        max_chars: int = 500,
    ) -> None:
        self._store = store
        self._index = index
        self._clock = clock
        self._threshold = threshold
        self._max_chars = max_chars

    async def answer(self, text: str, *, limit: int = 3) -> Answer:
        """Answer a question of any length and content with up to ``limit`` passages.

        A question longer than ``max_chars`` is cut and the answer says so. Raises only
        SearchIndexError and StoreError.
        """
        query, ranked = await self.consider(text)
        return answer_of(
            query,
            ranked,
            newest_at=await self._store.newest_at(),
            threshold=self._threshold,
            limit=limit,
        )

    async def reply(self, text: str, chat: Chat) -> list[Reply]:
        """Answer a question asked in a chat, as messages in its language and time zone."""
        answer = await self.answer(text)
        return render_answer(answer, zone=chat.timezone, language=chat.language)

    async def consider(self, text: str) -> tuple[Query, list[Ranked]]:
        """Return the question as understood and every candidate, best first."""
        query = await asyncio.to_thread(understand, text, self._max_chars)
        if not query.wanted:
            return query, []
        hits = await self._index.search(query.lexical(), CANDIDATES)
        paragraphs, counts = await self._index.frequencies(query.stems())
        articles = await self._store.articles(list(dict.fromkeys(hit.article_id for hit in hits)))
        weighing = weigh(query, paragraphs, counts)
        return query, await asyncio.to_thread(
            rank, query, hits, articles, weighing, self._clock.now()
        )
