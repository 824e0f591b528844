"""A replica and a primary that fail in every way: who reads what, what is told, what is logged."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.app import Mujaz, open_core
from bot.commands import check
from bot.errors import StoreError, StoreLockedError
from bot.log import JsonFormatter, Redactor, TextFormatter
from bot.models import PassedOver
from bot.sandbox import SandboxClock
from bot.search.index import SearchIndex
from bot.search.lexical import LexicalQuery
from bot.settings import Settings
from bot.store.postgres import READERS
from bot.store.replica import PATIENCE_S
from bot.store.replicated import open_replica
from bot.store.sql import SqlStore, open_store
from tests.contract.samples import NOW, added, new_article
from tests.flow.replicas import OpenPair, Pair, caught_up, waited
from tests.postgres import Databases, Server, running

in_proc = pytest.mark.skipif(not Path("/proc").exists(), reason="processes are found in /proc")


async def slow(store: SqlStore, seconds: float = 30) -> None:
    """Read for so long."""
    query = text("SELECT count(*), pg_sleep(:seconds) FROM articles")
    async with store.database.reading() as connection:
        await connection.execute(query, {"seconds": seconds})


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    server.freeze()
    try:
        yield
    finally:
        server.freeze(False)


async def until_idle(before: set[asyncio.Task[object]]) -> None:
    """Wait until only those tasks are left that were there before."""
    async with asyncio.timeout(60):
        while left := asyncio.all_tasks() - before:
            await asyncio.wait(left)


@in_proc
async def test_a_caller_that_is_cancelled_leaves_at_once_and_nothing_goes_on_for_ever(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    one = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    assert await pair.archive.article(one)
    before = asyncio.all_tasks()
    loop = asyncio.get_running_loop()
    with frozen(replica):
        begun = loop.time()
        callers = [asyncio.create_task(pair.archive.articles([one])) for _ in range(READERS)]
        await asyncio.sleep(0.2)
        serving = pair.archive.replica.state.serving
        for caller in callers:
            caller.cancel()
        ended = await asyncio.gather(*callers, return_exceptions=True)
        left_s = loop.time() - begun
        await until_idle(before)
        state = pair.archive.replica.state

    await pair.archive.replica.look()
    again = [await pair.archive.article(one) for _ in range(2 * READERS)]

    assert serving
    assert [type(error) for error in ended] == [asyncio.CancelledError] * READERS
    assert left_s < PATIENCE_S
    assert state.why is PassedOver.AWAY, "what nobody waited for told it nevertheless"
    assert None not in again
    assert pair.came_from() == (1 + 2 * READERS, state.passed_on)


async def test_a_cancelled_caller_costs_no_connection(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    one = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    held = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mujaz'"
    assert await pair.archive.article(one)
    before, connected = asyncio.all_tasks(), replica.sql(held)
    for _ in range(3 * READERS):
        caller = asyncio.create_task(pair.archive.articles([one]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        caller.cancel()
        with suppress(asyncio.CancelledError):
            await caller
        await until_idle(before)

    assert replica.sql(held) == connected
    assert pair.archive.replica.state.serving


async def test_what_takes_long_there_is_ended_by_the_server_and_cuts_nobody_off(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    one = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    long = asyncio.create_task(pair.archive.replica.read(slow))
    short = asyncio.create_task(pair.archive.replica.read(lambda store: slow(store, 2)))
    await asyncio.sleep(0.2)

    told = await pair.archive.article(one)
    with pytest.raises(StoreError, match="57014"):
        await long
    await short

    assert told is not None
    assert pair.archive.replica.state.serving
    assert pair.came_from() == (2, 1)


async def test_when_all_connections_are_busy_the_primary_answers_and_looks_go_on(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    one = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    busy = [
        asyncio.create_task(pair.archive.replica.read(lambda store: slow(store, 3)))
        for _ in range(READERS - 1)
    ]
    await asyncio.sleep(0.2)

    told = await asyncio.gather(*(pair.archive.article(one) for _ in range(20)))
    under_way = [not task.done() for task in busy]
    await pair.archive.replica.look()
    await asyncio.gather(*busy)

    assert None not in told
    assert any(under_way), "they were busy all the time"
    assert pair.archive.replica.state.serving
    assert pair.came_from() == (READERS - 1, 20)


async def test_a_read_that_stands_in_the_way_of_replaying_is_answered_by_the_primary(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    primary = postgres.server
    one = await pair.added("قافلة")
    await caught_up(primary, replica)
    replica.sql("ALTER SYSTEM SET max_standby_streaming_delay = 0")
    replica.reload()
    try:
        await asyncio.sleep(0.5)  # until every process has heard of it
        reading = asyncio.create_task(pair.archive.replica.read(slow))
        await asyncio.sleep(0.5)
        change = "ALTER TABLE articles ADD COLUMN more int; ALTER TABLE articles DROP COLUMN more"
        await asyncio.to_thread(primary.sql, f"SET synchronous_commit = on; {change}", pair.name)
        with pytest.raises(StoreLockedError, match="40001"):
            await reading
        serving = pair.archive.replica.state.serving
        await caught_up(primary, replica)
        told = await pair.archive.article(one)
    finally:
        replica.sql("ALTER SYSTEM RESET max_standby_streaming_delay")
        replica.reload()

    assert serving
    assert told is not None


async def test_what_a_process_stored_it_finds_at_once_however_far_the_replica_lags(
    pair: Pair, tmp_path: Path, paused: None
) -> None:
    index = SearchIndex(pair.archive, tmp_path / "index")
    await index.open()
    stored = await added(pair.archive, "قافلة", new_article("قافلة", "وصلت قافلة اليوم."))

    indexed = await index.catch_up()
    hits = await index.search(LexicalQuery(stems=(("قافل", 1.0),)), 5)
    told = await pair.archive.articles([hit.article_id for hit in hits])
    await index.close()

    assert indexed == 1
    assert list(told) == [stored.article_id]
    assert pair.archive.replica.state.serving
    assert pair.came_from()[0] == 0


async def test_what_is_named_and_not_there_yet_is_asked_of_the_primary(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    old = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    replica.sql("SELECT pg_wal_replay_pause()")
    try:
        new = await pair.added("شاحنة")
        lacking = await pair.archive.replica.read(lambda store: store.articles([old, new]))
        told = await pair.archive.articles([old, new, 999_999])
        headlines = await pair.archive.headlines([old, new])
        ids = [one.id for stored in told.values() for one in stored.paragraphs]
        paragraphs = await pair.archive.paragraphs(ids)
    finally:
        replica.sql("SELECT pg_wal_replay_resume()")

    assert set(lacking) == {old}
    assert set(told) == set(headlines) == {old, new}
    assert set(paragraphs) == set(ids)
    assert pair.came_from() == (4, 0)


async def test_a_replica_of_another_history_is_not_read_and_one_of_ours_is(
    postgres: Databases, opened: OpenPair
) -> None:
    pair = await opened()
    one = await pair.added("قافلة")
    with running(origin=postgres.server) as promoted:
        await caught_up(postgres.server, promoted)
        promoted.sql("SELECT pg_promote()")
        own = await open_store(promoted.url(pair.name))
        await added(own, "شاحنة", new_article("شاحنة", "وصلت شاحنة أخرى."))
        with running(origin=promoted) as follower:
            await caught_up(promoted, follower)
            forked = await open_replica(pair.store, follower.url(pair.name), most_behind_s=600)
            ours = await open_replica(own, follower.url(pair.name), most_behind_s=600)
            there = await forked.articles_since(NOW.replace(year=2000))
            here = await ours.articles_since(NOW.replace(year=2000))
            states = forked.replica.state, ours.replica.state
            await forked.close()
            await ours.close()
        await own.close()

    assert [article.id for article in there] == [one]
    assert len(here) == 2
    assert [state.why for state in states] == [PassedOver.TIMELINE, PassedOver.NOT]
    assert [state.reads for state in states] == [0, 1]


@asynccontextmanager
async def relay(first: Server) -> AsyncIterator[tuple[int, list[Server]]]:
    """Give a port behind which that server is which stands in the list, as behind a balancer."""
    behind, open_ones = [first], set[asyncio.StreamWriter]()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = str(behind[0].folder / ".s.PGSQL.5432")
        there = await asyncio.open_unix_connection(place)
        await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        try:
            yield listening.sockets[0].getsockname()[1], behind
        finally:
            for writer in open_ones:
                writer.close()


async def test_an_address_that_leads_to_another_server_meanwhile_is_not_read(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    one = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    with running() as other:
        other.sql(f"CREATE DATABASE {pair.name}")
        async with relay(replica) as (port, behind):
            url = f"postgresql://mujaz@127.0.0.1:{port}/{pair.name}"
            archive = await open_replica(pair.store, url, most_behind_s=600)
            before = await archive.article(one)
            reads = archive.replica.state
            behind[0] = other
            archive.replica._database.hang_up()
            told = await archive.article(one)
            state = archive.replica.state
            behind[0] = replica
            archive.replica._database.hang_up()
            await archive.replica.look()
            back = await archive.article(one)
            in_the_end = archive.replica.state
            await archive.close()

    assert before is not None
    assert before == told == back
    assert (reads.reads, reads.passed_on) == (1, 0)
    assert (state.why, state.reads, state.passed_on) == (PassedOver.ANOTHER, 1, 1)
    assert (in_the_end.why, in_the_end.reads) == (PassedOver.NOT, 2)


@in_proc
async def test_a_primary_that_hangs_keeps_nobody_from_reading_the_replica(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    one = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    with frozen(postgres.server):
        async with asyncio.timeout(5 * PATIENCE_S):
            await pair.archive.replica.look()
        told = await pair.archive.article(one)
        state = pair.archive.replica.state
    await pair.archive.replica.look()

    assert told is not None
    assert (state.serving, state.reads) == (True, 1)


def settings_for(settings: Settings, primary: str, replica: str, **given: object) -> Settings:
    addresses = {"database_url": SecretStr(primary), "replica_url": SecretStr(replica)}
    return settings.model_copy(update=addresses | given)


async def test_check_tells_whether_the_replica_is_read_and_why_not(
    settings: Settings,
    opened: OpenPair,
    postgres: Databases,
    replica: Server,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    pair = await opened()
    own, there = postgres.server.url(pair.name), replica.url(pair.name)
    other = replica.url(postgres.server.new_database())
    await caught_up(postgres.server, replica)

    async def told(url: str) -> tuple[int, list[str]]:
        code = await check(settings_for(settings, own, url, replica_lag_s=1))
        lines = capsys.readouterr().out.splitlines()
        return code, [line for line in lines if "eplica" in line or "REPLICA" in line]

    read = await told(there)
    promoted = await told(own)
    another = await told(other)
    replica.sql("SELECT pg_wal_replay_pause()")
    try:
        await pair.added("قافلة")
        postgres.server.sql(
            "SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'm', '')"
        )
        behind = await told(there)
    finally:
        replica.sql("SELECT pg_wal_replay_resume()")
    replica.stop()
    try:
        away = await told(there)
    finally:
        replica.start()

    assert read == (0, ["✓ Replica of the database: answers are read from it."])
    assert [code for code, _ in (promoted, another, behind, away)] == [1] * 4
    assert [lines[0].split(";")[0] for _, lines in (promoted, behind, away)] == [
        "✗ Replica of the database: follows no primary (it is none, or not any more)",
        "✗ Replica of the database: lags more than it may",
        "✗ Replica of the database: does not answer",
    ]
    assert len(another[1]) == 1, "one line"
    assert "MUJAZ_REPLICA_URL: is another database than MUJAZ_DATABASE_URL" in another[1][0]


WRITTEN = {"indexing failed", "not listening"}  # by whoever misses the primary
PASSWORDS = ("hunter2-primary", "hunter2/replica ?")


@contextmanager
def logged(settings: Settings) -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Give all that is logged, as both formatters write it, and as it would be unredacted."""
    shown, bare = io.StringIO(), io.StringIO()
    redact = Redactor(settings.secrets())
    handlers = []
    for formatter, into in (
        (TextFormatter(redact), shown),
        (JsonFormatter(redact), shown),
        (logging.Formatter("%(message)s"), bare),
    ):
        handlers.append(logging.StreamHandler(into))
        handlers[-1].setFormatter(formatter)
        logging.getLogger().addHandler(handlers[-1])
    try:
        yield shown, bare
    finally:
        for handler in handlers:
            logging.getLogger().removeHandler(handler)


