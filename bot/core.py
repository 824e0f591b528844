"""What is joined once and used by the command line and the running bot alike."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.search.index import SearchIndex
from bot.search.semantic import SemanticIndex
from bot.services import Services
from bot.settings import Settings
from bot.store.base import Replica, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What both the command line and the bot need."""

    settings: Settings
    clock: Clock
    store: Store
    index: SearchIndex
    semantic: SemanticIndex
    services: Services
    replica: Replica | None = None
