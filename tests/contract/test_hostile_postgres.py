"""What the store promises when PostgreSQL is away, locked, read-only, full or not ours.

Every method either works or raises a StoreError, nothing is half written, and all is well again
once the trouble is over. Each test counts the methods that the trouble reached.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

import psycopg
import pytest
import pytest_asyncio

from bot.errors import (
    StoreAwayError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreVersionError,
)
from bot.store.base import Store
from bot.store.postgres import LEASERS, WRITERS
from bot.store.sql import SqlStore, open_store
from tests.contract.calls import READS, WRITES, Call, Held, fill
from tests.contract.samples import NOW, added, message
from tests.postgres import Databases, Server, rows_of, running
from tests.reliability.town import until

# Their values are longer than the columns, which only PostgreSQL minds.
_GONE_MS = 10_000  # for which a connection that is cut may live on
TOO_LONG = {"set_chat_settings", "pause", "note_question"}
FITTING = {name: call for name, call in WRITES.items() if name not in TOO_LONG}


@pytest.fixture
def name(postgres: Databases) -> Iterator[str]:
    """A database of its own, which may be left in any state."""
    made = postgres.new()
    yield made
    postgres.server.drop(made)


@pytest.fixture
def server(postgres: Databases) -> Server:
    return postgres.server


@pytest_asyncio.fixture
async def store(server: Server, name: str) -> AsyncIterator[SqlStore]:
    """The store on that database, impatient with locks."""
    opened = await open_store(server.url(name), busy_timeout_s=0.05)
    yield opened
    await opened.close()


async def refused(
    store: Store, held: Held, calls: Mapping[str, Call], error: type[StoreError]
) -> set[str]:
    """Make every call; return those refused with ``error``. Any other error fails the test."""
    names = set()
    for called, call in calls.items():
        try:
            await call(store, held)
        except error:
            names.add(called)
    return names


@pytest.mark.parametrize("called", sorted(FITTING))
async def test_every_call_that_writes_works_on_a_sound_database(
    postgres: Databases, called: str
) -> None:
    name = postgres.new()
    store = await open_store(postgres.server.url(name))
    held = await fill(store)
    before = rows_of(postgres.server, name)

    await FITTING[called](store, held)

    assert rows_of(postgres.server, name) != before
    await store.close()
    postgres.give_back(name)


async def test_every_call_that_reads_works_and_changes_nothing(postgres: Databases) -> None:
    name = postgres.new()
    store = await open_store(postgres.server.url(name))
    held = await fill(store)
    before = rows_of(postgres.server, name)

    for call in READS.values():
        await call(store, held)

    assert rows_of(postgres.server, name) == before
    await store.close()
    postgres.give_back(name)


async def test_a_value_too_long_for_its_column_is_refused_and_nothing_is_changed(
    server: Server, name: str, store: SqlStore
) -> None:
    held = await fill(store)
    before = rows_of(server, name)

    met = await refused(store, held, {n: WRITES[n] for n in TOO_LONG}, StoreError)

    assert met == TOO_LONG
    assert rows_of(server, name) == before


@contextmanager
def locked(server: Server, name: str) -> Iterator[None]:
    """Hold the locks of writers and leasers, as a program that hangs in its transaction."""
    with psycopg.connect(server.url(name).replace("+psycopg", "")) as other:
        for lock in (WRITERS, LEASERS):
            other.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        other.execute("DELETE FROM change_log")
        yield
        other.rollback()


async def test_a_locked_database_refuses_writes_and_still_answers(
    server: Server, name: str, store: SqlStore
) -> None:
    held = await fill(store)
    before = rows_of(server, name)
    with locked(server, name):
        assert await refused(store, held, WRITES, StoreLockedError) == set(WRITES)
        assert await refused(store, held, READS, StoreError) == set()
    assert rows_of(server, name) == before

    assert await refused(store, held, FITTING | READS, StoreError) == set()


async def test_a_read_only_database_can_be_read_and_refuses_writes(
    server: Server, name: str, store: SqlStore
) -> None:
    held = await fill(store)
    await store.close()
    before = rows_of(server, name)
    server.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    reading = await open_store(server.url(name))
    refused_writes = await refused(reading, held, FITTING, StoreFullError)
    refused_reads = await refused(reading, held, READS, StoreError)
    await reading.close()

    assert (refused_writes, refused_reads) == (set(FITTING), set())
    assert rows_of(server, name) == before


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END$$;
DO $$DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE OR DELETE ON %I'
                   ' FOR EACH ROW EXECUTE FUNCTION full_disk()', t);
  END LOOP; END$$;
"""


async def test_a_full_disk_refuses_what_it_reaches_and_writes_nothing_of_it(
    server: Server, name: str, store: SqlStore
) -> None:
    """The server itself answers each changed row as it does when its disk is full."""
    held = await fill(store)
    before = rows_of(server, name)
    server.sql(FULL, name)

    met = await refused(store, held, FITTING, StoreFullError)

    assert met >= set(FITTING) - {"set_reachable", "remove_source"}
    assert rows_of(server, name) == before
    server.sql("DROP FUNCTION full_disk CASCADE", name)
    assert await refused(store, held, FITTING | READS, StoreError) == set()


async def test_a_server_that_goes_away_is_called_so_and_found_again() -> None:
    """A server of its own is stopped with connections open, and started again."""
    with running() as server:
        store = await open_store(server.url("postgres"))
        held = await fill(store)
        server.stop()

        away = await refused(store, held, WRITES | READS, StoreAwayError)
        server.start()
        still = await refused(store, held, FITTING | READS, StoreError)
        await store.close()

        assert away == set(WRITES) | set(READS)
        assert still == set()


