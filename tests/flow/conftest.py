"""The whole bot against the whole sandbox, over real HTTP, with a real store and index."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import Core, Mujaz, open_core
from bot.demo import Samples
from bot.sandbox import READER_ID, Sandbox, SandboxClock, SandboxServer
from bot.settings import Settings
from bot.store.replicated import open_replica
from bot.store.sql import open_store
from tests.botapi.classes import installed
from tests.flow.person import Person
from tests.flow.replicas import OpenPair, Pair, caught_up
from tests.flow.spoken import check_all
from tests.postgres import Databases, Server, running

START_AT = datetime.fromisoformat("2019-03-12T18:30:00+02:00")
TOKEN = "4242:token-of-the-flow-tests-only-aaaaaaaaa"


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(START_AT)


@pytest.fixture
async def server(clock: SandboxClock) -> AsyncIterator[SandboxServer]:
    """Telegram's side, strict: a request that is not in the Bot API fails the test."""
    sandbox = Sandbox(clock=clock, token=TOKEN)
    sandbox.strict.judge = installed().judge
    async with SandboxServer(sandbox) as running:
        yield running
    assert sandbox.strict.wrong == []
    check_all(running.sandbox.journal.after(0))


@pytest.fixture
def settings(server: SandboxServer, tmp_path: Path) -> Settings:
    return Settings(
        telegram_bot_token=SecretStr(TOKEN),
        telegram_api_url=server.url,
        data_dir=tmp_path / "data",
        admin_ids=(READER_ID,),
        tick_s=0.2,
        chat_rate_per_s=30,
        group_rate_per_min=60,
        questions_per_minute=600,
        feed_full_text=False,  # the feeds of these tests name pages that do not exist
        embeddings="off",  # what needs the model turns it on
    )


@pytest.fixture
async def core(settings: Settings, clock: SandboxClock) -> AsyncIterator[Core]:
    async with open_core(settings, clock) as opened:
        yield opened


@pytest.fixture
async def mujaz(core: Core, clock: SandboxClock, server: SandboxServer) -> AsyncIterator[Mujaz]:
    """The bot with the sample reports up to the evening of 12 March 2019."""
    samples = Samples(core.services.intake, clock)
    await samples.arrive()
    running = Mujaz(core, before_digests=samples.arrive)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()
    assert server.sandbox.strict.judged > 0


@pytest.fixture
async def layla(server: SandboxServer) -> AsyncIterator[Person]:
    """The reader at the page, who also owns the channel and runs the bot."""
    person = Person(server.url)
    yield person
    await person.close()


@pytest.fixture(scope="module")
def replica(postgres: Databases) -> Iterator[Server]:
    with running(origin=postgres.server) as server:
        yield server


@pytest.fixture
async def opened(postgres: Databases, replica: Server) -> AsyncIterator[OpenPair]:
    """Open a new database and its replica; both are let go of after the test."""
    async with AsyncExitStack() as stack:

        async def open_pair(lag_s: float = 600.0) -> Pair:
            name = postgres.server.new_database()
            store = await open_store(postgres.server.url(name))
            stack.push_async_callback(store.close)
            await caught_up(postgres.server, replica)
            archive = await open_replica(store, replica.url(name), most_behind_s=lag_s)
            stack.push_async_callback(archive.close)
            await archive.replica.look()
            return Pair(name, store, archive)

        yield open_pair


@pytest.fixture
async def pair(opened: OpenPair) -> Pair:
    given = await opened()
    assert given.archive.replica.state.serving
    return given


@pytest.fixture
def paused(replica: Server) -> Iterator[None]:
    """A replica that receives and does not replay: nothing new can be read there."""
    replica.sql("SELECT pg_wal_replay_pause()")
    deadline = time.monotonic() + 60
    while replica.sql("SELECT pg_get_wal_replay_pause_state()") != [("paused",)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield
    replica.sql("SELECT pg_wal_replay_resume()")
