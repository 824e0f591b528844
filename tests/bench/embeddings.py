"""Embeddings kept on disk between runs, so that a benchmark can be repeated in seconds.

The folder is ``MUJAZ_BENCH_CACHE`` or, without it, a temporary one. Vectors lie in ``*.npz``
files of two arrays: ``h``, the sha256 of "query: …" or "passage: …" in hexadecimal, and ``v``,
float16. A file is written whole and then renamed; several benchmarks may share a folder.

    python -m tests.bench.embeddings FOLDER…

copies the vectors of other folders into the cache.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.search.dense import Embedder, FloatArray, unit

_BATCH = 64  # missing texts are embedded and saved by so many, lest an interruption lose more


def cache_folder() -> Path:
    """Return the folder that the environment names, else a temporary one."""
    named = os.environ.get("MUJAZ_BENCH_CACHE")
    return Path(named) if named else Path(tempfile.gettempdir()) / "mujaz-bench-cache"


class CachedEmbedder:
    """An embedder that asks another one only for what was never embedded before."""

    def __init__(self, embedder: Embedder, folder: Path | None = None) -> None:
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self.computed = 0  # texts that the other embedder was asked for
        self._embedder = embedder
        self._folder = folder or cache_folder()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._rows: dict[bytes, tuple[int, int]] = {}
        self._blocks: list[np.ndarray[tuple[int, ...], np.dtype[np.float16]]] = []
        for path in sorted(self._folder.glob("*.npz")):
            with np.load(path) as file:
                self._add(file["h"].tolist(), file["v"])

    def __len__(self) -> int:
        return len(self._rows)

    def passages(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector per paragraph text."""
        return self._vectors("passage: ", texts, self._embedder.passages)

    def questions(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector per question."""
        return self._vectors("query: ", texts, self._embedder.questions)

    def _vectors(
        self, prefix: str, texts: Sequence[str], embed: Callable[[Sequence[str]], FloatArray]
    ) -> FloatArray:
        keys = [hashlib.sha256((prefix + text).encode()).hexdigest() for text in texts]
        pairs = dict(zip(keys, texts, strict=True))
        missing = [key for key in pairs if bytes.fromhex(key) not in self._rows]
        for start in range(0, len(missing), _BATCH):
            part = missing[start : start + _BATCH]
            vectors = embed([pairs[key] for key in part]).astype(np.float16)
            self.computed += len(part)
            self._save(part, vectors)
        found = np.empty((len(keys), self.dimensions), dtype=np.float32)
        for row, key in enumerate(keys):
            block, line = self._rows[bytes.fromhex(key)]
            found[row] = self._blocks[block][line]
        return unit(found)

    def _save(
        self, keys: list[str], vectors: np.ndarray[tuple[int, ...], np.dtype[np.float16]]
    ) -> None:
        name = f"{self.name}-{keys[0][:16]}-{len(keys)}"
        unfinished = self._folder / f"{name}.{os.getpid()}.part"
        with unfinished.open("wb") as file:
            np.savez(file, h=np.array(keys), v=vectors)
        unfinished.rename(self._folder / f"{name}.npz")
        self._add(keys, vectors)

    def _add(
        self, keys: list[str], vectors: np.ndarray[tuple[int, ...], np.dtype[np.float16]]
    ) -> None:
        for line, key in enumerate(keys):
            self._rows.setdefault(bytes.fromhex(key), (len(self._blocks), line))
        self._blocks.append(vectors)


def gather(folders: Sequence[Path], into: Path) -> int:
    """Copy the vectors of ``folders`` into one file of the cache; return how many."""
    keys: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float16]]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.npz")):
            with np.load(path) as file:
                keys.update(zip(file["h"].tolist(), file["v"], strict=True))
    into.mkdir(parents=True, exist_ok=True)
    unfinished = into / "gathered.part"
    with unfinished.open("wb") as file:
        np.savez(file, h=np.array(list(keys)), v=np.stack(list(keys.values())))
    unfinished.rename(into / "gathered.npz")
    return len(keys)


if __name__ == "__main__":
    print(gather([Path(name) for name in sys.argv[1:]], cache_folder()), "vectors gathered")
