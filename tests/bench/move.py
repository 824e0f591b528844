"""How fast an archive moves from SQLite to PostgreSQL, proof included.

    python -m tests.bench.move [--articles 20000] [--json OUT]

An article here has six paragraphs of 250 characters, each with a vector: 29 rows, with
its sketch and the shingles of its text, which are kept for some days. The server
is the one of the tests, on this machine; beside it a bare loop over the same rows of paragraphs
with the fastest statement that SQLAlchemy has, so that runs on different machines can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from bot.models import Arrival, Embedding, NewArticle, SourceKind
from bot.store.schema import paragraphs
from bot.store.sql import SqlStore, database_at, open_store
from bot.store.transfer import copy_all
from tests.postgres import DURABLE, running

AT = datetime(2026, 3, 1, tzinfo=UTC)
BATCH = 500
PARAGRAPHS = 6
TEXT = "وصلت صباح اليوم قافلة مساعدات إلى المخيم، بحسب منظميها، وتحمل أغذية وأدوية. " * 3
VECTOR = bytes(768)


async def filled(store: SqlStore, count: int) -> None:
    """Put ``count`` articles with vectors into a store."""
    source = await store.ensure_source(SourceKind.FILE, "ملف", now=AT)
    for first in range(0, count, BATCH):
        arrivals = [
            Arrival(
                source=source,
                identity=f"id {number}",
                article=NewArticle(
                    title=f"خبر {number}",
                    paragraphs=tuple(f"{TEXT} {number}.{n}" for n in range(PARAGRAPHS)),
                    published_at=AT,
                ),
            )
            for number in range(first, min(first + BATCH, count))
        ]
        await store.add_articles(arrivals, now=AT)
    ids = range(1, count * PARAGRAPHS + 1)
    for start in range(0, len(ids), 5_000):
        vectors = [Embedding(paragraph_id=n, vector=VECTOR) for n in ids[start : start + 5_000]]
        await store.save_embeddings("bench", vectors)


async def bare_rows_per_s(source: SqlStore, target: SqlStore) -> float:
    """Return how fast SQLAlchemy alone carries paragraphs, without their references and proof."""
    async with source.database.reading() as reader:
        rows = (await reader.execute(select(paragraphs).limit(20_000))).mappings().all()
    async with target.database.writing() as writer:
        await writer.exec_driver_sql("SET session_replication_role = replica")
        begun = time.perf_counter()
        for start in range(0, len(rows), 2_000):
            await writer.execute(
                insert(paragraphs), [dict(row) for row in rows[start : start + 2_000]]
            )
        took_s = time.perf_counter() - begun
        await writer.rollback()
    return len(rows) / took_s


async def measure(count: int, folder: Path) -> dict[str, float]:
    """Move an archive and return the figures."""
    source = await open_store(f"sqlite+aiosqlite:///{folder / 'mujaz.sqlite'}")
    await filled(source, count)
    with running(*DURABLE) as server:
        beside = await open_store(server.url(server.new_database()))
        bare = await bare_rows_per_s(source, beside)
        await beside.close()
        target = await database_at(server.url(server.new_database()))
        begun = time.perf_counter()
        contents = await copy_all(source.database, target)
        took_s = time.perf_counter() - begun
        await target.close()
    await source.close()
    rows = sum(content.rows for content in contents.values())
    return {
        "articles": count,
        "rows": rows,
        "seconds": round(took_s, 2),
        "articles_per_s": round(count / took_s),
        "rows_per_s": round(rows / took_s),
        "bare_rows_per_s": round(bare),
    }


def main() -> None:
    """Run and print."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.move", description=__doc__)
    arguments.add_argument("--articles", type=int, default=20_000)
    arguments.add_argument("--json", type=Path, default=None, metavar="OUT")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="mujaz-") as folder:
        figures = asyncio.run(measure(chosen.articles, Path(folder)))
    for name, value in figures.items():
        print(f"{name:16} {value:,}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
