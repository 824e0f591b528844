"""Watching the sources: visits that are due, how each source does, and lists of sources.

An operator is told once when a source has failed for a day. A source that is read without fault
but has brought nothing for three times its usual pause is called silent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.clock import Clock
from bot.errors import InputError
from bot.metrics import ARTICLES, VISITS
from bot.models import STANCES, Activity, Source
from bot.services.intake import Ingest
from bot.services.outgoing import Outgoing
from bot.sources.opml import read_opml, write_opml
from bot.sources.poll import PollReport
from bot.store.base import Store
from bot.text.languages import texts

_PATIENCE_S = 5.0  # of one look; a slow host must not keep the others waiting
_TELL_AFTER = timedelta(hours=24)
_LOOK_BACK = timedelta(days=30)  # in which a source's usual pause is measured
_SILENT_AFTER = 3  # times the usual pause
_FEWEST_FOR_USUAL = 5  # articles


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """A source with what it brought of late."""

    source: Source
    activity: Activity
    silent: bool


class Watching:
    """Visits sources and tells how they do."""

    def __init__(
        self, store: Store, clock: Clock, intake: Ingest, outgoing: Outgoing, *, language: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._intake = intake
        self._outgoing = outgoing
        self._language = language

    async def poll(self) -> PollReport:
        """Visit the sources that are due, then tell operators of those that fail for a day."""
        report = await self._intake.poll_due(patience_s=_PATIENCE_S)
        VISITS.labels("read").inc(report.checked - len(report.failed))
        VISITS.labels("failed").inc(len(report.failed))
        ARTICLES.labels("stored").inc(report.stored)
        ARTICLES.labels("revised").inc(report.revised)
        if report.failed:
            await self._tell_failing()
        return report

    async def stop(self) -> None:
        """Leave off the visits that are still under way."""
        await self._intake.stop()

    async def health(self) -> list[SourceHealth]:
        """Return all sources with what they brought, oldest first."""
        now = self._clock.now()
        activity = await self._store.activity(now - _LOOK_BACK, now)
        every = []
        for source in await self._store.sources():
            brought = activity.get(source.id, Activity())
            every.append(
                SourceHealth(
                    source=source, activity=brought, silent=self._is_silent(source, brought)
                )
            )
        return every

    async def import_list(self, text: str) -> tuple[int, int]:
        """Keep the sources of an OPML list; return how many are new and how many were known.

        What is known stays as it is. New ones are visited with the next round unless the list
        says that they are off. Raises InputError when it is no such list.
        """
        known = {source.address for source in await self._store.sources()}
        listed = read_opml(text)
        new = [source for source in listed if source.address not in known]
        for source in new:
            kept = await self._store.ensure_source(
                source.kind, source.name, source.address, now=self._clock.now()
            )
            await self._store.label_source(replace(source, id=kept.id))
        return len(new), len(listed) - len(new)

    async def export_list(self) -> str:
        """Return the feeds and channels as an OPML list."""
        return write_opml(await self._store.sources(), "Mujaz")

    async def enable(self, source_id: int, enabled: bool) -> bool:
        """Have a source visited or left alone; False when there is none of that number."""
        for source in await self._store.sources():
            if source.id == source_id:
                await self._store.label_source(replace(source, enabled=enabled))
                return True
        return False

    async def label(self, number: int, stance: str, country: str = "", outlet: str = "") -> Source:
        """Set the labels of a source, as an operator sees it; all empty removes them.

        ``stance`` is one of :data:`STANCES`, ``country`` two letters (ISO 3166). Raises InputError
        for anything else and for a number that no source has.
        """
        is_code = len(country) == 2 and country.isascii() and country.isalpha()
        if (stance and stance not in STANCES) or (country and not is_code):
            raise InputError(key="sources.how_to_label", stances=", ".join(STANCES))
        for source in await self._store.sources():
            if source.id == number:
                labelled = replace(source, stance=stance, country=country.upper(), outlet=outlet)
                await self._store.label_source(labelled)
                return labelled
        raise InputError(key="sources.no_such")

    def _is_silent(self, source: Source, brought: Activity) -> bool:
        if not source.enabled or source.failures or source.checked_at is None:
            return False
        if brought.usual_gap_s is None or brought.articles < _FEWEST_FOR_USUAL:
            return False
        if brought.newest_at is None:
            return False
        quiet_s = (self._clock.now() - brought.newest_at).total_seconds()
        # Articles come in visits, so a pause shorter than a day says nothing.
        return quiet_s > max(_SILENT_AFTER * brought.usual_gap_s, _TELL_AFTER.total_seconds())

    async def _tell_failing(self) -> None:
        now = self._clock.now()
        for source in await self._store.sources():
            since = source.failing_since_at
            if since is None or source.told_at or not source.enabled or now - since < _TELL_AFTER:
                continue
            await self._outgoing.tell_operators(
                f"failing:{source.id}:{since.isoformat()}",
                "sources.told_failing",
                name=source.name,
                reason=texts(self._language)(source.last_error),
            )
            await self._store.save_check(replace(source, told_at=now))