async def test_no_log_line_shows_a_password_while_replica_and_primary_fail(
    settings: Settings, clock: SandboxClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with running() as primary, running(origin=primary) as replica:
        name = primary.new_database()
        await (await open_store(primary.url(name))).close()
        await caught_up(primary, replica)
        urls = [
            server.url(name).replace("mujaz@", f"mujaz:{password}@")
            for server, password in zip(
                (primary, replica), ("hunter2-primary", "hunter2%2Freplica%20%3f"), strict=True
            )
        ]
        given = settings_for(settings, *urls)
        with logged(given) as (shown, bare):
            async with open_core(given, clock) as core:
                bot = Mujaz(core)
                await bot.start()
                assert core.replica is not None
                await core.replica.look()
                assert core.replica.state.serving
                replica.stop()
                await core.replica.look()
                primary.stop()
                await core.replica.look()
                with pytest.raises(StoreError):
                    await core.services.answering.answer("ماذا وصل إلى المخيم؟")
                await waited(lambda: told(bare) >= WRITTEN)
                primary.start()
                replica.start()
                await core.replica.look()
                logging.getLogger("of a stranger").error("%s and %s; %s, %s", *urls, *PASSWORDS)
                await bot.stop()
        lines = shown.getvalue()

    assert "the replica is not read for now" in lines
    assert "the replica is read" in lines
    assert "[redacted]" in lines
    assert "hunter2" in bare.getvalue(), "what the stranger wrote is there to be struck out"
    assert "hunter2" not in lines


def told(bare: io.StringIO) -> set[str]:
    return {one for one in WRITTEN if one in bare.getvalue()}
