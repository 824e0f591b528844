"""A place or an event as a chart and in words: reports a day, and who says how many.

All that a drawing shows stands in words under it. Of killed, wounded, missing, displaced and
detained are drawn those of which there are figures.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock, local_date
from bot.delivery.figures import label
from bot.delivery.page import Page
from bot.digest.picture import Chart, Panel, Said, packed, unpacked
from bot.models import (
    Article,
    Chat,
    Claim,
    ClaimKind,
    ClaimScope,
    DigestItem,
    FollowKind,
    Look,
    Matter,
    Reading,
    Reply,
)
from bot.services.timelines import Archive
from bot.text.markup import escape, one_line, shorten
from bot.text.matters import requested, whole_name
from bot.text.places import lies_in, places_named

DEFAULT_DAYS = 14
CAPTION_UNITS = 1024  # Telegram's limit
_MOST_READ = 1000
_MOST_TOLD = 6  # sources in the alternative text
_MOST_PANELS = 3
_WHO_UNITS = 40
_TITLE_UNITS = 60  # in the picture
_CAPTION_TITLE_UNITS = 140

_Kind = tuple[ClaimKind, ClaimScope]


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
        own, readings = await self._reports(matter, since, now)
        name = whole_name(matter, page.texts.code)
        if not own:
            return page.texts("timeline.none_since", name=name, since=page.date(since)), None
        zone = ZoneInfo(chat.timezone)
        told = _panels(_said(own, readings, matter, zone), page)
        chart = Chart(
            title=page.texts("chart.title", name=name),
            days_title=page.texts("chart.days"),
            days=_days(own, since, now, zone),
            panels=told,
        )
        words = "\n".join((*_counted(own, name, since, now, zone, page), *_in_words(told, page)))
        pictures = chat.look.pictures and not chat.look.text_only
        return words, await self.drawn(packed(chart)) if pictures else None

    async def of_event(
        self, item: DigestItem, *, zone: str, language: str, look: Look, now: datetime
    ) -> Reply | None:
        """Return the chart of a digest's event with its words; None without figures to draw.

        It shows what was said of the event, and the reports a day of its place.
        """
        state = item.state
        if state is None:
            return None
        page, local = Page(zone, language, look), ZoneInfo(zone)
        held = await self._store.headlines(state.article_ids)
        readings = await self._store.readings(state.article_ids)
        own = _originals(held.values(), readings)
        panels = _panels(_said(own, readings, None, local), page)
        if not panels:
            return None
        since = now - timedelta(days=DEFAULT_DAYS)
        name, around = "", own
        if state.places:
            matter = Matter(FollowKind.PLACE, state.places[0])
            name = whole_name(matter, page.texts.code)
            around, _ = await self._reports(matter, since, now)
        title = page.title(item.article)
        chart = Chart(
            title=shorten(title, _TITLE_UNITS),
            days_title=page.texts("chart.days_of", name=name) if name else page.texts("chart.days"),
            days=_days(around, since, now, local),
            panels=panels,
        )
        whole = shorten(title, _CAPTION_TITLE_UNITS)
        told = [page.texts("chart.of_event", title=whole), *_in_words(panels, page)]
        if name and around:
            told += _counted(around, name, since, now, local, page)
        words = shorten("\n".join(told), CAPTION_UNITS)
        return Reply(html=escape(words), plain=words, picture=packed(chart), hidden=look.spoilers)

    async def drawn(self, picture: str) -> bytes:
        """Return the PNG of a chart that waited as text; ValueError where that is none."""
        return await asyncio.to_thread(_drawn_here, unpacked(picture))

    async def _reports(
        self, matter: Matter, since: datetime, until: datetime
    ) -> tuple[list[Article], Mapping[int, Reading]]:
        """Return the reports about something, copies left out, and what was read of all."""
        ids = await self._store.articles_about(
            matter.kind, matter.value, since=since, until=until, limit=_MOST_READ
        )
        held = await self._store.headlines(ids)
        readings = await self._store.readings(ids)
        return _originals(held.values(), readings), readings


def _originals(articles: Iterable[Article], readings: Mapping[int, Reading]) -> list[Article]:
    return [one for one in articles if not _is_copy(one, readings)]


def _is_copy(article: Article, readings: Mapping[int, Reading]) -> bool:
    reading = readings.get(article.id)
    return bool(article.copy_of or (reading and reading.copy_of))


def _days(
    own: Iterable[Article], since: datetime, now: datetime, zone: ZoneInfo
) -> tuple[tuple[date, int], ...]:
    """Return the reports of every local day of a period."""
    counts = Counter(local_date(one.dated_at, zone) for one in own)
    first, last = local_date(since, zone), local_date(now, zone)
    every = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return tuple((day, counts[day]) for day in every)


def _said(
    own: Iterable[Article],
    readings: Mapping[int, Reading],
    matter: Matter | None,
    zone: ZoneInfo,
) -> dict[_Kind, list[Said]]:
    """Return who says how many there, by what is counted, oldest first.

    Of one report the first figure of each speaker, which stands nearest to its headline.
    """
    found: defaultdict[_Kind, list[Said]] = defaultdict(list)
    for article in sorted(own, key=lambda one: (one.dated_at, one.id)):
        reading = readings.get(article.id)
        heard: set[tuple[ClaimKind, ClaimScope, str]] = set()
        for claim in reading.claims if reading else ():
            key = claim.kind, claim.scope, claim.speaker
            if not _counts(claim, matter) or key in heard:
                continue
            heard.add(key)
            bounds = [one for one in (claim.minimum, claim.maximum) if one is not None]
            found[key[:2]].append(
                Said(
                    who=shorten(one_line(claim.speaker or article.source), _WHO_UNITS),
                    at=article.dated_at.astimezone(zone).replace(tzinfo=None),
                    low=min(bounds),
                    high=max(bounds),
                )
            )
    return found


def _counts(claim: Claim, matter: Matter | None) -> bool:
    """Tell whether a claim is a figure that is not said of another place."""
    if claim.negated or (claim.value is None and claim.maximum is None):
        return False
    named = places_named(claim.place) if claim.place else ()
    here = matter is None or matter.kind is not FollowKind.PLACE or not named
    return here or any(lies_in(place, matter.value) for place in named if matter)


def _drawn_here(chart: Chart) -> bytes:
    """Return a chart as PNG; a start does not wait for matplotlib, which few ever need."""
    from bot.digest.chart import draw

    return draw(chart)


def _panels(said: Mapping[_Kind, Sequence[Said]], page: Page) -> tuple[Panel, ...]:
    """Return what is drawn: figures of events before running totals, the killed first."""
    order = {kind: at for at, kind in enumerate(ClaimKind)}
    kinds = sorted(said, key=lambda one: (one[1] is ClaimScope.RUNNING, order[one[0]]))
    return tuple(
        Panel(
            title=page.texts("chart.said", label=label(*kind, page.texts)),
            said=tuple(said[kind]),
        )
        for kind in kinds[:_MOST_PANELS]
    )


def _counted(
    own: Sequence[Article],
    name: str,
    since: datetime,
    now: datetime,
    zone: ZoneInfo,
    page: Page,
) -> list[str]:
    """Return in words how many reports there are, and on which day most."""
    counts = Counter(local_date(one.dated_at, zone) for one in own)
    busiest = max(own, key=lambda one: (counts[local_date(one.dated_at, zone)], one.dated_at))
    most = counts[local_date(busiest.dated_at, zone)]
    return [
        page.texts("chart.told", name=name, since=page.date(since), until=page.date(now)),
        page.texts("chart.busiest", day=page.date(busiest.dated_at), n=most, all=len(own)),
    ]


def _in_words(panels: Iterable[Panel], page: Page) -> list[str]:
    """Return the newest figure of each source, side by side, kind by kind."""
    told = []
    for panel in panels:
        newest = {one.who: one for one in panel.said}
        figures = [
            page.texts("chart.one", who=one.who, n=one.low)
            if one.low == one.high
            else page.texts("chart.range", who=one.who, low=one.low, high=one.high)
            for one in list(newest.values())[-_MOST_TOLD:]
        ]
        told.append(f"{panel.title}: {'؛ '.join(figures)}.")
    return told or [page.texts("chart.no_figures")]
