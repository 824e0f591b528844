"""Made-up news for measuring the whole bot: reports of four paragraphs, and questions on them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from bot.models import Arrival, NewArticle, SourceKind
from bot.store.sql import SqlStore
from bot.text.places import places

SEED = 88
BATCH = 500
PARAGRAPHS = 4
PLACES = tuple(  # so many that a place is in the news again every few hours, not every minute
    sorted(
        place.name
        for place in places().values()
        if place.country in {"SY", "IQ", "YE", "LB"} and len(place.name) < 20
    )
)
ACTORS = ("الدفاع المدني", "الهلال الأحمر", "المجلس المحلي", "مصدر طبي", "شهود عيان", "المرصد")
DEEDS = (
    "وصول قافلة مساعدات إلى {place} تحمل {n} سلة غذائية",
    "إصابة {n} أشخاص في قصف على أطراف {place}",
    "نزوح {n} عائلة من ريف {place} خلال يومين",
    "إعادة فتح الطريق إلى {place} بعد إغلاق دام {n} يوماً",
    "انقطاع المياه عن {n} حياً في مدينة {place}",
)
QUESTIONS = (
    "كم عائلة نزحت من ريف {place}؟",
    "كم عدد الجرحى في {place}؟",
    "أخبار الطريق إلى {place}",
)


def report(chance: random.Random, number: int, at: datetime) -> NewArticle:
    """Return a made-up report of four paragraphs."""
    place, actor = chance.choice(PLACES), chance.choice(ACTORS)
    title = chance.choice(DEEDS).format(place=place, n=chance.randint(2, 900))
    texts = [
        f"قال {actor} إن {chance.choice(DEEDS).format(place=place, n=chance.randint(2, 900))}، "
        f"وذلك في الساعة {chance.randint(1, 12)} من يوم التقرير رقم {number}.{part}"
        for part in range(PARAGRAPHS)
    ]
    return NewArticle(title=title, paragraphs=tuple(texts), published_at=at)


async def fill(store: SqlStore, articles: int) -> None:
    """Store the reports, two minutes apart, the last of them now."""
    chance = random.Random(SEED)  # noqa: S311 - made-up news
    now = datetime.now(UTC)
    source = await store.ensure_source(SourceKind.FILE, "أرشيف", now=now)
    for first in range(0, articles, BATCH):
        arrivals = [
            Arrival(
                source=source,
                identity=f"id {number}",
                article=report(chance, number, now - timedelta(minutes=2 * (articles - number))),
            )
            for number in range(first, min(first + BATCH, articles))
        ]
        await store.add_articles(arrivals, now=now)
