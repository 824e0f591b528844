"""Databases that earlier versions moved to PostgreSQL: numbers that began at 1 again are mended."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from bot.errors import StoreError
from bot.store.schema_events import claims, event_moves, event_snapshots
from bot.store.sql import SqlStore, open_store
from tests.contract.calls import fill
from tests.contract.samples import NOW, a_claim, a_snapshot, a_step, added
from tests.postgres import Databases

NUMBERED = (claims, event_moves, event_snapshots)
WENT_OVER = {"article_id": 1, "from_event": 1, "to_event": 2, "moved_at": NOW}
ROWS = 3  # of moves, at least


async def _store_the_next(store: SqlStore, name: str, *, event_id: int) -> None:
    """Store an article, its event and claim, what was shown of it and that it went over."""
    kept = await added(store, name)
    article = await store.article(kept.article_id)
    assert article is not None
    claim = a_claim(article.paragraphs[0].id)
    before = await store.events_mark()
    step = a_step(kept.article_id, event_id=event_id, before=before, claims=(claim,))
    assert await store.save_events(step, now=NOW)
    await store.keep_snapshots([a_snapshot(kept.article_id, outlets=(name,))], now=NOW)
    async with store.database.writing() as writer:
        await writer.execute(insert(event_moves), WENT_OVER)


async def _newest(store: SqlStore) -> list[int]:
    async with store.database.reading() as reader:
        return [await reader.scalar(select(func.max(table.c.id))) or 0 for table in NUMBERED]


def _as_an_earlier_version_left_it(postgres: Databases, name: str, at: str) -> None:
    """Set the numbers of the three tables, of which nothing else was changed since, and go back."""
    for table in NUMBERED:
        postgres.server.sql(f"SELECT setval('{table.name}_id_seq', {at})", name)
    postgres.server.sql("UPDATE alembic_version SET version_num = '0010'", name)


@pytest.mark.parametrize("at", ["1, false", "1", "2"])  # never asked, or tried in vain
async def test_numbers_that_began_anew_are_set_behind_the_newest_row_when_it_is_opened(
    postgres: Databases, at: str
) -> None:
    name = postgres.new()
    store = await open_store(postgres.server.url(name))
    await fill(store)
    for number in range(ROWS):
        await _store_the_next(store, f"before {number}", event_id=100 + number)
    newest = await _newest(store)
    assert min(newest) >= ROWS
    _as_an_earlier_version_left_it(postgres, name, at)
    with pytest.raises(StoreError):  # the harm
        await _store_the_next(store, "in vain", event_id=200)
    await store.close()

    for turn in (1, 2):
        store = await open_store(postgres.server.url(name))
        await _store_the_next(store, f"after {turn}", event_id=300 + turn)
        assert await _newest(store) == [number + turn for number in newest]
        assert await store.verify() == []
        await store.close()
    postgres.server.drop(name)


async def test_numbers_that_are_further_on_stay_and_none_is_given_again(
    postgres: Databases,
) -> None:
    name = postgres.new()
    for at in ("500", "500, false"):
        store = await open_store(postgres.server.url(name))
        _as_an_earlier_version_left_it(postgres, name, at)
        await store.close()

        store = await open_store(postgres.server.url(name))  # also of empty tables
        await store.close()
        left = [
            postgres.server.sql(f"SELECT last_value FROM {table.name}_id_seq", name)  # noqa: S608 - our own
            for table in NUMBERED
        ]
        assert left == [[(500,)]] * len(NUMBERED)
    postgres.server.drop(name)
