"""A loopback server and a fetcher that trusts it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sources.fetch import Fetcher
from tests.unit.sources.loopback import Loopback, loopback


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with loopback() as state:
        yield state


@pytest.fixture
async def fetcher(server: Loopback) -> AsyncIterator[Fetcher]:
    opened = Fetcher(
        timeout_s=5, max_bytes=2_000_000, trusted_hosts=[server.pair], host_pause_s=0.0
    )
    yield opened
    await opened.close()
