"""R9: five thousand articles come again in other dresses; none is new, and no real news is lost.

The articles are real ones where the evaluation data are there, else our own. Five thousand are
stored; the rest is news that must all come through, among it what looks most like old news: the
same headline form with another figure, the next post under the address of a live page. Each of
the five thousand then comes again three times: as it was stored, after half of the articles were
cleaned away, and after a backup was restored into an empty place.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import os
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bot.models import Arrival, IntakeOutcome, NewArticle, Source, SourceKind
from bot.sources.identity import arrival_of, canonical_url
from bot.store.restore import restore
from bot.store.sql import SqlStore, open_store
from tests.reliability.report import Report

TITLE = "what was stored is never new again, and real news is never taken for it"
SEED = 9
KNOWN, QUICK = 5_000, 600
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOST_LOST = 0.005
_BATCH = 50  # as the poller stores them
_NUMBER = re.compile(r"\d+")
_FIRST = ("عاجل | ", "بالفيديو.. ", "تحديث: ", "")


class News(NamedTuple):
    """An article and the outlet that it is from."""

    outlet: str
    article: NewArticle


def real_news(file: Path) -> list[News]:
    """Return the articles of the evaluation data, as feeds would bring them.

    What an outlet has in two of its sections is one article and comes once.
    """
    found: list[News] = []
    seen: set[tuple[str, str]] = set()
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            named = {(one["source"], canonical_url(one["url"])), (one["source"], str(one["body"]))}
            if named & seen:
                continue
            seen |= named
            article = NewArticle(
                title=one["title"],
                paragraphs=tuple(one["body"]),
                url=one["url"],
                guid=one["id"],
                published_at=datetime.fromisoformat(one["published"]),
            )
            found.append(News(one["source"], article))
    return found


def own_news(count: int) -> list[News]:
    """Return articles of our own, as alike as bulletins of one newsroom are."""
    chance = random.Random(SEED)  # noqa: S311 - texts, not secrets
    what = ("غارة جوية", "قصف مدفعي", "اشتباكات", "دخول مساعدات", "عودة نازحين", "تبادل أسرى")
    where = [f"{kind} {name}" for kind in ("بلدة", "قرية", "مخيم", "حي") for name in _NAMES]
    said = ("مصدر محلي", "الدفاع المدني", "بيان رسمي", "شهود عيان", "المرصد", "مراسلنا")
    found = []
    for number in range(count):
        place, kind = chance.choice(where), chance.choice(what)
        words = [chance.choice(_WORDS) for _ in range(60)]
        article = NewArticle(
            title=f"{kind} في {place} بتاريخ {number % 28 + 1}",
            paragraphs=(
                f"أفاد {chance.choice(said)} عن {kind} في {place}، {' '.join(words[:30])}.",
                f"{' '.join(words[30:])}.",
            ),
            url=f"https://outlet{number % 5}.example/news/{number}",
            guid=f"own-{number}",
            published_at=NOW - timedelta(minutes=number),
        )
        found.append(News(f"outlet {number % 5}", article))
    return found


def hard_news(news: Sequence[News]) -> list[News]:
    """Return news that looks like old news: other figures, and posts of live pages."""
    found = []
    for number, (outlet, article) in enumerate(news):
        if _NUMBER.search(article.title):  # the next bulletin, in the words of the last
            title = _NUMBER.sub(lambda m: str(int(m[0]) + 3), article.title)
            url = f"{article.url}/next"
            fresh = replace(article, title=title, url=url, guid=f"{article.guid}-next")
            lead = f"الحصيلة الجديدة عند الساعة {number % 24}: {title}. {_words(number, 40)}"
            found.append(News(outlet, replace(fresh, paragraphs=(lead,))))
        else:  # a post of a live page: twenty have one address
            post = f"{_words(number, 12)} {outlet}"
            page = f"https://live.example/{number // 20}"
            found.append(
                News(
                    outlet,
                    NewArticle(
                        title=_words(number + 1, 7),
                        paragraphs=(post, _words(number + 2, 50)),
                        url=f"{page}#post-{number}",
                        guid=f"{page}#post-{number}",
                        published_at=article.published_at,
                    ),
                )
            )
    return found


def redressed(article: NewArticle, number: int, time: int) -> NewArticle:
    """Return an article as a careless feed brings it again: guid, address and headline differ."""
    way, chance = (number + time) % 4, random.Random(number * 10 + time)  # noqa: S311
    guid = ("", f"new-{time}-{number}", f"{article.url}?guid={time}", f"{article.guid}-{time}")[way]
    tracked = f"{article.url}?utm_source=rss{time}&utm_medium={number}&fbclid={time}x{number}"
    dress = replace(article, guid=guid, url=tracked.replace("https://", "http://", time % 2))
    return replace(dress, title=_edited(article.title, chance))


def _edited(title: str, chance: random.Random) -> str:
    """Return a headline as an editor changes it: a mark before it, a word or a figure in it."""
    words = title.split()
    if len(words) > 3:
        words[chance.randrange(len(words))] = chance.choice(("أيضا", "مجددا", "اليوم"))
    edited = chance.choice(_FIRST) + " ".join(words)
    return _NUMBER.sub(lambda m: str(int(m[0]) + 1), edited, count=1)


async def _brought(
    store: SqlStore, sources: dict[str, Source], news: Iterable[News], now: datetime
) -> list[IntakeOutcome]:
    """Store news as the poller does; return what became of each."""
    outcomes: list[IntakeOutcome] = []
    for batch in _batches(arrival_of(sources[outlet], article) for outlet, article in news):
        outcomes += [one.outcome for one in await store.add_articles(batch, now=now)]
    return outcomes


def _batches(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    every = iter(arrivals)
    while batch := list(itertools.islice(every, _BATCH)):
        yield batch


def _cleaned(file: Path) -> int:
    """Delete every second article, as a clean-up does; return how many went."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        gone = connection.execute("DELETE FROM articles WHERE id % 2 = 0 AND copy_of IS NULL")
        connection.commit()
        return gone.rowcount


