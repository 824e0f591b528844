"""What may be asked of the store about letting go of what is old."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class RetentionStore(Protocol):
    """Old articles, removed with all that belongs to them."""

    async def remove_old(
        self, *, before: datetime | None, keep: int | None, now: datetime, limit: int = 500
    ) -> int:
        """Remove articles dated before ``before`` or beyond the newest ``keep``, oldest first.

        At most ``limit`` at a time; returns how many. Their identities stay, so that none is taken
        for news again, and a line of the change log tells the index. Articles that a subscription
        has yet to hear of, or that an unsettled or doubtful message names, stay for now.
        """
        ...

    async def give_back_space(self) -> bool:
        """Return room that removed rows have left to the disk, where that takes an act of ours.

        Writers wait meanwhile. False where there was too little, or the database does it itself.
        """
        ...
