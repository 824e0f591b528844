"""Dense search as the rest of the program sees it: an embedder, vectors in memory, and the store.

Vectors are enrichment. They are made in the background, newest paragraph first, and kept in the
store; whatever is missing or fails here leaves the lexical search alone in its place, so nothing
here raises on a question. A kill at any moment loses at most one unsaved batch.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from bot.errors import EmbeddingError, StoreError, TextNotEmbeddedError
from bot.models import Embedding, Hit, TitledParagraph
from bot.store.base import EmbeddingStore
from bot.text.embedding import passage_text, question_text

if TYPE_CHECKING:  # it brings numpy, for which a start without vectors must not wait
    from bot.search.dense import Embedder, FloatArray, Vectors

logger = logging.getLogger(__name__)

BATCH = 8  # paragraphs between two saves
_PAGE = 5_000  # stored vectors that are read at a time
_LINE = 512  # paragraphs that are lined up at a time
_QUIET_S = 0.3  # how long after a question enrichment stays out of its way
_LOAD_WAIT_S = 10.0  # how long a question waits for the vectors to be read at start
_REST_S = 30.0  # how long a failing embedder is left alone
_STALE = 16  # more vectors than wanted are looked at, as some may be of replaced paragraphs

T = TypeVar("T")


class SemanticIndex:
    """Finds paragraphs by meaning; without an embedder it finds nothing, and says so by None."""

    def __init__(
        self, store: EmbeddingStore, embedder: Embedder | None, *, batch: int = BATCH
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._batch = batch
        self._vectors: Vectors | None = None
        self._loading: asyncio.Task[None] | None = None
        self._waiting: list[TitledParagraph] = []
        self._lined_up_to = 0  # the newest paragraph that has its vector or waits for it
        self._followed_to = 0  # the newest paragraph whose vector was read from the store
        self._complete_to = 0  # every paragraph up to this id has its vector
        self._asked = 0.0  # when the last question came, on the monotonic clock
        self._rest_until = 0.0
        self._enriching = ThreadPoolExecutor(1, "mujaz-enrich", initializer=_give_way)
        self._asking = ThreadPoolExecutor(1, "mujaz-embed")

    @property
    def model(self) -> str | None:
        """Return the name under which vectors are stored, None without an embedder."""
        return self._embedder.name if self._embedder else None

    def __len__(self) -> int:
        return len(self._vectors) if self._vectors is not None else 0

    async def open(self) -> None:
        """Read the stored vectors; when called again, wait for the reading. Raises StoreError."""
        if self._embedder is None:
            return
        if self._loading is None or _failed(self._loading):
            self._loading = asyncio.create_task(self._load(self._embedder.name))
        await asyncio.shield(self._loading)

    async def question(self, text: str) -> FloatArray | None:
        """Return the vector of a question; None when none can be had now.

        Enrichment pauses from here on until the answer is surely given.
        """
        embedder = self._embedder
        if embedder is None or time.monotonic() < self._rest_until:
            return None
        self._asked = time.monotonic()
        cleaned = question_text(text)
        if not cleaned or not await self._loaded():
            return None
        if not len(self):
            return None  # there is nothing to compare it with
        try:
            vectors = await _in_thread(self._asking, embedder.questions, [cleaned])
        except Exception as error:
            self._rest(error)
            return None
        vector: FloatArray = vectors[0]
        return vector

    async def search(self, vector: FloatArray, limit: int) -> list[Hit]:
        """Return the paragraphs nearest to a question's vector, nearest first."""
        vectors = self._vectors
        if vectors is None or len(vector) != vectors.dimensions:
            return []
        found = await asyncio.to_thread(vectors.search, vector, limit + _STALE)
        articles = await self._store.articles_of([paragraph_id for paragraph_id, _ in found])
        stale = [one for one, _ in found if one not in articles]
        if stale:
            await asyncio.to_thread(vectors.remove, stale)
        return [
            Hit(paragraph_id=one, article_id=articles[one], score=score)
            for one, score in found
            if one in articles
        ][:limit]

    async def scores(self, vector: FloatArray, ids: Sequence[int]) -> dict[int, float]:
        """Return the cosine of those of the named paragraphs that have a vector."""
        vectors = self._vectors
        if vectors is None or len(vector) != vectors.dimensions:
            return {}
        return vectors.scores(vector, ids)

    async def missing(self) -> int | None:
        """Return how many paragraphs lack a vector, None without an embedder."""
        model = self.model
        return None if model is None else await self._store.count_without(model)

    async def enrich(self) -> int:
        """Embed one batch of the newest paragraphs that lack a vector; return how many.

        0 when there is nothing to do or the embedder fails. Raises StoreError.
        """
        embedder = self._embedder
        if embedder is None or time.monotonic() < self._rest_until:
            return 0
        await self.open()
        await self._line_up(embedder.name)
        rows = []
        for one in self._waiting[: self._batch]:
            try:
                vector = await self._embed_quietly(embedder, one)
            except Exception as error:
                self._rest(error)
                break
            stored = vector.astype("<f2").tobytes()
            rows.append(Embedding(paragraph_id=one.paragraph.id, vector=stored))
        if rows:
            await self._store.save_embeddings(embedder.name, rows)
            self._take(rows)
            del self._waiting[: len(rows)]
        return len(rows)

    async def catch_up(self) -> int:
        """Embed everything that lacks a vector; return how many paragraphs.

        Where it stops, because it was ended or the embedder fails, it goes on the next time.
        Raises StoreError.
        """
        done = 0
        while step := await self.enrich():
            done += step
        return done

    async def follow(self) -> int:
        """Read the vectors that other processes have made of late; return how many are new.

        Of the newest paragraphs only: what an import long ago still lacked is read at the next
        start. Raises StoreError.
        """
        if self._embedder is None:
            return 0
        await self.open()
        rows = await self._store.embeddings(
            self._embedder.name, max(0, self._followed_to - _LINE), _PAGE
        )
        new = [
            row for row in rows if self._vectors is None or row.paragraph_id not in self._vectors
        ]
        if rows:
            self._followed_to = rows[-1].paragraph_id
        return await asyncio.to_thread(self._take, new) if new else 0

    async def close(self) -> None:
        """Wait for the paragraph that is being embedded and let go of everything."""
        if self._loading is not None:
            self._loading.cancel()
            with contextlib.suppress(asyncio.CancelledError, StoreError):
                await self._loading
        for executor in (self._enriching, self._asking):
            await asyncio.to_thread(executor.shutdown, cancel_futures=True)
        closing = getattr(self._embedder, "close", None)
        if closing is not None:
            closing()
        self._vectors = None

    async def _load(self, model: str) -> None:
        after_id, count = 0, 0
        began = time.monotonic()
        while rows := await self._store.embeddings(model, after_id, _PAGE):
            after_id = rows[-1].paragraph_id
            count += await asyncio.to_thread(self._take, rows)
        self._lined_up_to = self._followed_to = after_id
        if count:
            logger.info("%d vectors read in %.1f s", count, time.monotonic() - began)

    def _take(self, rows: Sequence[Embedding]) -> int:
        """Add stored vectors; those of another length than the first are of another model."""
        from bot.search.dense import from_stored  # once there are vectors

        length = 2 * self._space(len(rows[0].vector) // 2).dimensions
        fitting = [row for row in rows if len(row.vector) == length]
        vectors = from_stored([row.vector for row in fitting])
        self._space(0).add([row.paragraph_id for row in fitting], vectors)
        return len(fitting)

    def _space(self, dimensions: int) -> Vectors:
        if self._vectors is None:
            from bot.search.dense import Vectors  # once there are vectors

            self._vectors = Vectors(dimensions)
        return self._vectors

    async def _loaded(self) -> bool:
        """Wait a while for the vectors to be read; tell whether they are."""
        try:
            await asyncio.wait_for(self.open(), _LOAD_WAIT_S)
        except (TimeoutError, StoreError) as error:
            logger.warning("dense search is not ready: %s", error)
            return False
        return True

    async def _line_up(self, model: str) -> None:
        """Put what came since in front; look for what lacks from earlier once nothing waits.

        Both ask for little: going through the whole archive for every batch would take longer
        than embedding it.
        """
        new = await self._store.paragraphs_without(model, _LINE, after_id=self._lined_up_to)
        if new:
            self._lined_up_to = new[0].paragraph.id
            self._waiting = new + self._waiting
        if not self._waiting:
            self._waiting = await self._store.paragraphs_without(
                model, _LINE, after_id=self._complete_to
            )
        if not self._waiting:
            self._complete_to = self._lined_up_to

    async def _embed_quietly(self, embedder: Embedder, one: TitledParagraph) -> FloatArray:
        """Embed a paragraph once nobody is waiting for an answer.

        One that the embedder refuses for good gets a vector of zeros, which nothing is near to.
        """
        pause_s = self._asked + _QUIET_S - time.monotonic()
        while pause_s > 0:
            await asyncio.sleep(pause_s)
            pause_s = self._asked + _QUIET_S - time.monotonic()
        text = passage_text(one.title, one.paragraph.text)
        try:
            vectors = await _in_thread(self._enriching, embedder.passages, [text])
        except TextNotEmbeddedError:
            if not embedder.dimensions:
                raise
            from bot.search.dense import zeros  # its embedder has long imported it

            return zeros(embedder.dimensions)
        vector: FloatArray = vectors[0]
        return vector

    def _rest(self, error: Exception) -> None:
        """Leave the embedder alone for a while; the log says why, without the texts."""
        self._rest_until = time.monotonic() + _REST_S
        known = isinstance(error, EmbeddingError)
        logger.warning("no embeddings for %.0f s: %s", _REST_S, error, exc_info=not known)


def _failed(task: asyncio.Task[None]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _in_thread(executor: ThreadPoolExecutor, work: Callable[..., T], *arguments: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, work, *arguments)


def _give_way() -> None:
    """Let every other thread of the machine go before this one, where that can be said."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
