"""A real store on a real file for the tests of the store's own modules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.sql import SqlStore, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mujaz.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    store = await open_store(url)
    yield store
    await store.close()
