"""Everything of one database in another: both ways, resumed after a stop, and proved at the end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Table, func, insert, select, text

from bot.errors import StoreError, StoreUnfinishedError
from bot.models import Embedding
from bot.store import transfer
from bot.store.base import Store
from bot.store.engine import Database
from bot.store.schema import metadata
from bot.store.schema_events import claims, event_moves, event_snapshots
from bot.store.sql import SqlStore, database_at, open_store
from bot.store.transfer import contents_of, copy_all
from tests.contract.calls import fill
from tests.contract.conftest import OpenStore
from tests.contract.samples import NOW, a_snapshot, a_step, added, new_article
from tests.postgres import Databases

TRICKY = ("عادي", "\0 في الوسط \0", "\ue6e0\ue6e1", "سطر\nوجدولة\tو\\ن ‮معكوس", "🕊️ emoji", "")
ROWS = 40


class StoppedError(Exception):
    """The program died here."""


class Dying:
    """A progress that kills the copy after so many pieces."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, done: int, total: int) -> None:
        self.left -= 1
        if self.left < 0:
            raise StoppedError


@pytest.fixture(params=["sqlite", "postgresql"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'target.db'}"
        return
    postgres: Databases = request.getfixturevalue("postgres")
    name = postgres.server.new_database()
    yield postgres.server.url(name)
    postgres.server.drop(name)


@pytest_asyncio.fixture
async def target(target_url: str) -> AsyncIterator[Database]:
    opened = await database_at(target_url)
    yield opened
    await opened.close()


async def held(store: SqlStore) -> None:
    """Put something of everything into a store, and texts that are hard to carry."""
    await fill(store)
    for number in range(ROWS):
        await added(store, f"id {number}", new_article(f"عنوان {number}", *TRICKY))
    await store.save_embeddings(
        "m", [Embedding(paragraph_id=n, vector=bytes(range(256))) for n in range(1, 40)]
    )


def interesting(contents: transfer.Contents) -> int:
    return sum(content.rows > 0 for content in contents.values())


async def test_everything_arrives_whatever_the_two_databases_are(
    another_store: OpenStore, target: Database, target_url: str
) -> None:
    source = await another_store()
    await held(source)
    before = await contents_of(source.database)
    steps: list[tuple[int, int]] = []

    copied = await copy_all(source.database, target, lambda *step: steps.append(step))

    assert copied == before == await contents_of(target)
    assert set(copied) == set(metadata.tables)
    assert interesting(copied) >= 10
    assert steps[-1][0] == steps[-1][1] == sum(one.rows for one in copied.values())
    moved = await open_store(target_url)
    article = await moved.article(3)
    assert article == await source.article(3)
    assert article is not None
    assert tuple(one.text for one in article.paragraphs) == TRICKY
    assert await moved.verify(deep=True) == []
    await moved.close()


async def test_numbers_go_on_behind_those_of_the_old_database(
    another_store: OpenStore, target: Database, target_url: str
) -> None:
    source = await another_store()
    await held(source)
    expected = (await added(source, "next")).article_id + 1
    await copy_all(source.database, target)

    moved = await open_store(target_url)
    assert (await added(moved, "after the move")).article_id == expected
    await moved.close()


async def test_what_only_the_database_numbers_is_numbered_on_after_the_move(
    another_store: OpenStore, target: Database, target_url: str
) -> None:
    source = await another_store()
    await held(source)
    went_over = {"article_id": 1, "from_event": 1, "to_event": 2, "moved_at": NOW}
    async with source.database.writing() as writer:
        await writer.execute(insert(event_moves), went_over)
    await copy_all(source.database, target)
    numbered = [claims, event_moves, event_snapshots]  # which no AUTOINCREMENT of SQLite keeps
    before = await _newest(target, numbered)

    moved = await open_store(target_url)
    article = await added(moved, "after the move")
    step = a_step(article.article_id, event_id=2, before=await moved.events_mark())
    assert await moved.save_events(step, now=NOW)
    await moved.keep_snapshots([a_snapshot(article.article_id, outlets=("أخرى",))], now=NOW)
    async with target.writing() as writer:
        await writer.execute(insert(event_moves), went_over)

    assert min(before) > 0
    assert await _newest(target, numbered) == [number + 1 for number in before]
    await moved.close()


async def _newest(database: Database, tables: list[Table]) -> list[int]:
    async with database.reading() as reader:
        return [await reader.scalar(select(func.max(table.c.id))) or 0 for table in tables]


async def test_a_copy_that_was_stopped_is_used_by_nobody_and_goes_on_where_it_stopped(
    another_store: OpenStore, target_url: str
) -> None:
    source = await another_store()
    await held(source)
    stops = 0
    for _ in range(100):
        target = await database_at(target_url)
        dies = Dying(after=3 + 4 * stops)  # further each time
        try:
            copied = await copy_all(source.database, target, dies, rows_at_once=16)
        except StoppedError:
            stops += 1
            with pytest.raises(StoreUnfinishedError):
                await open_store(target_url)
        else:
            break
        finally:
            await target.close()

    moved = await open_store(target_url)
    assert stops >= 5
    assert copied == await contents_of(moved.database) == await contents_of(source.database)
    await moved.close()


async def test_a_target_that_holds_something_is_left_as_it_is(
    another_store: OpenStore, target: Database, target_url: str
) -> None:
    source = await another_store()
    await held(source)
    other = await open_store(target_url)
    await added(other, "theirs")
    before = await contents_of(other.database)

    with pytest.raises(StoreError, match="not empty"):
        await copy_all(source.database, target)

    assert await contents_of(other.database) == before
    await other.close()


async def test_tables_without_rows_count_as_empty(
    another_store: OpenStore, target: Database, target_url: str
) -> None:
    source = await another_store()
    await held(source)
    await (await open_store(target_url)).close()

    assert await copy_all(source.database, target) == await contents_of(target)


async def test_a_row_that_is_not_the_same_is_noticed_and_the_target_stays_unused(
    another_store: OpenStore, target: Database, target_url: str
) -> None:
    source = await another_store()
    await held(source)
    await _stopped_at_the_end(source, target)
    async with target.writing() as writer:
        await writer.execute(text("UPDATE articles SET title = 'غيره' WHERE id = 2"))

    with pytest.raises(StoreError, match="articles"):
        await copy_all(source.database, target)

    with pytest.raises(StoreUnfinishedError):
        await open_store(target_url)


async def _stopped_at_the_end(source: SqlStore, target: Database) -> None:
    def dies(done: int, total: int) -> None:
        if done == total:
            raise StoppedError

    with pytest.raises(StoppedError):
        await copy_all(source.database, target, dies)


async def test_a_text_that_was_altered_behind_our_back_is_found(store: Store) -> None:
    assert isinstance(store, SqlStore)
    await held(store)
    assert await store.verify(deep=True) == []
    async with store.database.writing() as writer:
        await writer.execute(text("UPDATE paragraphs SET text = text || '.' WHERE article_id = 5"))

    problems = await store.verify(deep=True)

    assert problems == ["text: revision 1 of article 5 is not what was stored"]
    assert await store.verify() == []


SHAPE = (
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
    " SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
)


async def test_what_was_taken_down_for_the_move_is_there_again_also_after_a_stop(
    another_store: OpenStore, postgres: Databases
) -> None:
    source = await another_store()
    await held(source)
    expected, name = postgres.new(), postgres.server.new_database()
    shapes = []
    for after in (5, 10_000):
        target = await database_at(postgres.server.url(name))
        with contextlib.suppress(StoppedError):
            await copy_all(source.database, target, Dying(after=after), rows_at_once=16)
        await target.close()
        shapes.append(sorted(postgres.server.sql(SHAPE, name)))

    whole = sorted(postgres.server.sql(SHAPE, expected))
    assert len(shapes[0]) + 20 <= len(whole)  # it was down when the program died
    assert shapes[1] == whole
    assert postgres.server.sql("SELECT to_regclass('mujaz_set_aside')", name) == [(None,)]
    postgres.server.drop(name)


KILLED = """
import asyncio, os, signal, sys
from bot.store.sql import database_at
from bot.store.transfer import copy_all

source_url, target_url, phase = sys.argv[1:]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def on_rows(done, total):
    if (phase == "rows" and done > total / 2) or (phase == "proof" and done == total):
        die()

async def main():
    source, target = await database_at(source_url), await database_at(target_url)
    kind = type(target)

    class Dying(kind):
        async def put_back(self, connection):
            if phase == "before indexes":
                die()
            await super().put_back(connection)
            if phase == "after indexes":
                die()

        def make_ours(self, connection):
            super().make_ours(connection)
            if phase == "end":
                die()

    target.__class__ = Dying
    await copy_all(source, target, on_rows, rows_at_once=16)

asyncio.run(main())
"""


async def test_a_move_that_was_killed_in_any_phase_goes_on_and_every_row_is_there(
    another_store: OpenStore, database_url: str, target_url: str
) -> None:
    source = await another_store()
    await held(source)
    for phase in ("rows", "proof", "before indexes", "after indexes", "end"):
        killed = await asyncio.create_subprocess_exec(
            sys.executable, "-c", KILLED, database_url, target_url, phase
        )
        assert await killed.wait() == -signal.SIGKILL, phase
        with pytest.raises(StoreUnfinishedError):
            await open_store(target_url)

    target = await database_at(target_url)
    copied = await copy_all(source.database, target)
    assert copied == await contents_of(target) == await contents_of(source.database)
    await target.close()
    moved = await open_store(target_url)
    assert await moved.verify(deep=True) == []
    await moved.close()
