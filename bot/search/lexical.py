"""The lexical index: paragraphs in tantivy, by light stems and by 4-grams inside words.

The only module that knows tantivy. Texts and questions come already analysed by ``bot.text``;
queries are built from terms, so nothing that a reader types is ever read as query syntax. Each
field is ranked by BM25 (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25
and Beyond", 2009); the two scores are divided by their best and summed, which beat each alone and
reciprocal rank fusion where it was measured.

How far the index has followed the store stands in the index itself, as one document written in
the same commit as the paragraphs: after a kill it is never ahead of, or behind, what is indexed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from bot.errors import SearchIndexError
from bot.models import Hit

_HEAP_BYTES = 32_000_000
_GREATEST = 2**63 - 1
_GUESS = 4.0  # what a word one letter away adds, beside a BM25 score of 5 to 10 for a rare word
_DEPTH = 4  # how many hits of each field are looked at for each one wanted

Weights = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paragraph as it is indexed; the fields hold words separated by spaces."""

    article_id: int
    paragraph_id: int
    stems: str
    grams: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalQuery:
    """Terms to look for, each with its weight, field by field."""

    stems: Weights = ()
    grams: Weights = ()
    names: Weights = ()
    nearly: Weights = ()  # stems of which the archive may hold one a letter away


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the index has followed the store, and by which analysis it was built."""

    version: str
    seq: int


class IndexBusyError(SearchIndexError):
    """Another process is writing the index at this moment."""


@contextmanager
def _reporting(doing: str) -> Iterator[None]:
    """Turn whatever tantivy raises, panics included, into a SearchIndexError."""
    try:
        yield
    except SearchIndexError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if "LockBusy" in str(error):
            raise IndexBusyError(f"{doing}: {error}") from error
        raise SearchIndexError(f"{doing}: {error}") from error


def _schema() -> Any:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    # Signed: deleting by a term of an unsigned field silently deletes nothing.
    for name in ("article", "paragraph", "seq"):
        builder.add_integer_field(name, stored=True, indexed=True)
    builder.add_text_field("mark", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("stems", "grams", "names"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """One folder of tantivy; safe for searching from threads while one of them writes."""

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder`` or make an empty one; SearchIndexError when damaged."""
        self._schema = _schema()
        with _reporting("opening the search index"):
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(folder))
            self._index.config_reader("manual")
            self._index.reload()
            self._mark = self._read_mark()

    @staticmethod
    def remove(folder: Path) -> None:
        """Delete an index that cannot be opened."""
        shutil.rmtree(folder, ignore_errors=True)

    @property
    def mark(self) -> Mark:
        """Return how far the index has come, as of the last reload."""
        return self._mark

    def _read_mark(self) -> Mark:
        """Return the mark that the newest commit holds."""
        every = tantivy.Query.range_query(
            self._schema, "seq", tantivy.FieldType.Integer, 0, _GREATEST
        )
        searcher = self._index.searcher()
        found = searcher.search(every, 1).hits
        if not found:
            return Mark("", 0)
        document: Any = searcher.doc(found[0][1])
        return Mark(str(document.get_first("mark")), int(document.get_first("seq")))

    def reload(self) -> None:
        """See what was committed since, by this process or another."""
        with _reporting("reloading the search index"):
            self._index.reload()
            self._mark = self._read_mark()

    def writer(self) -> LexicalWriter:
        """Return the one writer; IndexBusyError while another process has it."""
        with _reporting("opening the search index for writing"):
            return LexicalWriter(self._index.writer(_HEAP_BYTES, 1), self._mark.version)

    def search(self, query: LexicalQuery, limit: int) -> list[Hit]:
        """Return the best paragraphs, best first; scores lie between 0 and 2."""
        with _reporting("searching"):
            searcher = self._index.searcher()
            stems = [("stems", *pair) for pair in query.stems]
            stems += [("names", *pair) for pair in query.names]
            grams = [("grams", *pair) for pair in query.grams]
            summed: dict[tuple[int, int], float] = {}
            addresses: dict[tuple[int, int], Any] = {}
            nearly = [self._nearly(*pair) for pair in query.nearly]
            for wanted, guesses in ((stems, nearly), (grams, [])):
                parts = self._parts(wanted) + guesses
                for address, score in self._ranked(searcher, parts, limit * _DEPTH):
                    place = (address.segment_ord, address.doc)
                    summed[place] = summed.get(place, 0.0) + score
                    addresses[place] = address
            # Documents are read for the best alone, with those that share the last one's score:
            # reading one takes longer than finding it.
            least = min(sorted(summed.values(), reverse=True)[:limit], default=0.0)
            hits = [
                _hit(searcher.doc(addresses[place]), score)
                for place, score in summed.items()
                if score >= least
            ]
        return sorted(hits, key=lambda one: (-one.score, one.article_id, one.paragraph_id))[:limit]

    def _nearly(self, stem: str, weight: float) -> Any:
        """Return what finds the stems of the archive that are one letter away from ``stem``.

        The engine walks its own dictionary of stems; it counts each such paragraph the same.
        """
        fuzzy = tantivy.Query.fuzzy_term_query(self._schema, "stems", stem, 1)
        return (
            tantivy.Occur.Should,
            tantivy.Query.boost_query(tantivy.Query.const_score_query(fuzzy, 1.0), weight * _GUESS),
        )

    def _parts(self, wanted: Sequence[tuple[str, str, float]]) -> list[Any]:
        """Return the terms of a query, each with its field and weight."""
        return [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, field, term, "freq"), weight
                ),
            )
            for field, term, weight in wanted
            if weight > 0
        ]

    def _ranked(self, searcher: Any, parts: Sequence[Any], limit: int) -> list[tuple[Any, float]]:
        """Return (address, score / best score) of the hits of one field."""
        if not parts:
            return []
        hits = searcher.search(tantivy.Query.boolean_query(list(parts)), limit, count=False).hits
        return [(address, score / hits[0][0]) for score, address in hits]

    def frequencies(self, stems: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Return how many paragraphs there are, and how many hold each of the stems."""
        with _reporting("counting"):
            searcher = self._index.searcher()
            return searcher.num_docs, {
                stem: int(searcher.doc_freq("stems", stem)) for stem in stems
            }


def _hit(document: Any, score: float) -> Hit:
    """Return what a stored document names, with its score."""
    return Hit(
        article_id=int(document.get_first("article")),
        paragraph_id=int(document.get_first("paragraph")),
        score=score,
    )


class LexicalWriter:
    """Writes articles; nothing is visible, or survives, before ``commit``."""

    def __init__(self, writer: Any, version: str) -> None:
        self._writer = writer
        self._version = version

    def clear(self) -> None:
        """Delete everything."""
        with _reporting("emptying the search index"):
            self._writer.delete_all_documents()

    def replace(self, article_ids: Sequence[int], entries: Iterable[Entry]) -> None:
        """Delete all paragraphs of the named articles, then add the given ones."""
        with _reporting("writing the search index"):
            for article_id in article_ids:
                self._writer.delete_documents_by_term("article", article_id)
            for entry in entries:
                document = tantivy.Document()
                document.add_integer("article", entry.article_id)
                document.add_integer("paragraph", entry.paragraph_id)
                document.add_text("stems", entry.stems)
                document.add_text("grams", entry.grams)
                document.add_text("names", entry.names)
                self._writer.add_document(document)

    def commit(self, mark: Mark) -> None:
        """Make everything written visible and lasting, together with how far it goes."""
        with _reporting("committing the search index"):
            self._writer.delete_documents_by_term("mark", self._version)
            self._writer.delete_documents_by_term("mark", mark.version)
            self._version = mark.version
            document = tantivy.Document()
            document.add_text("mark", mark.version)
            document.add_integer("seq", mark.seq)
            self._writer.add_document(document)
            self._writer.commit()

    def close(self) -> None:
        """Let go of the writer once running merges are done; what was not committed is lost."""
        with _reporting("closing the search index"):
            self._writer.wait_merging_threads()
