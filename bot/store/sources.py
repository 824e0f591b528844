"""Sources in the database: who they are and what the last poll of each learned.

When a source is to be checked next is decided by the stage that polls; here it is only kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from bot.models import Activity, Source, SourceKind
from bot.store.base import SourceStore
from bot.store.engine import Database, chunks, insert_missing, to_the_end
from bot.store.schema import articles, sources

_VISITED = (SourceKind.FEED, SourceKind.CHANNEL)
_DAY_S = 86_400.0
_AGAIN = {"enabled": True, "failures": 0, "next_check_at": None, "last_error": ""}


class SqlSources(SourceStore):
    """The sources of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def ensure_source(
        self, kind: SourceKind, name: str, address: str = "", *, now: datetime
    ) -> Source:
        """Return the source of this kind with this address or name, made if missing.

        Feeds and channels are known by their address, where they have one.

        One that was removed is enabled again and due at once; its name stays.
        """
        key = address if kind in _VISITED and address else name
        wanted = select(sources).where(sources.c.kind == kind, sources.c.key == key)
        async with self._db.writing() as connection:
            row = (await connection.execute(wanted)).one_or_none()
            if row is None:
                new = _new_source(kind, name, address) | {"key": key, "created_at": now}
                await connection.execute(insert(sources).values(new))
            elif not row.enabled:
                again = update(sources).where(sources.c.id == row.id)
                await connection.execute(again.values(_AGAIN))
            return _source((await connection.execute(wanted)).one())

    @to_the_end
    async def ensure_sources(
        self, kind: SourceKind, names: Sequence[str], *, now: datetime
    ) -> dict[str, Source]:
        """Return the sources of these names, by name; the missing are made in one transaction."""
        held = await self._named(kind, names)
        missing = [name for name in dict.fromkeys(names) if name not in held]
        disabled = [one.id for one in held.values() if not one.enabled]
        if not (missing or disabled):
            return held
        new = [_new_source(kind, name, "") | {"key": name, "created_at": now} for name in missing]
        async with self._db.writing() as connection:
            await insert_missing(connection, sources, new)
            for chunk in chunks(disabled):
                again = update(sources).where(sources.c.id.in_(chunk))
                await connection.execute(again.values(_AGAIN))
        return await self._named(kind, names)

    async def _named(self, kind: SourceKind, names: Sequence[str]) -> dict[str, Source]:
        held: dict[str, Source] = {}
        async with self._db.reading() as connection:
            for chunk in chunks(names):
                wanted = select(sources).where(sources.c.kind == kind, sources.c.key.in_(chunk))
                held |= {row.key: _source(row) for row in await connection.execute(wanted)}
        return held

    @to_the_end
    async def sources(self) -> list[Source]:
        """Return all sources, oldest first."""
        async with self._db.reading() as connection:
            rows = await connection.execute(select(sources).order_by(sources.c.id))
            return [_source(row) for row in rows]

    @to_the_end
    async def outlets(self) -> dict[int, str]:
        """Return the outlet of each source, by source: its label, without one its name."""
        wanted = select(sources.c.id, sources.c.outlet, sources.c.name)
        async with self._db.reading() as connection:
            return {row.id: row.outlet or row.name for row in await connection.execute(wanted)}

    @to_the_end
    async def sources_due(self, now: datetime) -> list[Source]:
        """Return the enabled feeds and channel pages that are due, longest waiting first."""
        due = sources.c.next_check_at
        query = (
            select(sources)
            .where(sources.c.kind.in_(_VISITED), sources.c.enabled)
            .where(sources.c.address.startswith("http"))
            .where(due.is_(None) | (due <= now))
            .order_by(due.nulls_first(), sources.c.id)
        )
        async with self._db.reading() as connection:
            return [_source(row) for row in await connection.execute(query)]

    @to_the_end
    async def save_check(self, source: Source) -> None:
        """Keep what a poll learned: validators, times, failures, moves, last error, name."""
        learned = {
            "name": source.name,
            "address": source.address,
            "etag": source.etag,
            "last_modified": source.last_modified,
            "checked_at": source.checked_at,
            "next_check_at": source.next_check_at,
            "failures": source.failures,
            "last_error": source.last_error,
            "succeeded_at": source.succeeded_at,
            "failing_since_at": source.failing_since_at,
            "told_at": source.told_at,
            "moved_to": source.moved_to,
            "moved_at": source.moved_at,
        }
        async with self._db.writing() as connection:
            await connection.execute(
                update(sources).where(sources.c.id == source.id).values(learned)
            )

    @to_the_end
    async def remove_source(self, source_id: int) -> bool:
        """Disable a source; its articles stay. False when there is none."""
        async with self._db.writing() as connection:
            result = await connection.execute(
                update(sources).where(sources.c.id == source_id).values(enabled=False)
            )
            return result.rowcount > 0

    @to_the_end
    async def label_source(self, source: Source) -> None:
        """Keep the labels of a source and whether it is enabled."""
        labels = {
            "name": source.name,
            "outlet": source.outlet,
            "country": source.country[:2],
            "language": source.language[:35],
            "stance": source.stance[:16],
            "enabled": source.enabled,
        }
        async with self._db.writing() as connection:
            await connection.execute(
                update(sources).where(sources.c.id == source.id).values(labels)
            )

    @to_the_end
    async def activity(self, since: datetime, now: datetime) -> dict[int, Activity]:
        """Return what each source brought from ``since`` to ``now``, by its id."""
        query = (
            select(
                articles.c.source_id,
                func.count().label("articles"),
                func.min(articles.c.first_seen_at).label("first_at"),
                func.max(articles.c.first_seen_at).label("newest_at"),
            )
            .where(articles.c.first_seen_at >= since)
            .group_by(articles.c.source_id)
        )
        async with self._db.reading() as connection:
            return {row.source_id: _activity(row, now) for row in await connection.execute(query)}


def _activity(row: Row[Any], now: datetime) -> Activity:
    held_s = (row.newest_at - row.first_at).total_seconds()
    days = max((now - row.first_at).total_seconds() / _DAY_S, 1.0)
    return Activity(
        articles=row.articles,
        a_day=row.articles / days,
        usual_gap_s=held_s / (row.articles - 1) if row.articles > 2 else None,
        newest_at=row.newest_at,
    )


def _new_source(kind: SourceKind, name: str, address: str) -> dict[str, object]:
    return {
        "kind": kind,
        "name": name,
        "address": address,
        "enabled": True,
        "etag": "",
        "last_modified": "",
        "failures": 0,
        "last_error": "",
    }


def _source(row: Row[Any]) -> Source:
    return Source(
        id=row.id,
        kind=SourceKind(row.kind),
        name=row.name,
        address=row.address,
        enabled=row.enabled,
        etag=row.etag,
        last_modified=row.last_modified,
        checked_at=row.checked_at,
        next_check_at=row.next_check_at,
        failures=row.failures,
        last_error=row.last_error,
        succeeded_at=row.succeeded_at,
        failing_since_at=row.failing_since_at,
        told_at=row.told_at,
        moved_to=row.moved_to,
        moved_at=row.moved_at,
        outlet=row.outlet,
        country=row.country,
        language=row.language,
        stance=row.stance,
    )
