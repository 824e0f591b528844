"""R18: a day at sixty times its pace: memory and handles at the start and at the end.

    python -m tests.reliability.r18_soak [--minutes 24] [--held-h 48]

The clock of the bot runs sixty times as fast, so that an hourly digest comes every minute, while
reports arrive and readers ask. Requests, pauses between them and polls keep their own pace. What is
looked at are the bot and all processes that it starts.

The bot compares reports of two days, so it begins with two days of news and reads them before the
day begins: what is looked for is what it never lets go. The first tenth of the day is for the
caches to fill; the growth is from the fifth part of the rest that comes first to the last. With
``--held-h 168`` it begins with all that it remembers, a week.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.app import Core, Mujaz, open_core
from bot.models import Arrival, Chat, ChatKind, SourceKind
from bot.sandbox import Sandbox, SandboxServer
from bot.sandbox.conversation import say
from bot.settings import Settings
from bot.store.sql import open_store
from tests.bench.made_up import PLACES
from tests.bench.made_up import report as made_up
from tests.reliability.processes import handles, memory_mb, start
from tests.reliability.report import Report
from tests.reliability.town import TOKEN, populate, readers, rows, sends, until

TITLE = "a day at sixty times its pace: memory and handles"
SEED = 18
PACE = 60
READERS = 20
ASK_EVERY_S, REPORT_EVERY_S, LOOK_EVERY_S = 1.0, 4.0, 2.0
WARM = 0.10  # of the time: until then caches fill
HELD_H = 48.0  # of news, when the day begins
MOST_MEMORY, MOST_HANDLES = 0.05, 2
BEGUN = "begun"  # in the data folder, once the day begins
HOURLY = tuple(f"{hour:02}:00" for hour in range(24))


Look = tuple[float, float, int]  # seconds, megabytes, handles


class FastClock:
    """A clock that runs ``PACE`` times as fast from the present on."""

    def __init__(self) -> None:
        self._began_at, self._began_s = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        """Return the present instant of this clock."""
        return self._began_at + timedelta(seconds=PACE * (time.monotonic() - self._began_s))


async def _live(api_url: str, folder: str, held_h: float) -> None:
    settings = Settings(
        telegram_bot_token=SecretStr(TOKEN),
        telegram_api_url=api_url,
        data_dir=Path(folder),
        tick_s=0.5,
        questions_per_minute=600,
        embeddings="off",
    )
    chance = random.Random(SEED)  # noqa: S311 - made-up news
    async with open_core(settings, FastClock()) as core:
        await core.services.enriching.work_apart()  # nothing of it is left in this process
        number = await _read_before(core, chance, known(held_h))
    clock = FastClock()
    async with open_core(settings, clock) as core:
        await Mujaz(core).start()
        await asyncio.to_thread(Path(folder, BEGUN).touch)
        source = await core.store.ensure_source(SourceKind.FILE, "أرشيف", now=clock.now())
        while True:
            article = made_up(chance, number, clock.now())
            await core.store.add_article(source, article, f"id {number}", now=clock.now())
            number += 1
            await asyncio.sleep(REPORT_EVERY_S)


def known(held_h: float) -> int:
    """Return how many reports arrive in so many hours of the bot's clock."""
    return int(held_h * 3600 / (PACE * REPORT_EVERY_S))


async def _read_before(core: Core, chance: random.Random, count: int) -> int:
    """Store and read so many reports from before the day; return how many."""
    now, held = datetime.now(UTC), count * timedelta(seconds=PACE * REPORT_EVERY_S)
    source = await core.store.ensure_source(SourceKind.FILE, "أرشيف", now=now)
    for first in range(0, count, 100):
        arrivals = [
            Arrival(source=source, identity=f"id {number}", article=made_up(chance, number, at))
            for number in range(first, min(first + 100, count))
            for at in [now - held * (1 - number / count)]
        ]
        await core.store.add_articles(arrivals, now=now)
        await core.services.enriching.follow()
    await core.index.catch_up()
    return count


def be_a_bot(api_url: str, folder: str, held_h: float) -> None:
    """Be a bot whose clock runs fast, until killed."""
    asyncio.run(_live(api_url, folder, held_h))


