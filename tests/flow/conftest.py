"""The whole bot against the whole sandbox, over real HTTP, with a real store and index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import Core, Mujaz, open_core
from bot.demo import Samples
from bot.sandbox import READER_ID, Sandbox, SandboxClock, SandboxServer
from bot.settings import Settings
from tests.botapi.classes import installed
from tests.flow.person import Person
from tests.flow.spoken import check_all

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
