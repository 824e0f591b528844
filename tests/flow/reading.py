"""What was read of the archive, written as the bot writes it, each report an event of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.app import Core
from bot.events.reports import read_report
from bot.models import Event, EventsStep, Reading
from bot.text.places import places


async def read_archive(core: Core, together: Mapping[str, str]) -> None:
    """Read every article; ``together`` puts a headline into the event of another one."""
    store = core.store
    before = await store.events_mark()
    ids = [change.article_id for change in await store.changes(before.seq, 10_000)]
    stored = await store.articles(ids)
    events: dict[str, Event] = {}
    readings, homes = [], []
    number = before.next_event_id
    for held in sorted(stored.values(), key=lambda one: one.article.dated_at):
        article = held.article
        report = read_report(
            article_id=article.id,
            outlet=article.source,
            title=article.title,
            paragraphs=[one.text for one in held.paragraphs],
            paragraph_ids=[one.id for one in held.paragraphs],
            dated_at=article.dated_at,
        )
        title = together.get(article.title, article.title)
        event = events.get(title) or Event(
            id=number + len(events),
            storyline_id=1,
            article_ids=(),
            started_at=article.dated_at,
            updated_at=article.dated_at,
        )
        events[title] = replace(
            event, article_ids=(*event.article_ids, article.id), updated_at=article.dated_at
        )
        homes.append((article.id, event.id))
        readings.append(
            Reading(
                article_id=article.id,
                relevance=report.relevance,
                copy_of=article.copy_of,
                places=report.places,
                areas=_areas(report.places),
                parties=report.parties,
                claims=report.claims,
            )
        )
    after = replace(
        before,
        seq=await store.last_seq(),
        next_event_id=number + len(events),
        next_storyline_id=2,
    )
    step = EventsStep(
        before=before,
        after=after,
        readings=tuple(readings),
        events=tuple(events.values()),
        homes=tuple(homes),
    )
    assert await store.save_events(step, now=core.clock.now())


def _areas(named: tuple[str, ...]) -> tuple[str, ...]:
    found: set[str] = set()
    for one in named:
        parent = places()[one].parent
        while parent in places():
            found.add(parent)
            parent = places()[parent].parent
    return tuple(sorted(found))
