"""Reading from a real streaming replica: what may be old is, what may not never is.

The replica is a copy by ``pg_basebackup`` that follows the tests' server; it is paused, stopped,
frozen and promoted, and every read that it cannot answer as it must is answered by the primary.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bot.app import Mujaz, open_core
from bot.errors import SettingsError, StoreError
from bot.models import Embedding
from bot.sandbox import SandboxClock
from bot.search.index import SearchIndex
from bot.search.lexical import LexicalQuery
from bot.settings import Settings
from bot.store.base import (
    ArticleStore,
    EmbeddingStore,
    EventStore,
    Store,
)
from bot.store.replica import PATIENCE_S
from bot.store.replicated import ReplicaStore, open_replica
from bot.store.sql import SqlStore, open_store
from tests.contract.samples import NOW, a_subscription, added, message, new_article
from tests.flow.replicas import OpenPair, Pair, caught_up
from tests.flow.test_web import free_port
from tests.postgres import Databases, Server, running

MAY_BE_OLD = {
    "articles",
    "articles_about",
    "articles_in",
    "articles_since",
    "changes",
    "copies",
    "edits",
    "embeddings",
    "events",
    "forebears",
    "headlines",
    "newest_at",
    "paragraphs",
    "readings",
}
LAG_S = 1.0


def test_only_these_reads_may_be_old_and_whatever_is_written_later_may_not() -> None:
    asked = {name for base in (ArticleStore, EmbeddingStore, EventStore) for name in vars(base)}
    known = {name for name in dir(Store) if not name.startswith("_")}

    overridden = {
        name for name in known if getattr(ReplicaStore, name) is not getattr(SqlStore, name)
    } - {"close", "add_articles"}  # which writes, and notes what was written

    assert overridden == MAY_BE_OLD
    assert overridden < asked
    assert len(known - overridden) > 60


async def test_the_archive_is_read_from_the_replica(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    ids = [await pair.added(f"قافلة {number}") for number in range(5)]
    await caught_up(postgres.server, replica)

    told = await pair.archive.articles(ids)
    changes = await pair.archive.changes(0, 100)
    nothing = await pair.archive.article(999_999)

    assert told == await pair.store.articles(ids)
    assert changes == await pair.store.changes(0, 100)
    assert nothing is None
    assert pair.came_from() == (3, 0)


async def test_what_must_not_be_old_is_told_while_the_replica_stands_still(
    pair: Pair, paused: None
) -> None:
    await pair.added("قافلة")
    subscription = await a_subscription(pair.store)
    await pair.store.enqueue([message(), message(8)], now=NOW)
    archive = pair.archive

    leased = await archive.lease(1, now=NOW + timedelta(seconds=1), lease_s=60)
    subscriptions = await archive.subscriptions()

    assert await archive.last_seq() == 1
    assert [one.chat_id for one in leased] == [7]
    assert (await archive.counts()).outbox == {"pending": 1, "sending": 1}
    assert subscriptions == [subscription]
    assert [one.name for one in await archive.sources()] == ["ملف"]
    assert len(await archive.articles_between(0, 1)) == 1
    assert await archive.newest_at() is None  # this one may be old, and is
    assert pair.came_from() == (1, 0)


async def test_a_replica_that_lags_too_far_is_passed_over_until_it_has_caught_up(
    opened: OpenPair, postgres: Databases, replica: Server
) -> None:
    pair: Pair = await opened(LAG_S)
    look = pair.archive.replica.look
    replica.sql("SELECT pg_wal_replay_pause()")
    try:
        one = await pair.added("قافلة")
        begun = time.monotonic()
        found = pair.archive.replica.state
        while found.serving:
            await look()
            await asyncio.sleep(0.05)
            found = pair.archive.replica.state
        lagged_s = time.monotonic() - begun
        told = await pair.archive.article(one)
    finally:
        replica.sql("SELECT pg_wal_replay_resume()")
    await caught_up(postgres.server, replica)
    await look()
    again = await pair.archive.article(one)

    assert lagged_s >= LAG_S
    assert found.behind_s is not None
    assert found.behind_s >= LAG_S
    assert found.why == "behind"
    assert told is not None
    assert again == told
    assert pair.archive.replica.state.serving
    assert pair.came_from() == (1, 1)


async def test_an_idle_primary_makes_no_replica_late(opened: OpenPair) -> None:
    pair: Pair = await opened(LAG_S)

    await asyncio.sleep(2 * LAG_S)
    await pair.archive.replica.look()

    assert pair.archive.replica.state.serving
    assert pair.archive.replica.state.behind_s == 0


async def test_what_the_index_has_is_never_missing_in_what_is_read(
    pair: Pair, tmp_path: Path, postgres: Databases, replica: Server
) -> None:
    index = SearchIndex(pair.archive, tmp_path / "index")
    await index.open()
    fresh = await open_replica(pair.store, replica.url(pair.name), most_behind_s=600)
    await fresh.replica.look()  # as another process, which sees no change meanwhile
    replica.sql("ALTER SYSTEM SET recovery_min_apply_delay = '1h'")
    replica.reload()
    try:
        one = await pair.added("قافلة")
        early = await index.catch_up()  # the replica has nothing new yet
        behind = await index.lag()
        replica.stop()
        await pair.archive.replica.look()
        late = await index.catch_up()  # so the primary is read
        replica.start()  # and is still behind
        await pair.archive.replica.look()
        serving = pair.archive.replica.state.serving
        hits = await index.search(LexicalQuery(stems=(("قافل", 1.0),)), 5)
        told = await pair.archive.articles([hit.article_id for hit in hits])
        await index.close()
        await fresh.replica.look()
        held = await fresh.replica.read(lambda store: store.article(one))
        again = SearchIndex(fresh, tmp_path / "index")
        await again.open()
        anew = await again.catch_up()
        with pytest.raises(StoreError, match="behind"):
            await fresh.replica.read(lambda store: store.article(one))
        told_anew = await fresh.articles([one])
        await again.close()
        await fresh.close()
    finally:
        replica.sql("ALTER SYSTEM RESET recovery_min_apply_delay")
        replica.stop()  # a delay that has begun is not ended by reloading
        replica.start()

    assert serving
    assert held is None, "the replica was behind all the time"
    assert list(told_anew) == [one], "what is in the index that was found there counts as seen"
    assert (early, behind, late) == (0, 1, 1)
    assert list(told) == [one]
    assert anew == 0, "an index that is ahead of the replica is not built again"


async def test_a_replica_that_stops_costs_nobody_an_answer(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    one = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    assert await pair.archive.article(one)
    replica.stop()
    try:
        told = [await pair.archive.article(one) for _ in range(3)]
        stopped = pair.archive.replica.state
        await pair.archive.replica.look()
        still = pair.archive.replica.state
    finally:
        replica.start()
    await pair.archive.replica.look()
    back = await pair.archive.article(one)

    assert None not in told
    assert (stopped.serving, stopped.why, still.why) == (False, "away", "away")
    assert back == told[0]
    assert pair.came_from() == (2, 3)


@pytest.mark.skipif(not Path("/proc").exists(), reason="its processes are found in /proc")
async def test_a_replica_that_hangs_is_given_up_and_holds_up_no_end(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    one = await pair.added("قافلة")
    await caught_up(postgres.server, replica)
    assert await pair.archive.article(one)
    replica.freeze()
    try:
        begun = time.monotonic()
        told = await pair.archive.article(one)
        first_s = time.monotonic() - begun
        at_once = [await pair.archive.article(one) for _ in range(20)]
        state = pair.archive.replica.state
        await pair.archive.close()
        ended_s = time.monotonic() - begun - first_s
    finally:
        replica.freeze(False)

    assert told is not None
    assert at_once == [told] * 20
    assert first_s >= PATIENCE_S
    assert (state.serving, state.passed_on) == (False, 21)
    assert ended_s < 3 * PATIENCE_S


async def test_a_replica_that_is_away_at_the_start_is_read_once_it_is_there(
    postgres: Databases, replica: Server
) -> None:
    name = postgres.server.new_database()
    store = await open_store(postgres.server.url(name))
    replica.stop()
    try:
        archive = await open_replica(store, replica.url(name), most_behind_s=600)
        article = (await added(store, "قافلة")).article_id
        told = await archive.article(article)
        away = archive.replica.state
    finally:
        replica.start()
    await caught_up(postgres.server, replica)
    await archive.replica.look()
    again = await archive.article(article)
    state = archive.replica.state
    await archive.close()
    await store.close()

    assert told == again
    assert away.why == "away"
    assert (state.serving, state.reads, state.passed_on) == (True, 1, 1)


async def test_another_database_is_refused_by_the_name_of_the_setting(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    other = postgres.server.new_database()
    await caught_up(postgres.server, replica)

    refused = []
    for url in (replica.url(other), "postgresql", "postgresql://u:hunter2hunter2@h:port/x"):
        with pytest.raises(SettingsError) as told:
            await (await open_replica(pair.store, url, most_behind_s=600)).close()
        refused.append(str(told.value))

    assert [one.split(":")[0] for one in refused] == ["MUJAZ_REPLICA_URL"] * 3
    assert "hunter2" not in "".join(refused)


async def test_a_reader_with_the_least_rights_is_enough(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    primary = postgres.server
    primary.sql("CREATE ROLE looker LOGIN")
    primary.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker", pair.name)
    one = await pair.added("قافلة")
    await caught_up(primary, replica)
    url = replica.url(pair.name).replace("//mujaz@", "//looker@")
    archive = await open_replica(pair.store, url, most_behind_s=600)
    await archive.replica.look()

    told = await archive.article(one)
    state = archive.replica.state
    await archive.close()
    primary.sql("DROP OWNED BY looker", pair.name)
    primary.sql("DROP ROLE looker")

    assert told is not None
    assert (state.serving, state.reads, state.passed_on) == (True, 1, 0)


async def test_vectors_are_read_from_the_replica_and_written_to_the_primary(
    pair: Pair, postgres: Databases, replica: Server
) -> None:
    await pair.added("قافلة")
    (lacking, *_) = await pair.archive.paragraphs_without("m", 10)
    row = Embedding(paragraph_id=lacking.paragraph.id, vector=b"\0\0")

    saved = await pair.archive.save_embeddings("m", [row])
    await caught_up(postgres.server, replica)

    assert saved == 1
    assert await pair.archive.embeddings("m", 0, 10) == [row]
    assert pair.came_from() == (1, 0)


async def test_a_promoted_replica_is_not_read(postgres: Databases, opened: OpenPair) -> None:
    pair: Pair = await opened()
    one = await pair.added("قافلة")
    with running(origin=postgres.server) as standby:
        archive = await open_replica(pair.store, standby.url(pair.name), most_behind_s=600)
        await caught_up(postgres.server, standby)
        await archive.replica.look()
        before = await archive.article(one)
        standby.sql("SELECT pg_promote()")
        two = await pair.added("شاحنة")

        told = await archive.article(two)
        state = archive.replica.state
        await archive.replica.look()
        looked = archive.replica.state
        await archive.close()

    assert before is not None
    assert told is not None
    assert (state.serving, state.reads, state.passed_on) == (False, 1, 1)
    assert looked.why == "follows no primary"


async def test_the_bot_answers_from_the_replica_and_tells_when_it_does_not(
    settings: Settings, clock: SandboxClock, postgres: Databases, replica: Server
) -> None:
    name = postgres.server.new_database()
    store = await open_store(postgres.server.url(name))
    await added(store, "قافلة", new_article("قافلة", "وصلت صباح اليوم قافلة مساعدات إلى المخيم."))
    await store.close()
    await caught_up(postgres.server, replica)
    port = free_port()
    given = settings.model_copy(
        update={
            "database_url": SecretStr(postgres.server.url(name)),
            "replica_url": SecretStr(replica.url(name)),
            "listen": f"127.0.0.1:{port}",
        }
    )
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as web,
        open_core(given, clock) as core,
    ):
        bot = Mujaz(core)
        await bot.start()
        assert core.replica is not None
        await core.replica.look()
        reads = core.replica.state.reads
        answer = await core.services.answering.answer("ماذا وصل إلى المخيم؟")
        answered_by_it = core.replica.state.reads - reads
        ready = (await web.get("/readyz")).json()
        metrics = (await web.get("/metrics")).text
        replica.stop()
        try:
            same = await core.services.answering.answer("ماذا وصل إلى المخيم؟")
            without = await web.get("/readyz")
            told = (await web.get("/metrics")).text
        finally:
            replica.start()
            await bot.stop()

    assert answer.found
    assert answered_by_it >= 3
    assert same.passages == answer.passages
    assert ready["replica"] == {"serving": True, "why": "", "behind_s": 0.0}
    assert without.status_code == 200, "the primary answers, so the process is ready"
    assert without.json()["replica"]["why"] == "away"
    assert "mujaz_replica_serving 1.0" in metrics
    assert "mujaz_replica_serving 0.0" in told
    assert 'mujaz_replica_reads_total{by="primary"}' in told
    assert "mujaz_replica_behind_seconds 0.0" in metrics
