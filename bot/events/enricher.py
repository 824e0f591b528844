"""Articles in, and out comes what is to be written of them: their readings and their events.

Without I/O. :class:`Enricher` does its work in a process of its own (:mod:`bot.events.apart`) or
in a thread (:mod:`bot.events.threaded`); whoever follows the change log speaks to either as
:class:`AsyncEnricher`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.errors import MujazError
from bot.events.cluster import Clusterer
from bot.events.reports import read_report
from bot.events.steps import Steps, report_of
from bot.models import Event, EventsMark, EventsStep, Reading, Report, StoredArticle

Outlets = Mapping[int, str]  # names by source


@dataclass(slots=True)
class _Remembered:
    """What was known at a mark, before anything was placed behind it."""

    mark: EventsMark
    events: tuple[Event, ...]
    reports: list[Report] = field(default_factory=list)


class Enricher:
    """Reads articles and puts them into events; remembers the events of a week."""

    def __init__(self) -> None:
        self._remembered: _Remembered | None = None
        self._standing: tuple[Steps, EventsMark] | None = None

    def begin(self, mark: EventsMark, events: Iterable[Event]) -> None:
        """Forget everything and stand at a mark, with these events; their reports follow."""
        self._standing, self._remembered = None, _Remembered(mark, tuple(events))

    def remember(
        self, stored: Iterable[StoredArticle], readings: Mapping[int, Reading], outlets: Outlets
    ) -> None:
        """Take up some reports that were put into events before.

        Raises MujazError unless :meth:`begin` came first and no step since.
        """
        if self._remembered is None:
            raise MujazError("nothing was begun: no reports can be remembered")
        self._remembered.reports += [
            report_of(one, readings[one.article.id], _outlet(one, outlets)) for one in stored
        ]

    def take(self, stored: Iterable[StoredArticle], outlets: Outlets, seq: int) -> EventsStep:
        """Return what articles bring; ``seq`` is how far the change log is followed with them.

        The next step goes on from there. Raises MujazError unless :meth:`begin` came first, and
        after a step that failed half-way.
        """
        standing, self._standing = self._standing or self._restored(), None
        steps, before = standing  # nobody's until this step is done
        step = steps.take([_read(one, outlets) for one in stored], before, seq)
        self._standing = steps, step.after
        return step

    def _restored(self) -> tuple[Steps, EventsMark]:
        known, self._remembered = self._remembered, None
        if known is None:
            raise MujazError("what was remembered is lost: it must be begun again")
        clusterer = Clusterer.restored(
            known.events,
            known.reports,
            next_event_id=known.mark.next_event_id,
            next_storyline_id=known.mark.next_storyline_id,
        )
        return Steps(clusterer), known.mark


class AsyncEnricher(Protocol):
    """An :class:`Enricher` that works beside the loop.

    All raise MujazError where the work cannot be done; then it is to be begun again.
    """

    async def begin(self, mark: EventsMark, events: Iterable[Event]) -> None:
        """Do what :meth:`Enricher.begin` does."""

    async def remember(
        self, stored: Iterable[StoredArticle], readings: Mapping[int, Reading], outlets: Outlets
    ) -> None:
        """Do what :meth:`Enricher.remember` does."""

    async def take(self, stored: Iterable[StoredArticle], outlets: Outlets, seq: int) -> EventsStep:
        """Do what :meth:`Enricher.take` does."""
        ...

    async def close(self) -> None:
        """End at once, a step under way unfinished; what comes later is to be begun again."""


def _read(stored: StoredArticle, outlets: Outlets) -> Report:
    return read_report(
        article_id=stored.article.id,
        outlet=_outlet(stored, outlets),
        title=stored.article.title,
        paragraphs=[paragraph.text for paragraph in stored.paragraphs],
        paragraph_ids=[paragraph.id for paragraph in stored.paragraphs],
        dated_at=stored.article.dated_at,
        copy_of=stored.article.copy_of,
    )


def _outlet(stored: StoredArticle, outlets: Outlets) -> str:
    return outlets.get(stored.article.source_id, stored.article.source)
