"""The newest of a place or party, or of everything, as passages: what «شو صار بعفرين؟» asks for.

One passage an event, of its newest report: the paragraph that first names what is asked about.
Reports that name it only in passing come in when there are no others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.clock import instant_of, local_date
from bot.events.relevance import THRESHOLD
from bot.models import Article, FollowKind, Matter, Passage, StoredArticle
from bot.search.otherday import names_time
from bot.search.query import Query
from bot.store.base import Store
from bot.text.parties import find_parties
from bot.text.places import find_places, lies_in

_LOOKED_AT = 40  # reports among which the newest events are found
_CROSSED = 400  # of each, where reports of two at once are wanted, and of all news
_OPENING = 2  # paragraphs in which a report says what it is about
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The newest reports: ``passages`` of one page, one article of each outlet of them all."""

    passages: tuple[Passage, ...]
    outlets: tuple[Article, ...]
    more: bool


async def newest(
    store: Store, query: Query, matters: Sequence[Matter], now: datetime, *, page: slice
) -> Found | None:
    """Return the passages ``page`` of the newest reports; None where there are no reports.

    A time that the question names bounds the days of publication; what is published on the day
    after counts where it names that time.
    """
    since, until = _bounds(query, now)
    ids = await _reports(store, matters, since, until)
    late = await _told_later(store, query, matters, until, now)
    readings = await store.readings([*late, *ids])
    relevant = {key for key, one in readings.items() if one.relevance >= THRESHOLD}
    if not matters:
        ids, late = [key for key in ids if key in relevant][:_LOOKED_AT], {}
    articles = {**await store.articles(ids), **late}
    told: dict[tuple[str, int], StoredArticle] = {}
    for key in (*late, *ids):
        reading = readings.get(key)
        if key in articles and not (reading and reading.copy_of):
            event = reading.event_id if reading else None
            told.setdefault(("article", key) if event is None else ("event", event), articles[key])
    passages = await asyncio.to_thread(_passages, list(told.values()), matters, relevant)
    if not passages:
        return None
    outlets: dict[str, Article] = {}
    for one in passages:
        outlets.setdefault(one.article.source, one.article)
    shown = passages[page]
    return Found(
        passages=tuple(shown),
        outlets=tuple(outlets.values()),
        more=len(passages) > (page.stop or 0),
    )


def _bounds(query: Query, now: datetime) -> tuple[datetime, datetime]:
    period, zone = query.period, query.zone
    if period is None:
        return _EVER, now
    end = instant_of(period.until + timedelta(days=1), time.min, zone)
    return instant_of(period.since, time.min, zone), min(now, end)


async def _told_later(
    store: Store, query: Query, matters: Sequence[Matter], end: datetime, now: datetime
) -> dict[int, StoredArticle]:
    """Return the reports of the day after that name the time that was asked for, newest first.

    At night agencies still write of the day before: «قتل ثلاثة يوم الجمعة».
    """
    period = query.period
    if period is None or not period.exact or end >= now or not matters:
        return {}
    ids = await _reports(store, matters, end, min(now, end + timedelta(days=1)))
    stored = await store.articles(ids)

    def naming() -> dict[int, StoredArticle]:
        return {key: stored[key] for key in ids if key in stored and _names(stored[key], query)}

    return await asyncio.to_thread(naming)


def _names(stored: StoredArticle, query: Query) -> bool:
    day = local_date(stored.article.dated_at, query.zone)
    texts = (stored.article.title, *(one.text for one in stored.paragraphs[:_OPENING]))
    return query.period is not None and any(names_time(one, day, query.period) for one in texts)


async def _reports(
    store: Store, matters: Sequence[Matter], since: datetime, until: datetime
) -> list[int]:
    """Return the ids of reports, newest first."""
    if matters:
        most = _LOOKED_AT if len(matters) == 1 else _CROSSED
        first, *others = [
            await store.articles_about(one.kind, one.value, since=since, until=until, limit=most)
            for one in matters
        ]
        return [key for key in first if all(key in other for other in others)][:_LOOKED_AT]
    return await store.articles_in(since, until, _CROSSED)


def _passages(
    told: Sequence[StoredArticle], matters: Sequence[Matter], relevant: Collection[int]
) -> list[Passage]:
    """Return a passage of each report that is about the matters.

    If none is, those of a conflict that name them in passing: ``relevant``.
    """
    if not matters:
        return [_passage(stored, 0, ()) for stored in told]
    about = [_named(stored, matters, _OPENING) for stored in told]
    if any(about):
        return [one for one in about if one is not None]
    warlike = [stored for stored in told if stored.article.id in relevant]
    aside = [_named(stored, matters, len(stored.paragraphs)) for stored in warlike]
    return [one for one in aside if one is not None]


def _named(stored: StoredArticle, matters: Sequence[Matter], within: int) -> Passage | None:
    """Return the paragraph, of so many, that names most of the matters, the first of its like.

    None where one of them stands neither in these paragraphs nor in the title.
    """
    title = [bool(_spans(stored.article.title, matter)) for matter in matters]
    read = [[_spans(p.text, m) for m in matters] for p in stored.paragraphs[:within]]
    if not all(named or any(spans[at] for spans in read) for at, named in enumerate(title)):
        return None
    place = max(range(len(read)), key=lambda at: (sum(map(bool, read[at])), -at), default=0)
    found: list[tuple[int, int]] = []
    for span in sorted(span for spans in read[place] for span in spans) if read else ():
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return _passage(stored, place, found)


def _passage(stored: StoredArticle, place: int, spans: Sequence[tuple[int, int]]) -> Passage:
    return Passage(
        article=stored.article,
        paragraph=stored.paragraphs[place],
        score=1.0,
        matches=tuple(spans),
    )


def _spans(text: str, matter: Matter) -> list[tuple[int, int]]:
    """Return where a text names a place (or one within it) or a party."""
    if matter.kind is FollowKind.PARTY:
        return [(m.start, m.end) for m in find_parties(text) if m.party.id == matter.value]
    return [(m.start, m.end) for m in find_places(text) if lies_in(m.place, matter.value)]
