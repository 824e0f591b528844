"""What one machine holds: subscribers, questions, feeds and digests at once, against the sandbox.

    python -m tests.bench.load [--articles 100000] [--subscribers 10000] [--feeds 500]
                               [--questions 5] [--seconds 60] [--archive FOLDER] [--fill-only]
                               [--scaling] [--json OUT]

A real ``mujaz run`` with an SQLite file is started on an archive of made-up reports. While every
subscriber's digest is due and every feed is to be visited, readers ask so many questions a second;
the time is taken from the message of a reader to the answer that reaches the sandbox, and from the
start until every digest is written (``digest_lag_s``; they leave at the pace that Telegram allows).
Memory is the most that each of the bot's processes ever had. Vectors are off: what they add is
measured by ``tests.bench.search_scale``. The events of the last two days are known beforehand; what
is older is only searched. Filling takes far longer than measuring: ``--archive`` keeps what was
filled, and a later run works on a copy of it.

``--scaling`` instead compares the questions answered by one process and by two on one PostgreSQL,
each process on a core of its own, and by one that shares its core with the server
(``ratio_by_core``: what a second core brings).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app import open_core
from bot.models import (
    Chat,
    ChatKind,
    EventsMark,
    EventsStep,
    SourceKind,
)
from bot.sandbox import Sandbox, SandboxServer
from bot.sandbox.conversation import say
from bot.settings import Settings
from bot.store.sql import open_store
from tests.bench.made_up import PLACES, QUESTIONS, SEED, fill, report
from tests.bench.scaling import scaling
from tests.reliability.processes import memory_mb
from tests.reliability.report import p95
from tests.reliability.town import TOKEN, populate, readers, rows, sends, until

RECENT = 1440  # articles of two days, whose events are known
ASKERS = 400


async def fill_whole(folder: Path, articles: int, subscribers: int) -> None:
    """Make the data folder of a bot that has read and indexed everything, with its readers."""
    settings = Settings(data_dir=folder, embeddings="off")
    async with open_core(settings) as core:
        store = core.store
        await fill(store, articles)  # type: ignore[arg-type]  # it is one
        await core.index.catch_up()
        read = EventsMark(seq=max(0, await store.last_seq() - RECENT))
        await store.save_events(EventsStep(before=EventsMark(), after=read), now=datetime.now(UTC))
        await core.services.enriching.follow(2 * RECENT)
        since = datetime.now(UTC) - timedelta(hours=12)
        for chat_id in readers(subscribers):
            await store.save_chat(Chat(id=chat_id, kind=ChatKind.PRIVATE, title="قارئ"), now=since)
            await store.subscribe(
                chat_id, 0, times=("00:00",), timezone="UTC", language="ar", now=since
            )


def make_due(database: Path) -> None:
    """Let every subscriber's digest have been due for ten minutes, after twelve hours."""
    now = datetime.now(UTC)
    due, since = (now - timedelta(minutes=10)).strftime("%H:%M"), now - timedelta(hours=12)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "UPDATE subscriptions SET times = ?, active_since_at = ?",
            (json.dumps([due]), since.strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        )


async def filled(given: argparse.Namespace, folder: Path) -> Path:
    """Return a data folder that is filled as asked, a copy of the kept one where there is one."""
    kept: Path = given.archive or folder / "kept"
    mark, asked = kept / "filled", f"{given.articles} {given.subscribers}"
    if not mark.exists() or mark.read_text(encoding="ascii") != asked:
        shutil.rmtree(kept, ignore_errors=True)
        await fill_whole(kept, given.articles, given.subscribers)
        mark.write_text(asked, encoding="ascii")
    data = folder / "data"
    await asyncio.to_thread(shutil.copytree, kept, data)
    make_due(data / "mujaz.sqlite")
    return data


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Signals are the benchmark's business."""


@asynccontextmanager
async def feeds(chance: random.Random) -> AsyncIterator[int]:
    """Serve as many feeds as are asked for, each with two new reports; give the port."""

    async def feed(request: Request) -> Response:
        number = int(request.path_params["number"])
        items = "".join(
            f"<item><title>{one.title}</title><guid>{number}-{n}</guid>"
            f"<link>http://127.0.0.1/{number}/{n}</link>"
            f"<description>{' '.join(one.paragraphs)}</description></item>"
            for n in range(2)
            for one in [report(chance, number * 10 + n, datetime.now(UTC))]
        )
        body = f'<rss version="2.0"><channel><title>مصدر {number}</title>{items}</channel></rss>'
        return Response(body, media_type="application/rss+xml")

    app = Starlette(routes=[Route("/{number}", feed)])
    server = _Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def ask(sandbox: Sandbox, people: list[int], per_s: float, seconds: float) -> list[float]:
    """Let people ask in turn, so many questions a second; return how long each waited."""
    chance, begun = random.Random(SEED), time.monotonic()  # noqa: S311 - made-up questions
    asked: list[tuple[int, float, int]] = []
    for number in range(int(per_s * seconds)):
        await asyncio.sleep(max(0.0, begun + number / per_s - time.monotonic()))
        person = people[number % len(people)]
        text = chance.choice(QUESTIONS).format(place=chance.choice(PLACES))
        asked.append((person, sandbox.clock.now().timestamp(), len(list(sends(sandbox)))))
        say(sandbox, chat_id=person, user_id=person, content={"text": text})
    await asyncio.sleep(5)
    waits, log = [], list(sends(sandbox))
    for person, at, before in asked:
        replies = (e for e in log[before:] if int(e.params["chat_id"]) == person)
        answered = next(replies, None)
        waits.append(answered.at.timestamp() - at if answered else 60.0)
    return waits


