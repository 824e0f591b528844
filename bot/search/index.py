"""The search index as the rest of the program sees it: it follows the store's change log.

The index is derived: it may be deleted at any time and is built again from the store. Whatever
takes time runs in a thread, never in the event loop. Indexing an article again replaces it, so a
change-log line that is followed twice does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from bot.errors import SearchIndexError
from bot.models import Hit, StoredArticle
from bot.search.lexical import (
    Entry,
    IndexBusyError,
    LexicalIndex,
    LexicalQuery,
    LexicalWriter,
    Mark,
)
from bot.store.base import ArticleStore
from bot.text import analysis

BATCH = 500  # change-log lines between two commits
SCHEMA = "1"  # changes whenever the fields of the index change
VERSION = f"{SCHEMA}.{analysis.VERSION}"

T = TypeVar("T")
Progress = Callable[[int, int], None]


def entries_of(stored: StoredArticle) -> Iterator[Entry]:
    """Yield what is indexed of an article: each paragraph with the title."""
    title = analysis.index_fields(stored.article.title)
    for paragraph in stored.paragraphs:
        fields = analysis.index_fields(paragraph.text)
        yield Entry(
            article_id=stored.article.id,
            paragraph_id=paragraph.id,
            stems=f"{title.stems} {fields.stems}",
            grams=f"{title.grams} {fields.grams}",
            names=f"{title.names} {fields.names}",
        )


class SearchIndex:
    """A lexical index in a folder that follows a store.

    Several processes may use one folder: they take turns in writing, and each sees what another
    has committed at its next ``catch_up``.
    """

    def __init__(self, store: ArticleStore, folder: Path, *, batch: int = BATCH) -> None:
        self._store = store
        self._folder = folder
        self._batch = batch
        self._lexical: LexicalIndex | None = None
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mujaz-index")

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        """Do ``work`` in the index's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    @property
    def _opened(self) -> LexicalIndex:
        if self._lexical is None:
            raise SearchIndexError("the search index is not open")
        return self._lexical

    async def open(self) -> None:
        """Open the index, begun anew when it is damaged; the next ``catch_up`` fills it.

        Raises SearchIndexError when the folder cannot be used at all.
        """
        async with self._turn:
            try:
                self._lexical = await self._run(LexicalIndex, self._folder)
            except SearchIndexError:
                self._lexical = await self._run(self._begin_anew)

    def _begin_anew(self) -> LexicalIndex:
        """Replace the folder by an empty index."""
        self._lexical = None
        LexicalIndex.remove(self._folder)
        return LexicalIndex(self._folder)

    async def catch_up(self, progress: Progress | None = None) -> int:
        """Index what the store has logged since; return how many articles were written.

        While another process is writing the index, nothing is done here and 0 is returned.
        An index that is damaged, built by another version, or ahead of the store is built again.
        ``progress`` is told (seq reached, newest seq) after each batch.
        """
        async with self._turn:
            try:
                return await self._follow(progress)
            except IndexBusyError:
                await self._run(self._opened.reload)
                return 0
            except SearchIndexError:
                self._lexical = await self._run(self._begin_anew)
                return await self._follow(progress)

    async def rebuild(self, progress: Progress | None = None) -> int:
        """Build the index again from the store; return how many articles were written.

        Raises IndexBusyError while another process is writing the index.
        """
        async with self._turn:
            try:
                return await self._follow(progress, again=True)
            except IndexBusyError:
                raise
            except SearchIndexError:
                self._lexical = await self._run(self._begin_anew)
                return await self._follow(progress)

    async def _follow(self, progress: Progress | None, *, again: bool = False) -> int:
        """Follow the change log to its end; ``again``: from its beginning."""
        lexical = self._opened
        await self._run(lexical.reload)
        newest = await self._store.last_seq()
        mark = lexical.mark
        again = again or mark.seq > newest or mark.version not in {"", VERSION}
        # Asked even at the end: what is found here must be in whatever else is read (replicas).
        if not again and not await self._store.changes(mark.seq, 1):
            return 0
        writer = await self._run(lexical.writer)
        try:
            if again:
                await self._run(_clear, writer)
                mark = Mark(VERSION, 0)
            return await self._write_changes(lexical, writer, mark.seq, newest, progress)
        finally:
            await self._run(writer.close)

    async def _write_changes(
        self,
        lexical: LexicalIndex,
        writer: LexicalWriter,
        seq: int,
        newest: int,
        progress: Progress | None,
    ) -> int:
        """Index the changes after ``seq``, a batch to a commit."""
        written = 0
        while changes := await self._store.changes(seq, self._batch):
            ids = list(dict.fromkeys(change.article_id for change in changes))
            articles = await self._store.articles(ids)
            seq = changes[-1].seq
            await self._run(_write, writer, ids, list(articles.values()), seq)
            await self._run(lexical.reload)
            written += len(articles)
            if progress is not None:
                progress(seq, max(seq, newest))
        return written

    async def search(self, query: LexicalQuery, limit: int) -> list[Hit]:
        """Return the best paragraphs, best first; a damaged index is rebuilt and asked again."""
        try:
            return await asyncio.to_thread(self._opened.search, query, limit)
        except SearchIndexError:
            await self.rebuild()
            return await asyncio.to_thread(self._opened.search, query, limit)

    async def frequencies(self, stems: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Return how many paragraphs are indexed, and how many hold each of the stems."""
        return await asyncio.to_thread(self._opened.frequencies, stems)

    async def lag(self) -> int:
        """Return by how many change-log lines the index is behind the store."""
        seen = self._opened.mark.seq
        return max(0, await self._store.last_seq() - seen)

    async def close(self) -> None:
        """Wait for running work and let go of the index."""
        async with self._turn:
            self._lexical = None
            await asyncio.to_thread(self._thread.shutdown)


def _clear(writer: LexicalWriter) -> None:
    """Empty the index, so that a kill from here on leaves one that begins at the beginning."""
    writer.clear()
    writer.commit(Mark(VERSION, 0))


def _write(
    writer: LexicalWriter, ids: Sequence[int], articles: Sequence[StoredArticle], seq: int
) -> None:
    """Replace the articles in the index and commit how far it has come.

    What is analysed goes to the engine at once, which indexes it meanwhile in a thread of its own.
    """
    writer.replace(ids, (entry for stored in articles for entry in entries_of(stored)))
    writer.commit(Mark(VERSION, seq))
