"""The tables: that migrations make exactly them, and that the frequent queries use an index."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event

from bot.models import FollowKind, OutboxState
from bot.store.base import Store
from bot.store.schema import metadata
from bot.store.sql import SqlStore
from tests.contract.calls import fill
from tests.contract.samples import NOW

FREQUENT: dict[str, Callable[[Store], Awaitable[object]]] = {
    "lease": lambda s: s.lease(4, now=NOW, lease_s=60, exclude_chats=(1, 2)),
    "outbox_wakeup_at": lambda s: s.outbox_wakeup_at(),
    "recover": lambda s: s.recover(now=NOW, everything=True),
    "settle": lambda s: s.settle(1, OutboxState.SENT, now=NOW),
    "doubtful": lambda s: s.doubtful(1),
    "outbox": lambda s: s.outbox(OutboxState.UNCERTAIN),
    "sources_due": lambda s: s.sources_due(NOW),
    "articles": lambda s: s.articles([1, 2]),
    "paragraphs": lambda s: s.paragraphs([1, 2]),
    "changes": lambda s: s.changes(0, 10),
    "paragraphs_without": lambda s: s.paragraphs_without("model", 10),
    "embeddings": lambda s: s.embeddings("model", 5, 10),
    "articles_of": lambda s: s.articles_of([1, 2]),
    "articles_between": lambda s: s.articles_between(0, 10, since=NOW, limit=5),
    "count_between": lambda s: s.count_between(0, 10, since=NOW),
    "articles_since": lambda s: s.articles_since(NOW),
    "newest_at": lambda s: s.newest_at(),
    "subscription": lambda s: s.subscription(7, 0),
    "chats_added_by": lambda s: s.chats_added_by(5),
    "events_mark": lambda s: s.events_mark(),
    "readings": lambda s: s.readings([1, 2]),
    "events": lambda s: s.events([1, 2]),
    "recent_events": lambda s: s.recent_events(NOW),
    "revised_articles": lambda s: s.revised_articles(5, 10, since=NOW, limit=5),
    "headlines": lambda s: s.headlines([1, 2]),
    "forebears": lambda s: s.forebears([1, 2]),
    "articles_about": lambda s: s.articles_about(
        FollowKind.PLACE, "sy", since=NOW, until=NOW, limit=5
    ),
    "snapshots": lambda s: s.snapshots([1]),
    "shown": lambda s: s.shown([1], [1]),
    "follows": lambda s: s.follows(7, 0),
    "followers": lambda s: s.followers({FollowKind.PLACE: ["sy"]}),
    "held_alerts": lambda s: s.held_alerts(5),
    "lost_alerts": lambda s: s.lost_alerts([(7, 0)]),
    "alerts": lambda s: s.alerts([(7, 0)], [1]),
    "alerts_since": lambda s: s.alerts_since([(7, 0)], NOW),
    "choose": lambda s: s.choose(7, 0, weekdays=(1,), now=NOW),
    "pause": lambda s: s.pause(8, None, "reader"),
    "set_reachable": lambda s: s.set_reachable(7, False, now=NOW),
}


def statements(store: SqlStore) -> list[tuple[str, tuple[Any, ...]]]:
    """Return a list that fills with the statements that the store executes."""
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(
        _c: object, _cursor: object, sql: str, parameters: tuple[Any, ...], *_: object
    ) -> None:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            seen.append((sql, parameters))

    for engine in store.database.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", note)
    return seen


async def test_the_migrations_make_exactly_the_tables_of_the_schema(store: SqlStore) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    async with store.database.reading() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("name", FREQUENT)
async def test_frequent_queries_search_an_index(store: SqlStore, path: Path, name: str) -> None:
    await fill(store)
    seen = statements(store)

    await FREQUENT[name](store)

    assert seen
    with closing(sqlite3.connect(path)) as connection:
        for sql, parameters in seen:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
            steps = [row[3] for row in plan]
            assert not [s for s in steps if s.startswith("SCAN")], (sql, steps)


async def test_ids_are_never_given_again(store: SqlStore, path: Path) -> None:
    await fill(store)
    with closing(sqlite3.connect(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_sequence")}

    assert tables == {
        "sources",
        "articles",
        "paragraphs",
        "change_log",
        "subscriptions",
        "questions",
        "outbox",
        "follows",
    }
