"""What happened there, in order: a place, party or event as a timeline, and its newest reports.

::

    «الباغوز 7» ─▶ matter, days ─▶ articles about it ─▶ steps (one an event, copies once) ─▶ a page

Every line is a headline of the store, or a sentence of it where a report has none. A page keeps the
end of its period, so that what arrives meanwhile does not move the pages behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.delivery.steps import LATEST_PAGE, TIMELINE_PAGE, render_steps, steps_data
from bot.events.sentences import sentences
from bot.models import (
    Article,
    Button,
    Chat,
    FollowKind,
    Matter,
    Order,
    Reading,
    Reply,
    Step,
    Timeline,
)
from bot.services.leading import follow_button, with_row
from bot.store.base import ArticleStore, EventStore
from bot.text.languages import texts
from bot.text.markup import one_line, shorten
from bot.text.matters import is_matter, requested, whole_name

DEFAULT_DAYS = 7
EVENT_DAYS = 60
_MOST_READ = 1000  # reports of one timeline; the period begins later where there are more
_LATEST_READ = 200
_NAME_UNITS = 60
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Archive(ArticleStore, EventStore, Protocol):
    """What timelines ask of the store."""


class Timelines:
    """Timelines and newest reports, as messages with buttons for further pages."""

    def __init__(self, store: Archive, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def timeline(
        self,
        matter: Matter,
        *,
        days: int | None = None,
        until_at: datetime | None = None,
        skip: int = 0,
    ) -> Timeline:
        """Return a page of a timeline, oldest step first; the first page holds the newest.

        A place's or party's steps are events, each by its first report; an event's are its reports.
        An event that another one took over is that one.
        """
        until_at = until_at or self._now()
        matter = await self._living(matter)
        default = EVENT_DAYS if matter.kind is FollowKind.EVENT else DEFAULT_DAYS
        since_at = until_at - timedelta(days=days or default)
        held = await self._reports(matter, since_at, until_at, _MOST_READ)
        if len(held) == _MOST_READ:
            since_at = held[-1].dated_at
        readings = await self._store.readings([article.id for article in held])
        one_event = matter.kind is FollowKind.EVENT
        steps = steps_of(held, readings, by_event=not one_event)
        end = len(steps) - skip
        shown = steps[max(end - TIMELINE_PAGE, 0) : max(end, 0)]
        page = Timeline(
            matter=matter,
            order=Order.TIMELINE,
            since_at=since_at,
            until_at=until_at,
            steps=await self._with_lines(shown),
            total=len(steps),
            skip=skip,
        )
        return page if steps else await self._without_steps(page)

    async def latest(
        self, matter: Matter, *, until_at: datetime | None = None, skip: int = 0
    ) -> Timeline:
        """Return the newest reports of a matter, newest first, copies counted once."""
        until_at = until_at or self._now()
        matter = await self._living(matter)
        held = await self._reports(matter, _EVER, until_at, _LATEST_READ)
        readings = await self._store.readings([article.id for article in held])
        steps = steps_of(held, readings, by_event=False)[::-1]
        page = Timeline(
            matter=matter,
            order=Order.LATEST,
            since_at=_EVER,
            until_at=until_at,
            steps=await self._with_lines(steps[skip : skip + LATEST_PAGE]),
            total=len(steps),
            skip=skip,
        )
        return page if steps else await self._without_steps(page)

    async def answer(self, order: Order, text: str, chat: Chat) -> Reply:
        """Answer what was written after a command; namesakes of a place are offered by buttons."""
        asked, say = requested(text), texts(chat.language)
        for matter in asked.matters[:1]:
            reply = await self.reply(order, matter, chat, days=asked.days)
            others = tuple(
                (Button(whole_name(other, say.code), steps_data(order, other)),)
                for other in asked.matters[1:]
            )
            return replace(reply, buttons=(*reply.buttons, *others))
        if not asked.name:
            key, params = f"timeline.empty.{order.value}", {}
        else:
            key, params = "timeline.unknown", {"name": shorten(one_line(asked.name), _NAME_UNITS)}
        return Reply(html=say.html(key, **params), plain=say(key, **params))

    async def reply(
        self,
        order: Order,
        matter: Matter,
        chat: Chat,
        *,
        days: int | None = None,
        until_at: datetime | None = None,
        skip: int = 0,
    ) -> Reply:
        """Return one page as a message of a chat, of a place, party or event that is ours."""
        page = (
            await self.timeline(matter, days=days, until_at=until_at, skip=skip)
            if order is Order.TIMELINE
            else await self.latest(matter, until_at=until_at, skip=skip)
        )
        shown = render_steps(page, zone=chat.timezone, language=chat.language, look=chat.look)
        return with_row([shown], follow_button(page.matter, chat))[0]

    async def knows(self, matter: Matter) -> bool:
        """Tell whether there is such a place or party, or such an event (still)."""
        if not is_matter(matter):
            return False
        if matter.kind is not FollowKind.EVENT:
            return True
        return int(matter.value) in await self._store.events([int(matter.value)])

    def _now(self) -> datetime:
        """Return the present, cut to the minute that a button can carry."""
        return self._clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)

    async def _living(self, matter: Matter) -> Matter:
        """Return the event that holds an event's reports now; any other matter as it is."""
        for _ in range(8):
            if matter.kind is not FollowKind.EVENT:
                break
            event = (await self._store.events([int(matter.value)])).get(int(matter.value))
            if event is None or event.merged_into is None:
                break
            matter = replace(matter, value=str(event.merged_into))
        return matter

    async def _reports(
        self, matter: Matter, since: datetime, until: datetime, limit: int
    ) -> list[Article]:
        """Return the articles about a matter, newest first."""
        ids = await self._store.articles_about(
            matter.kind, matter.value, since=since, until=until, limit=limit
        )
        held = await self._store.headlines(ids)
        return [held[one] for one in ids if one in held]

    async def _with_lines(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        """Return the steps, those whose report has no headline with its first sentence."""
        bare = [step.article.id for step in steps if not step.article.title.strip()]
        stored = await self._store.articles(bare) if bare else {}
        lines = {
            one: _first_sentence(paragraph.text for paragraph in article.paragraphs)
            for one, article in stored.items()
        }
        return tuple(replace(step, line=lines.get(step.article.id, "")) for step in steps)

    async def _without_steps(self, page: Timeline) -> Timeline:
        """Return an empty page with what is held nevertheless."""
        newest = await self._reports(page.matter, _EVER, page.until_at, 1)
        return replace(
            page,
            nearest=newest[0] if newest else None,
            newest_at=await self._store.newest_at(),
        )


def steps_of(
    held: Iterable[Article], readings: Mapping[int, Reading], *, by_event: bool
) -> list[Step]:
    """Return the steps of some articles, oldest first.

    A copy is no step beside what it repeats: its outlet is named there. With ``by_event`` all
    reports of an event are one step, told by the first of them.
    """
    told: dict[tuple[str, int], list[Article]] = {}
    copies: dict[int, list[Article]] = {}
    in_order = sorted(held, key=lambda one: (one.dated_at, one.id))
    there = {article.id for article in in_order}
    for article in in_order:
        reading = readings.get(article.id)
        original = (reading.copy_of if reading else None) or article.copy_of
        if original in there and original != article.id:
            copies.setdefault(original, []).append(article)
            continue
        event_id = reading.event_id if reading else None
        grouped = by_event and event_id is not None
        key = ("event", event_id or 0) if grouped else ("article", article.id)
        told.setdefault(key, []).append(article)
    steps = []
    for reports in told.values():
        first = reports[0]
        reading = readings.get(first.id)
        others = [*reports[1:], *(one for each in reports for one in _copies(each.id, copies))]
        steps.append(
            Step(
                article=first,
                event_id=reading.event_id if reading else None,
                also_in=_further_outlets(first, others),
                reports=len(reports),
            )
        )
    return steps


def _copies(original: int, copies: Mapping[int, Sequence[Article]]) -> list[Article]:
    """Return the copies of an article and the copies of those."""
    found: list[Article] = []
    waiting = [original]
    while waiting:
        for copy in copies.get(waiting.pop(), ()):
            if copy not in found:
                found.append(copy)
                waiting.append(copy.id)
    return found


def _further_outlets(first: Article, others: Sequence[Article]) -> tuple[Article, ...]:
    """Return one article of each further outlet, the earliest first."""
    named: dict[str, Article] = {}
    for article in sorted(others, key=lambda one: (one.dated_at, one.id)):
        if article.source != first.source:
            named.setdefault(article.source, article)
    return tuple(named.values())


def _first_sentence(paragraphs: Iterable[str]) -> str:
    """Return the first sentence of a text, letter for letter."""
    for paragraph in paragraphs:
        for sentence in sentences(paragraph):
            return paragraph[sentence.tokens[0].start : sentence.tokens[-1].end]
    return ""
