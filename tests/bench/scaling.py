"""How many questions one process answers, and two, on one PostgreSQL server: ``load --scaling``."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from pathlib import Path
from typing import Any

from bot.app import open_core
from bot.settings import Settings
from bot.store.sql import open_store
from tests.bench.made_up import PLACES, QUESTIONS, fill
from tests.postgres import DURABLE, running
from tests.reliability.processes import start
from tests.reliability.town import until


def tell(out: object, what: str) -> None:
    """Let the other process know that something is so far."""
    Path(f"{out}.{what}").touch()


def told(out: object, what: str) -> bool:
    """Tell whether the other process has let us know."""
    return Path(f"{out}.{what}").exists()


def be_a_worker(url: str, folder: str, core: int, seconds: float, out: str) -> None:
    """Answer questions one after the other on one core; write how many."""
    os.sched_setaffinity(0, {core})

    async def answer() -> int:
        settings = Settings(data_dir=Path(folder), embeddings="off", database_url=url)  # type: ignore[arg-type]
        chance, answered = random.Random(core), 0  # noqa: S311 - made-up questions
        async with open_core(settings) as opened:
            await opened.index.catch_up()
            tell(out, "ready")
            await until(lambda: told(out, "go"), 600)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                text = chance.choice(QUESTIONS).format(place=chance.choice(PLACES))
                await opened.services.answering.answer(text)
                answered += 1
        return answered

    Path(out).write_text(str(asyncio.run(answer())), encoding="ascii")


async def answered(url: str, folder: Path, name: str, cores: list[int], seconds: float) -> int:
    """Return how many questions one process on each of these cores answers, all at once."""
    outs = [folder / f"{name}-{core}" for core in cores]
    processes = [
        start(be_a_worker, url, str(folder / f"data-{core}"), core, seconds, str(out))
        for core, out in zip(cores, outs, strict=True)
    ]
    assert await until(lambda: all(told(one, "ready") for one in outs), 600, 0.1)
    for out in outs:
        tell(out, "go")
    for process in processes:
        await process.ended(seconds + 120)
    return sum(int(out.read_text(encoding="ascii")) for out in outs)


async def scaling(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Compare one process with two on one PostgreSQL.

    The server works on cores too. Beside one process it has the other core to itself, beside two
    it shares theirs; so one process is measured twice, and once with the server on its own core.
    """
    with running(*DURABLE) as server:
        database = server.new_database()
        url = server.url(database)
        store = await open_store(url)
        await fill(store, given.articles)
        await store.close()
        server.sql("ANALYZE", database)
        one = await answered(url, folder, "one", [0], given.seconds)
        two = await answered(url, folder, "two", [0, 1], given.seconds)
        server.pin({0})
        alone = await answered(url, folder, "alone", [0], given.seconds)
    return {
        "articles": given.articles,
        "seconds": given.seconds,
        "answered_by_one": one,
        "answered_by_one_with_its_server_on_one_core": alone,
        "answered_by_two": two,
        "ratio": round(two / one, 2),
        "ratio_by_core": round(two / alone, 2),
    }
