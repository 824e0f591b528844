"""What may be asked of the store about sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.models import Activity, Source, SourceKind


class SourceStore(Protocol):
    """Sources and the state of their polling."""

    async def ensure_source(
        self, kind: SourceKind, name: str, address: str = "", *, now: datetime
    ) -> Source:
        """Return the source of this kind with this address (feeds) or name, made if missing."""
        ...

    async def ensure_sources(
        self, kind: SourceKind, names: Sequence[str], *, now: datetime
    ) -> dict[str, Source]:
        """Return the sources of these names, as :meth:`ensure_source` does each, by name."""
        ...

    async def sources(self) -> list[Source]:
        """Return all sources, oldest first."""
        ...

    async def outlets(self) -> dict[int, str]:
        """Return the outlet of each source, by source: its label, without one its name."""
        ...

    async def sources_due(self, now: datetime) -> list[Source]:
        """Return the enabled feeds whose next check is due, longest waiting first."""
        ...

    async def save_check(self, source: Source) -> None:
        """Keep what a poll learned: validators, times, failures, last error, name, address."""
        ...

    async def remove_source(self, source_id: int) -> bool:
        """Disable a source; its articles stay. False when there is none."""
        ...

    async def label_source(self, source: Source) -> None:
        """Keep the labels of a source and whether it is enabled."""
        ...

    async def activity(self, since: datetime, now: datetime) -> dict[int, Activity]:
        """Return what each source brought from ``since`` to ``now``, by its id."""
        ...