async def _all_written(file: Path, digests: int, begun: float) -> float:
    """Return how many seconds after ``begun`` so many digests are in the outbox."""
    count = "SELECT count(*) FROM outbox WHERE kind = 'digest' AND part = 1"
    assert await until(lambda: rows(file, count)[0][0] == digests, 600, 1.0)
    return time.monotonic() - begun


async def one_machine(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Fill, start, ask; return the figures."""
    data = await filled(given, folder)
    store = await open_store(Settings(data_dir=data).store_url)
    sandbox = Sandbox(token=TOKEN)
    askers = [readers(given.subscribers + ASKERS)[given.subscribers + n] for n in range(ASKERS)]
    populate(sandbox, readers(given.subscribers + ASKERS))
    async with SandboxServer(sandbox) as server, feeds(random.Random(SEED)) as port:  # noqa: S311
        for number in range(given.feeds):
            address = f"http://127.0.0.1:{port}/{number}"
            await store.ensure_source(SourceKind.FEED, f"{number}", address, now=datetime.now(UTC))
        environment = os.environ | {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "MUJAZ_TELEGRAM_API_URL": server.url,
            "MUJAZ_DATA_DIR": str(data),
            "MUJAZ_EMBEDDINGS": "off",
            "MUJAZ_FEED_FULL_TEXT": "false",
            "MUJAZ_FETCH_TRUSTED_HOSTS": f"127.0.0.1:{port}",
            "MUJAZ_TICK_S": "10",
            "MUJAZ_SEND_RATE_PER_S": "30",
        }
        say(sandbox, chat_id=askers[0], user_id=askers[0], content={"text": "أخبار حلب"})
        begun = time.monotonic()
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        first = askers[0]
        await until(lambda: any(int(e.params["chat_id"]) == first for e in sends(sandbox)), 120)
        start_s = time.monotonic() - begun
        file = data / "mujaz.sqlite"
        writing = asyncio.create_task(_all_written(file, given.subscribers, begun))
        waits = await ask(sandbox, askers[1:], given.questions, given.seconds)
        digest_lag_s = await writing
        visited = "SELECT count(*) FROM sources WHERE kind = 'feed' AND checked_at IS NOT NULL"
        assert await until(lambda: rows(file, visited)[0][0] == given.feeds, 600, 1.0)
        memory = memory_mb(bot.pid, "VmHWM")  # of its worker processes as well
        bot.send_signal(signal.SIGTERM)
        code = await bot.wait()
    await store.close()
    return {
        "articles": given.articles,
        "subscribers": given.subscribers,
        "feeds": given.feeds,
        "questions_per_s": given.questions,
        "questions": len(waits),
        "unanswered": sum(wait == 60.0 for wait in waits),
        "answer_ms": {
            "p50": round(1000 * sorted(waits)[len(waits) // 2]),
            "p95": round(1000 * p95(waits)),
        },
        "start_to_first_answer_s": round(start_s, 2),
        "digest_lag_s": round(digest_lag_s, 1),
        "rss_mb": round(memory),
        "exit_code": code,
        "seed": SEED,
    }


def main() -> None:
    """Run and print."""
    arguments = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    arguments.add_argument("--articles", type=int, default=100_000)
    arguments.add_argument("--subscribers", type=int, default=10_000)
    arguments.add_argument("--feeds", type=int, default=500)
    arguments.add_argument("--questions", type=float, default=5)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--archive", type=Path, default=None, metavar="FOLDER")
    arguments.add_argument("--fill-only", action="store_true", help="fill --archive and end")
    arguments.add_argument("--scaling", action="store_true")
    arguments.add_argument("--json", type=Path, default=None, metavar="OUT")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="mujaz-") as folder:
        work = scaling if chosen.scaling else one_machine
        if chosen.fill_only:
            asyncio.run(filled(chosen, Path(folder)))
            return
        figures = asyncio.run(work(chosen, Path(folder)))
    for name, value in figures.items():
        print(f"{name:24} {value}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