async def run(folder: Path, *, quick: bool) -> Report:
    """Store, bring again three times, and count."""
    file = Path(os.environ.get("MUJAZ_EVAL_DATA", "../shared/data"), "news/articles.jsonl.gz")
    count = QUICK if quick else KNOWN
    there = await asyncio.to_thread(file.exists)
    every = real_news(file) if there else own_news(KNOWN * 3 // 2)
    random.Random(SEED).shuffle(every)  # noqa: S311 - an order, not a secret
    known, coming = every[:count], every[count : count * 3 // 2]
    database = folder / "mujaz.db"
    store = await open_store(f"sqlite+aiosqlite:///{database}")
    sources = {
        outlet: await store.ensure_source(SourceKind.FEED, outlet, f"https://{n}.example/", now=NOW)
        for n, outlet in enumerate(sorted({one.outlet for one in every}))
    }
    first = Counter(await _brought(store, sources, known, NOW))
    news = Counter(await _brought(store, sources, coming, NOW))
    hard = Counter(await _brought(store, sources, hard_news(known), NOW))
    again = [await _again(store, sources, known, 1)]
    await store.close()
    gone = _cleaned(database)
    store = await open_store(f"sqlite+aiosqlite:///{database}")
    again.append(await _again(store, sources, known, 2))
    backup = await store.back_up(folder / "backups", now=NOW)
    await store.close()
    await restore(backup, f"sqlite+aiosqlite:///{folder / 'restored.db'}")
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'restored.db'}")
    again.append(await _again(store, sources, known, 3))
    problems = await store.verify()
    await store.close()
    return _report(first, news, hard, again, gone, problems)


async def _again(
    store: SqlStore, sources: dict[str, Source], known: Sequence[News], time: int
) -> Counter[IntakeOutcome]:
    dressed = [
        News(outlet, redressed(article, number, time))
        for number, (outlet, article) in enumerate(known)
    ]
    return Counter(await _brought(store, sources, dressed, NOW + timedelta(hours=time)))


def _report(
    first: Counter[IntakeOutcome],
    news: Counter[IntakeOutcome],
    hard: Counter[IntakeOutcome],
    again: Sequence[Counter[IntakeOutcome]],
    gone: int,
    problems: Sequence[str],
) -> Report:
    twice = sum(one[IntakeOutcome.STORED] for one in again)
    real = first.total() + news.total() + hard.total()
    lost = real - sum(one[IntakeOutcome.STORED] for one in (first, news, hard))
    return Report(
        figures={
            "stored_twice": twice,
            "news": real,
            "lost": lost,
            "lost_share": round(lost / real, 5),
            "seed": SEED,
        },
        harm={
            "again": sum(one.total() for one in again),
            "revised": sum(one[IntakeOutcome.REVISED] for one in again),
            "cleaned": gone,
            "lookalikes": hard.total(),
            "lost_among_them": hard.total() - hard[IntakeOutcome.STORED],
        },
        promises={
            "none stored twice": twice == 0,
            "at most 0.5 % of real news lost": lost <= MOST_LOST * real,
            "edited headlines were revisions": again[0][IntakeOutcome.REVISED] > 0,
            "some had been cleaned away": gone > 0,
            "the store is sound": not problems,
        },
    )


def _words(number: int, count: int) -> str:
    chance = random.Random(number)  # noqa: S311 - texts, not secrets
    return " ".join(chance.choice(_WORDS) for _ in range(count))


def _list(words: str) -> list[str]:
    return words.split()


_NAMES = _list(
    "السنديان الزيتون الرمان النخيل الورد التلة الوادي النبع العين الجسر الميناء السوق المطار "
    "القلعة البستان المنارة"
)
_WORDS = _list(
    "قال أضاف أعلن أكد نفى شهد دخل خرج وصل عاد سقط أصيب نقل فتح أغلق بدأ انتهى استمر توقف تقدم "
    "تراجع الطريق المدينة الريف الحدود المعبر الجبل النهر المدرسة المستشفى المخبز السوق الكهرباء "
    "المياه الوقود الدواء الطحين الأهالي المقاتلون الجنود الأطباء الصحفيون المتطوعون المزارعون "
    "صباحا مساء أمس اليوم فجرا ليلا قرب شرق غرب شمال جنوب وسط كثيف محدود واسع جزئي عنيف متقطع "
    "وفد لجنة هدنة اتفاق مفاوضات قافلة شاحنة طائرة دبابة زورق حاجز مركز مبنى منزل خيمة مسجد كنيسة"
)
