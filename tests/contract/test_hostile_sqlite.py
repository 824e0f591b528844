"""What the store promises when the SQLite file is locked, read-only, full, damaged or not ours.

Every method either works or raises a StoreError, nothing is half written, and all is well again
once the trouble is over. Each test counts the methods that the trouble reached.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import StoreCorruptError, StoreError, StoreFullError, StoreLockedError
from bot.store.base import Store
from bot.store.sql import SqlStore, open_store
from tests.contract.calls import READS, WRITES, Call, Held, fill

SMALL_WRITES = {
    "remove_old",
    "remove_source", "set_reachable", "migrate_chat", "lease", "settle_sent", "retry", "recover",
    "save_events", "follow_again", "forget_shown", "unfollow", "forget_alerts", "expire_questions",
    "forget_chat", "settle_pin", "show_anew", "set_times_right",
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mujaz.db"


@asynccontextmanager
async def opened(path: Path, query: str = "") -> AsyncIterator[SqlStore]:
    """Open the store at ``path``, impatient with locks."""
    url = f"sqlite+aiosqlite:///file:{path}?uri=true{query}"
    store = await open_store(url, busy_timeout_s=0.02)
    try:
        yield store
    finally:
        await store.close()


def content(path: Path) -> list[str]:
    """Return every row of the database, as another program sees it."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


async def refused(
    store: Store, held: Held, calls: Mapping[str, Call], error: type[StoreError]
) -> set[str]:
    """Make every call; return those refused with ``error``. Any other error fails the test."""
    names = set()
    for name, call in calls.items():
        try:
            await call(store, held)
        except error:
            names.add(name)
    return names


def test_every_method_of_the_store_is_called_here() -> None:
    promised = {name for name in vars(SqlStore) if not name.startswith("_")}
    for part in Store.__mro__:
        promised |= {name for name in vars(part) if not name.startswith("_")}

    assert len(promised) > 30
    assert promised - {"close", "watch", "back_up", "give_back_space", "hold"} == set(WRITES) | set(
        READS
    )


@pytest.mark.parametrize("calls", [WRITES, READS])
async def test_every_call_works_on_a_sound_database(path: Path, calls: Mapping[str, Call]) -> None:
    async with opened(path) as store:
        held = await fill(store)
    before = content(path)
    for name, call in calls.items():
        copy = shutil.copyfile(path, path.with_name(f"{name}.db"))
        async with opened(copy) as store:
            await call(store, held)

        assert (content(copy) != before) == (calls is WRITES), name


async def test_a_locked_database_refuses_writes_and_still_answers(path: Path) -> None:
    async with opened(path) as store:
        held = await fill(store)
        before = content(path)
        with locked(path):
            assert await refused(store, held, WRITES, StoreLockedError) == set(WRITES)
            assert await refused(store, held, READS, StoreError) == set()
        assert content(path) == before

        assert await refused(store, held, WRITES | READS, StoreError) == set()
        assert await store.verify() == []


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock, as another program does in the middle of its transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM change_log")
        yield
        other.execute("ROLLBACK")


async def test_a_write_waits_for_a_short_lock(path: Path) -> None:
    async with opened(path) as impatient:
        held = await fill(impatient)
    store = await open_store(f"sqlite+aiosqlite:///{path}", busy_timeout_s=20)
    with locked(path):
        waiting = asyncio.ensure_future(store.remove_source(held.source.id))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    assert await waiting
    await store.close()


async def test_a_read_only_file_can_be_read_and_refuses_writes(path: Path) -> None:
    async with opened(path) as store:
        held = await fill(store)
    before = content(path)

    async with opened(path, "&mode=ro") as store:
        assert await refused(store, held, WRITES, StoreFullError) == set(WRITES)
        assert await refused(store, held, READS, StoreError) == set()
    assert content(path) == before

    async with opened(path) as store:
        assert await refused(store, held, WRITES, StoreError) == set()


@asynccontextmanager
async def full(store: SqlStore) -> AsyncIterator[None]:
    """Let the database file grow no further: SQLite then fails as on a full disk."""
    async with store.database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite takes its size
    yield
    async with store.database.writing() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")


async def test_a_full_disk_refuses_what_needs_space_and_writes_nothing_of_it(path: Path) -> None:
    async with opened(path) as store:
        held = await fill(store)
        async with full(store):
            for name, call in WRITES.items():
                before = content(path)
                if name not in SMALL_WRITES:
                    with pytest.raises(StoreFullError):
                        await call(store, held)
                    assert content(path) == before, name
            assert await refused(store, held, READS, StoreError) == set()

        assert await refused(store, held, WRITES | READS, StoreError) == set()
        assert await store.verify() == []


async def test_a_full_disk_still_settles_and_recovers(path: Path) -> None:
    async with opened(path) as store:
        held = await fill(store)
        small = {name: WRITES[name] for name in SMALL_WRITES}
        async with full(store):
            assert await refused(store, held, small, StoreFullError) == set()


def damage(path: Path, *, spare_tables: bool) -> int:
    """Overwrite pages of a closed database with noise; return how many."""
    noise = random.Random(7)  # noqa: S311 - any bytes will do, the same in every run
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        roots = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE rootpage > 0 AND type = ? "
            "AND tbl_name <> 'alembic_version'",
            ("index" if spare_tables else "table",),
        ).fetchall()
    with path.open("r+b") as file:
        for (page,) in roots:
            file.seek((page - 1) * size)
            file.write(noise.randbytes(size))
    return len(roots)


@pytest.mark.parametrize(("spare_tables", "least"), [(False, 25), (True, 12)])
async def test_damaged_pages_are_called_so_by_every_method_that_meets_them(
    path: Path, spare_tables: bool, least: int
) -> None:
    async with opened(path) as store:
        held = await fill(store)
    assert damage(path, spare_tables=spare_tables) > 8

    async with opened(path) as store:
        met = await refused(store, held, WRITES | READS, StoreCorruptError)
        problems = await store.verify()

    assert len(met) >= least, sorted(met)
    assert problems


async def test_a_row_without_its_owner_is_found(path: Path) -> None:
    async with opened(path) as store:
        await fill(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM articles")
        connection.commit()

    async with opened(path) as store:
        problems = await store.verify()

    assert any("revisions" in problem for problem in problems)


async def test_values_that_were_never_written_are_a_store_error(path: Path) -> None:
    async with opened(path) as store:
        held = await fill(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE outbox SET state='odd', not_before_at='when?', buttons='[1]'")
        connection.execute("UPDATE subscriptions SET times='{'")
        connection.execute("UPDATE chats SET kind='odd'")
        connection.execute("UPDATE sources SET kind='odd', next_check_at='when?'")
        connection.execute("UPDATE articles SET dated_at='when?', first_seen_at='when?'")
        connection.commit()

    async with opened(path) as store:
        met = await refused(store, held, READS, StoreError)

    assert met >= {"chat", "subscription", "outbox", "sources", "articles", "newest_at"}
