"""A place as a chart and in words: reports a day, and who says how many were killed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock, local_date
from bot.delivery.page import Page
from bot.digest.chart import Chart, Said, draw
from bot.models import Article, Chat, Claim, ClaimKind, ClaimScope, FollowKind, Matter, Reading
from bot.services.timelines import Archive
from bot.text.markup import one_line, shorten
from bot.text.matters import requested, whole_name
from bot.text.places import lies_in, places_named

DEFAULT_DAYS = 14
_MOST_READ = 1000
_MOST_TOLD = 6  # sources in the alternative text
_WHO_UNITS = 40


class Charting:
    """Draws charts off the loop."""

    def __init__(self, store: Archive, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def chart(self, text: str, chat: Chat) -> tuple[str, bytes | None]:
        """Return what a chart of the named place shows, in words, and its PNG.

        None where nothing is to be drawn, or the chat wants no pictures; the words say so.
        """
        asked, page = requested(text), Page(chat.timezone, chat.language, chat.look)
        matter = next((one for one in asked.matters if one.kind is not FollowKind.EVENT), None)
        if matter is None:
            name = shorten(one_line(asked.name), _WHO_UNITS)
            return page.texts("timeline.unknown" if name else "chart.empty", name=name), None
        now, days = self._clock.now(), asked.days or DEFAULT_DAYS
        since = now - timedelta(days=days)
        ids = await self._store.articles_about(
            matter.kind, matter.value, since=since, until=now, limit=_MOST_READ
        )
        held = await self._store.headlines(ids)
        readings = await self._store.readings(ids)
        own = [one for one in held.values() if not _is_copy(one, readings)]
        name = whole_name(matter, page.texts.code)
        if not own:
            return page.texts("timeline.none_since", name=name, since=page.date(since)), None
        zone = ZoneInfo(chat.timezone)
        said = _said(own, readings, matter, zone)
        counts = Counter(local_date(one.dated_at, zone) for one in own)
        first = local_date(since, zone)
        every = [first + timedelta(days=step) for step in range(days + 1)]
        chart = Chart(
            title=page.texts("chart.title", name=name),
            days_title=page.texts("chart.days"),
            said_title=page.texts("chart.killed"),
            days=tuple((day, counts[day]) for day in every),
            said=tuple(said),
        )
        busiest = max(own, key=lambda one: (counts[local_date(one.dated_at, zone)], one.dated_at))
        most = counts[local_date(busiest.dated_at, zone)]
        words = [
            page.texts("chart.told", name=name, since=page.date(since), until=page.date(now)),
            page.texts("chart.busiest", day=page.date(busiest.dated_at), n=most, all=len(own)),
            *_in_words(said, page),
        ]
        pictures = chat.look.pictures and not chat.look.text_only
        drawn = await asyncio.to_thread(draw, chart) if pictures else None
        return " ".join(words), drawn


def _is_copy(article: Article, readings: Mapping[int, Reading]) -> bool:
    reading = readings.get(article.id)
    return bool(article.copy_of or (reading and reading.copy_of))


def _said(
    own: Iterable[Article], readings: Mapping[int, Reading], matter: Matter, zone: ZoneInfo
) -> list[Said]:
    """Return who says how many were killed in one event there, oldest first.

    Of one report the first figure of each speaker, which stands nearest to its headline.
    """
    found: list[Said] = []
    for article in sorted(own, key=lambda one: one.dated_at):
        reading = readings.get(article.id)
        heard: set[str] = set()
        for claim in reading.claims if reading else ():
            if not _counts(claim, matter) or claim.speaker in heard:
                continue
            heard.add(claim.speaker)
            low, high = claim.minimum, claim.maximum
            bounds = [one for one in (low, high) if one is not None]
            found.append(
                Said(
                    who=shorten(one_line(claim.speaker or article.source), _WHO_UNITS),
                    at=article.dated_at.astimezone(zone).replace(tzinfo=None),
                    low=min(bounds),
                    high=max(bounds),
                )
            )
    return found


def _counts(claim: Claim, matter: Matter) -> bool:
    """Tell whether a claim is a figure of killed that is not said of another place."""
    if claim.kind is not ClaimKind.KILLED or claim.scope is not ClaimScope.INCIDENT:
        return False
    if claim.negated or (claim.value is None and claim.maximum is None):
        return False
    named = places_named(claim.place) if claim.place else ()
    here = matter.kind is not FollowKind.PLACE or not named
    return here or any(lies_in(place, matter.value) for place in named)


def _in_words(said: list[Said], page: Page) -> list[str]:
    """Return the newest figure of each source, side by side."""
    if not said:
        return [page.texts("chart.no_figures")]
    newest = {one.who: one for one in said}
    told = [
        page.texts("chart.one", who=one.who, n=one.low)
        if one.low == one.high
        else page.texts("chart.range", who=one.who, low=one.low, high=one.high)
        for one in list(newest.values())[-_MOST_TOLD:]
    ]
    return [page.texts("chart.figures") + " " + "؛ ".join(told) + "."]
