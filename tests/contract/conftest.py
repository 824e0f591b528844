"""The store under test, once per backend.

Every test of this folder is written against the Protocols of ``bot.store.base``; a new backend is
one more entry in ``BACKENDS``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.base import Store
from bot.store.sql import SqlStore, open_store

BACKENDS = ["sqlite", "postgresql"]

OpenStore = Callable[[], Awaitable[SqlStore]]


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if backend == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest_asyncio.fixture
async def another_store(database_url: str) -> AsyncIterator[OpenStore]:
    """Open the same database again, as a second process would; closed after the test."""
    opened: list[SqlStore] = []

    async def open_one() -> SqlStore:
        opened.append(await open_store(database_url))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest_asyncio.fixture
async def store(another_store: OpenStore) -> Store:
    return await another_store()
