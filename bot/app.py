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
from bot.lock import make_folder
from bot.memory import keep_little
from bot.running import Mujaz, warm_up
from bot.search.index import SearchIndex
from bot.search.semantic import SemanticIndex
from bot.settings import Settings
from bot.store.replicated import ReplicaStore, open_replica
from bot.store.sql import SqlStore, open_store

__all__ = ["Core", "Mujaz", "embedder_of", "open_core", "warm_up"]


@asynccontextmanager
async def open_core(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Core]:
    """Open store and index and join the services; closed in the opposite order.

    Where there is a replica, what answers questions reads from it. Raises StoreError or
    SearchIndexError when either cannot be opened, SettingsError for a replica of another database.
    """
    keep_little()  # before there are threads
    clock = clock or SystemClock()
    embedder = embedder_of(settings)
    make_folder(settings.data_dir)
    async with AsyncExitStack() as opened:
        store = await open_store(settings.store_url)
        opened.push_async_callback(store.close)
        archive = await _archive(settings, store)
        if isinstance(archive, ReplicaStore):
            opened.push_async_callback(archive.close)
        index = SearchIndex(archive, settings.index_dir)
        await index.open()
        opened.push_async_callback(index.close)
        semantic = SemanticIndex(archive, embedder)
        opened.push_async_callback(semantic.close)
        services = join_services(settings, clock, store, archive, index, semantic)
        opened.push_async_callback(services.enriching.close)
        yield Core(
            settings=settings,
            clock=clock,
            store=store,
            index=index,
            semantic=semantic,
            services=services,
            replica=archive.replica if isinstance(archive, ReplicaStore) else None,
        )


async def _archive(settings: Settings, store: SqlStore) -> SqlStore:
    """Return the store as those read it who may see what is a little old."""
    if settings.replica_url is None:
        return store
    url = settings.replica_url.get_secret_value()
    return await open_replica(store, url, most_behind_s=settings.replica_lag_s)