async def watched(sandbox: Sandbox, pid: int, seconds: float) -> tuple[list[Look], int]:
    """Let readers ask and look at the process; return what was seen (s, MB, handles), and asked."""
    begun, asked, looks = time.monotonic(), 0, list[Look]()
    while (passed := time.monotonic() - begun) < seconds:
        person = readers(READERS)[asked % READERS]
        text = f"كم عدد الجرحى في {PLACES[asked % len(PLACES)]}؟"
        say(sandbox, chat_id=person, user_id=person, content={"text": text})
        asked += 1
        if not looks or passed - looks[-1][0] >= LOOK_EVERY_S:
            looks.append((passed, memory_mb(pid, "RssAnon"), handles(pid)))
        await asyncio.sleep(ASK_EVERY_S)
    return looks, asked


def middle(values: list[float]) -> float:
    """Return the median."""
    return sorted(values)[len(values) // 2]


def parts(looks: list[Look], count: int) -> list[list[Look]]:
    """Return so many equal parts of what was seen."""
    return [looks[len(looks) * n // count : len(looks) * (n + 1) // count] for n in range(count)]


async def run(
    folder: Path,
    *,
    quick: bool = False,
    minutes: float | None = None,
    held_h: float | None = None,
) -> Report:
    """Let the bot live for some minutes and compare its size after warming up with the end."""
    minutes = minutes or (1.5 if quick else 24)
    held_h = held_h or HELD_H
    sandbox = Sandbox(token=TOKEN)
    populate(sandbox, readers(READERS))
    data = folder / "data"
    settings = Settings(data_dir=data)
    await asyncio.to_thread(data.mkdir)
    store = await open_store(settings.store_url)
    now = datetime.now(UTC)
    for chat_id in readers(READERS):
        await store.save_chat(Chat(id=chat_id, kind=ChatKind.PRIVATE, title="قارئ"), now=now)
        await store.subscribe(chat_id, 0, times=HOURLY, timezone="UTC", language="ar", now=now)
    await store.close()
    async with SandboxServer(sandbox) as server:
        bot = start(be_a_bot, server.url, str(data), held_h)
        assert await until((data / BEGUN).exists, 1800, 0.5)
        looks, asked = await watched(sandbox, bot.pid, minutes * 60)
        alive = bot.alive
        bot.signal(signal.SIGKILL)
        await bot.ended()
    file = data / "mujaz.sqlite"
    digests = rows(file, "SELECT count(*) FROM outbox WHERE kind = 'digest' AND state = 'sent'")
    articles = rows(file, "SELECT count(*) FROM articles")
    tenths = [middle([mb for _, mb, _ in some]) for some in parts(looks, 10)]
    warm = [look for look in looks if look[0] >= WARM * minutes * 60]
    part = max(1, len(warm) // 5)
    first_mb, last_mb = (middle([mb for _, mb, _ in some]) for some in (warm[:part], warm[-part:]))
    first, last = (int(middle([n for *_, n in some])) for some in (warm[:part], warm[-part:]))
    growth = last_mb / first_mb - 1
    return Report(
        figures={
            "minutes": minutes,
            "clock": f"x{PACE}",
            "memory_mb": f"{first_mb:.1f} to {last_mb:.1f}",
            "memory_mb_by_tenths": " ".join(f"{mb:.0f}" for mb in tenths),
            "memory_growth": f"{growth:+.1%}",
            "handles": f"{first} to {last}",
            "most_handles": max(n for *_, n in looks),
        },
        harm={
            "questions": asked,
            "articles_known_before": known(held_h),
            "messages_sent": len(list(sends(sandbox))),
            "digest_messages": digests[0][0],
            "articles": articles[0][0],
        },
        promises={
            "it lived to the end": alive,
            "memory grows by no more than a twentieth": growth <= MOST_MEMORY,
            "handles grow by no more than two": last - first <= MOST_HANDLES,
            "questions were answered": len(list(sends(sandbox))) >= 0.9 * asked,
            "digests were sent": int(str(digests[0][0])) >= READERS,
        },
    )


def main() -> int:
    """Run it for the minutes asked for."""
    arguments = argparse.ArgumentParser(prog="python -m tests.reliability.r18_soak")
    arguments.add_argument("--minutes", type=float, default=24, help="of the machine's own clock")
    arguments.add_argument("--held-h", type=float, default=HELD_H, help="hours of news before it")
    given = arguments.parse_args()
    from tests.reliability import r18_soak  # started processes must find it by its name

    with tempfile.TemporaryDirectory(prefix="mujaz-") as folder:
        running = r18_soak.run(Path(folder), minutes=given.minutes, held_h=given.held_h)
        report = asyncio.run(running)
    print(report.as_json())
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
