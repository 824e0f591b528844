"""The composition root: with ``bot.joining`` the one place that names concrete classes.

``open_core`` joins store, index and services, which is all that the command line needs;
``Mujaz`` (in ``bot.running``) adds Telegram, the sender and the periodic work.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.clock import Clock, SystemClock
from bot.core import Core
from bot.joining import embedder_of, join_services
from bot.memory import keep_few_heaps
from bot.running import Mujaz, warm_up
from bot.search.index import SearchIndex
from bot.search.semantic import SemanticIndex
from bot.settings import Settings
from bot.store.sql import open_store

__all__ = ["Core", "Mujaz", "embedder_of", "open_core", "warm_up"]


@asynccontextmanager
async def open_core(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Core]:
    """Open store and index and join the services; closed in the opposite order.

    Raises StoreError or SearchIndexError when either cannot be opened.
    """
    keep_few_heaps()  # before there are threads
    clock = clock or SystemClock()
    embedder = embedder_of(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as opened:
        store = await open_store(settings.store_url)
        opened.push_async_callback(store.close)
        index = SearchIndex(store, settings.index_dir)
        await index.open()
        opened.push_async_callback(index.close)
        semantic = SemanticIndex(store, embedder)
        opened.push_async_callback(semantic.close)
        yield Core(
            settings=settings,
            clock=clock,
            store=store,
            index=index,
            semantic=semantic,
            services=join_services(settings, clock, store, index, semantic),
        )
