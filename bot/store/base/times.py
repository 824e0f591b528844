"""What may be asked of the store about times that a wrong clock has written."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class TimesStore(Protocol):
    """Times that lie ahead and keep something waiting, set right."""

    async def set_times_right(self, *, now: datetime) -> int:
        """Set right what was written more than an hour ahead of ``now``; return how many rows.

        Messages that wait may be sent and feeds be visited at once. Digests are due again as if
        the clock had been right: a slot that was only covered by one composed ahead of time is
        free. A slot that was written stays taken, so nothing is sent twice.
        """
        ...