def cut_connections(server: Server, name: str) -> int:
    """End every connection to a database, and wait until each is gone; return how many there were.

    Without waiting they are only told to end, and may hold their locks for a while yet.
    """
    cut = server.sql(
        f"SELECT pg_terminate_backend(pid, {_GONE_MS}) FROM pg_stat_activity"  # noqa: S608 - ours
        f" WHERE datname = '{name}'"
    )
    return len(cut)


async def test_connections_that_are_cut_cost_no_call_later(
    server: Server, name: str, store: SqlStore
) -> None:
    held = await fill(store)
    assert cut_connections(server, name) >= 2

    assert await refused(store, held, READS, StoreError) == set()
    await added(store, "again")


REFUSED, AWAY = "error.store.refused", "error.store.away"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("postgresql://mujaz:geheim@/missing?host={folder}", REFUSED),
        ("postgresql://nobody:geheim@/postgres?host={folder}", REFUSED),
        ("postgresql://mujaz:geheim@/postgres?host=/nowhere", AWAY),
        ("postgresql://mujaz:geheim@127.0.0.1:1/postgres", AWAY),
    ],
)
async def test_a_wrong_address_is_one_clear_error_without_the_password(
    server: Server, url: str, key: str
) -> None:
    with pytest.raises(StoreAwayError) as told:
        await open_store(url.format(folder=server.folder))

    assert told.value.key == key
    assert "geheim" not in str(told.value)


async def test_a_server_that_has_no_room_for_one_more_is_not_called_away(
    server: Server, name: str
) -> None:
    server.sql(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    server.sql("CREATE ROLE visitor LOGIN")
    try:
        with pytest.raises(StoreAwayError, match="too many connections") as told:
            await open_store(server.url(name).replace("mujaz@", "visitor@"))
    finally:
        server.sql("DROP ROLE visitor")

    assert told.value.key == REFUSED


async def test_a_wrong_password_is_told_from_a_server_that_is_away(
    server: Server, name: str
) -> None:
    rules = server.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    server.sql("CREATE ROLE guarded LOGIN SUPERUSER PASSWORD 'richtig'")
    rules.write_text(f"local all guarded scram-sha-256\n{before}")
    server.reload()
    url = server.url(name).replace("mujaz@", "guarded:{}@")
    try:
        with pytest.raises(StoreAwayError, match="password authentication failed") as told:
            await open_store(url.format("geheim"))
        await (await open_store(url.format("richtig"))).close()
    finally:
        rules.write_text(before)
        server.reload()
        server.sql("DROP ROLE guarded")

    assert told.value.key == REFUSED
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize("url", ["postgresql", "postgresql://mujaz:geheim@host:geheim/mujaz"])
async def test_an_address_that_is_none_is_one_clear_error_without_the_password(url: str) -> None:
    with pytest.raises(StoreError, match="cannot be understood") as told:
        await open_store(url)

    assert "geheim" not in "".join(traceback.format_exception(told.value))


async def test_a_database_of_another_program_is_left_alone(server: Server) -> None:
    other = server.new_database()
    server.sql("CREATE TABLE theirs (id int)", other)

    with pytest.raises(StoreCorruptError, match="another program"):
        await open_store(server.url(other))

    assert list(rows_of(server, other)) == ["theirs"]
    server.drop(other)


async def test_a_database_from_the_future_is_refused(server: Server, name: str) -> None:
    server.sql("UPDATE alembic_version SET version_num = '9999'", name)

    with pytest.raises(StoreVersionError):
        await open_store(server.url(name))


async def test_a_database_that_is_not_in_utf8_is_refused(server: Server) -> None:
    server.sql("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'")

    with pytest.raises(StoreError, match="UTF8"):
        await open_store(server.url("latin"))

    server.drop("latin")


async def test_a_closed_store_leaves_no_connection(server: Server, name: str) -> None:
    store = await open_store(server.url(name))
    await added(store, "a")

    await store.close()

    asked = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - ours
    assert await until(lambda: server.sql(asked) == [(0,)])  # it notices a moment later


async def test_a_write_of_one_process_wakes_those_that_watch(
    server: Server, name: str, store: SqlStore
) -> None:
    other = await open_store(server.url(name))
    heard: asyncio.Queue[str] = asyncio.Queue()
    watching = asyncio.create_task(other.watch(heard.put_nowait))
    assert await asyncio.wait_for(heard.get(), 60) == ""

    await added(store, "a")
    assert await asyncio.wait_for(heard.get(), 60) == "articles"
    await store.enqueue([message()], now=NOW)
    assert await asyncio.wait_for(heard.get(), 60) == "outbox"
    await store.enqueue([message()], now=NOW)  # known: nothing to tell

    cut_connections(server, name)
    assert await asyncio.wait_for(heard.get(), 60) == "", (
        "it listens again, and may have missed some"
    )
    assert heard.empty()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await other.close()


async def test_text_of_any_characters_comes_back_and_is_found(store: SqlStore) -> None:
    tricky = ["\0", "a\0b\0\0", "\ue6e0", "\ue6e1", "\ue6e0\0\ue6e1", "\ue6e0" * 3 + "\0"]

    for text in tricky:
        intake = await added(store, text)
        held = await store.article(intake.article_id)
        assert held is not None
        assert held.article.title == text
        assert (await store.known_titles([text])) == {text: text}
