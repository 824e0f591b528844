"""The change log followed in steps: reports in, and out comes what is to be written of them.

Pure. Whatever the clusterer moved around is found by comparing where every report and every event
stood before and after, so nothing that it sets right on the way can be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.events.cluster import Clusterer
from bot.models import Event, EventsMark, EventsStep, Reading, Report, StoredArticle
from bot.text.places import places

Pacing = Callable[[list[Report]], Iterator[Report]]


class Steps:
    """Takes reports into a clusterer and tells what that changed."""

    def __init__(self, clusterer: Clusterer) -> None:
        self._clusterer = clusterer

    def take(
        self, reports: Iterable[Report], before: EventsMark, seq: int, *, each: Pacing = iter
    ) -> EventsStep:
        """Return what the reports bring, placed in the order of their dates.

        ``before`` is the mark to go on from and ``seq`` how far the log is followed with them.
        ``each`` gives the reports one by one, when they may be placed.
        """
        clusterer = self._clusterer
        homes, lines = clusterer.homes(), clusterer.lines()
        read, merged = [], dict[int, int]()
        for report in each(sorted(reports, key=lambda one: (one.dated_at, one.article_id))):
            placement = clusterer.add(report)
            merged |= dict.fromkeys(placement.merged, placement.event_id)
            read.append(reading_of(report, placement.copy_of))
        ended = {one.id: one for one in clusterer.ended()}  # a week past, and dropped on the way
        homes_now = {key: one.id for one in ended.values() for key in one.article_ids}
        homes_now |= clusterer.homes()
        lines_now = {one.id: one.storyline_id for one in ended.values()} | clusterer.lines()
        went = {one: to for one, to in homes_now.items() if homes.get(one) != to}
        left = {homes[one]: to for one, to in went.items() if one in homes}
        touched = {*went.values(), *left, *(homes_now[one.article_id] for one in read)}
        touched |= {one for one, line in lines_now.items() if lines.get(one, line) != line}

        def event(one: int) -> Event:
            return ended[one] if one in ended else clusterer.event(one)

        gone = {one: merged.get(one, left.get(one)) for one in {*touched, *merged} - {*lines_now}}
        events = [event(one) for one in sorted(touched & {*lines_now})]
        events += [
            _taken_over(one, lines[one], event(heir))
            for one, into in sorted(gone.items())
            if one in lines and (heir := _heir(into, gone, lines_now)) is not None
        ]
        after = EventsMark(
            seq=seq,
            next_event_id=clusterer.next_event_id,
            next_storyline_id=clusterer.next_storyline_id,
        )
        return EventsStep(
            before=before,
            after=after,
            readings=tuple(read),
            events=tuple(events),
            homes=tuple(sorted(went.items())),
        )


def _heir(event: int | None, gone: Mapping[int, int | None], held: Mapping[int, int]) -> int | None:
    """Return the event at the end of a chain of mergers, None where it is held no more."""
    seen: set[int | None] = set()
    while event not in held and event not in seen:
        seen.add(event)
        event = gone.get(event) if event is not None else None
    return event if event in held else None


def _taken_over(event: int, line: int, heir: Event) -> Event:
    """Return an event without reports that lives on in another one, whose times it has now."""
    return Event(
        id=event,
        storyline_id=line,
        article_ids=(),
        started_at=heir.started_at,
        updated_at=heir.updated_at,
        merged_into=heir.id,
    )


def reading_of(report: Report, copy_of: int | None) -> Reading:
    """Return what is kept of a report beside its article."""
    return Reading(
        article_id=report.article_id,
        relevance=report.relevance,
        copy_of=copy_of,
        places=report.places,
        areas=areas_of(report.places),
        parties=report.parties,
        claims=report.claims,
    )


def areas_of(named: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of all places that these lie in, at any level, without themselves."""
    known, named = places(), tuple(named)
    areas: set[str] = set()
    for one in named:
        while one in known and (one := known[one].parent) and one not in areas:
            areas.add(one)
    return tuple(sorted(areas - set(named)))


def report_of(stored: StoredArticle, reading: Reading, outlet: str) -> Report:
    """Return the report that a reading was made from, without reading the text again."""
    return Report(
        article_id=stored.article.id,
        outlet=outlet,
        title=stored.article.title,
        paragraphs=tuple(paragraph.text for paragraph in stored.paragraphs),
        dated_at=stored.article.dated_at,
        places=reading.places,
        parties=reading.parties,
        claims=reading.claims,
        relevance=reading.relevance,
        copy_of=reading.copy_of,
    )
