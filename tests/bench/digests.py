"""How long digests take: one composition, and a morning on which thousands are due at once.

``python -m tests.bench.digests [--articles 20000] [--subscriptions 10000] [--json OUT]``

The archive is made of strikes in the gazetteer's towns, told by several outlets with figures that
move from day to day, read and grouped by the bot's own services. All subscriptions are due at the
same minute, with a handful of different filters, as after a popular default. The morning before,
all were sent one, so that what is new is compared with what each of them was shown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import FixedClock
from bot.models import Arrival, Chat, ChatKind, DigestFilters, NewArticle, SourceKind
from bot.services.broadcasting import Broadcasting
from bot.services.enriching import Enriching
from bot.store.sql import SqlStore, open_store
from bot.text.places import places
from tests.bench.search_scale import percentiles

EIGHT = datetime(2019, 3, 12, 6, tzinfo=UTC)  # 08:00 in Damascus
OUTLETS = 8
A_DAY = 400  # articles
FILTERS = (
    DigestFilters(),
    DigestFilters(conflict_only=True),
    DigestFilters(places=("sy",)),
    DigestFilters(places=("ye",), short=True),
    DigestFilters(words_in=("قصف",)),
)
SPEAKERS = ("الدفاع المدني", "وزارة الصحة", "مدير المشفى", "لجنة محلية")
TARGETS = ("سوقاً", "مدرسة", "مسجداً", "مخيماً", "جسراً", "مشفى")


def _article(chance: random.Random, town: str, at: datetime) -> NewArticle:
    killed, speaker, target = chance.randint(1, 40), chance.choice(SPEAKERS), chance.choice(TARGETS)
    return NewArticle(
        title=f"قصف يستهدف {target} في {town} ويوقع {killed} قتيلاً",
        paragraphs=(
            f"قال {speaker} إن {killed} مدنياً قتلوا وأصيب {killed * 2} في قصف استهدف {target}"
            f" في {town}.",
            f"وقال سكان إن القصف وقع قرب {target} وإن فرق الإنقاذ تعمل في {town} منذ الفجر.",
        ),
        published_at=at,
    )


async def _fill(store: SqlStore, articles: int) -> None:
    """Store an archive that ends on the second morning."""
    chance = random.Random(5)  # noqa: S311 - repeatable, not secret
    towns = [one.name for one in places().values() if one.kind == "city"]
    sources = [
        await store.ensure_source(SourceKind.FILE, f"مصدر {n}", now=EIGHT) for n in range(OUTLETS)
    ]
    first = EIGHT - timedelta(days=articles / A_DAY)
    batch: list[Arrival] = []
    for number in range(articles):
        at = first + timedelta(days=number / A_DAY)
        arrival = Arrival(
            source=chance.choice(sources),
            article=_article(chance, chance.choice(towns), at),
            identity=f"bench-{number}",
        )
        batch.append(arrival)
        if len(batch) == 200 or number == articles - 1:
            await store.add_articles(batch, now=at)
            batch = []


async def _subscribe(store: SqlStore, subscriptions: int) -> None:
    now = EIGHT - timedelta(days=2)
    for number in range(subscriptions):
        chat = Chat(id=number + 1, kind=ChatKind.PRIVATE)
        await store.save_chat(chat, now=now)
        await store.subscribe(
            chat.id, 0, times=("08:00",), timezone="Asia/Damascus", language="ar", now=now
        )
        filters = FILTERS[number % len(FILTERS)]
        if filters != DigestFilters():
            await store.choose(chat.id, 0, filters=filters, now=now)


async def _a_further_day(store: SqlStore, clock: FixedClock, day: int) -> None:
    """Store the reports until the next morning, some of them of what was told already."""
    clock.advance(timedelta(days=1))
    source = await store.ensure_source(SourceKind.FILE, "مصدر 0", now=clock.now())
    chance = random.Random(day)  # noqa: S311 - repeatable, not secret
    towns = [one.name for one in places().values() if one.kind == "city"]
    fresh = [
        Arrival(
            source=source,
            article=_article(chance, chance.choice(towns), clock.now() - timedelta(minutes=n)),
            identity=f"day {day} {n}",
        )
        for n in range(A_DAY)
    ]
    await store.add_articles(fresh, now=clock.now())


async def _read(enriching: Enriching) -> None:
    while await enriching.follow(2_000):
        pass


async def measure(folder: Path, articles: int, subscriptions: int) -> dict[str, object]:
    """Return the figures."""
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'bench.sqlite'}")
    clock = FixedClock(EIGHT - timedelta(days=1))
    await _subscribe(store, subscriptions)
    began = time.perf_counter()
    await _fill(store, articles)
    filled = time.perf_counter() - began
    enriching, broadcasting = Enriching(store, clock), Broadcasting(store, clock)
    began = time.perf_counter()
    await _read(enriching)
    enriched = time.perf_counter() - began
    mornings = []
    for day in range(2):
        began = time.perf_counter()
        written = await broadcasting.tick()
        mornings.append({"digests": written, "s": round(time.perf_counter() - began, 2)})
        while leased := await store.lease(1_000, now=clock.now(), lease_s=60):
            await store.settle_sent({one.id: one.id for one in leased}, now=clock.now())
        await _a_further_day(store, clock, day)
        await _read(enriching)
    single = []
    for _ in range(20):
        began = time.perf_counter()
        await broadcasting.preview()
        single.append(time.perf_counter() - began)
    await store.close()
    return {
        "articles": articles,
        "subscriptions": subscriptions,
        "fill_articles_per_s": round(articles / filled, 1),
        "enriched_articles_per_s": round(articles / enriched, 1),
        "mornings": mornings,
        "compose_ms": percentiles(single),
    }


def main() -> int:
    """Measure, print, and write the JSON if asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--subscriptions", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mujaz-bench-") as folder:
        figures = asyncio.run(measure(Path(folder), given.articles, given.subscriptions))
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
