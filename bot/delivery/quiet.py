"""When a chat wants no sound: its quiet hours, by its own clock, across changes of clocks."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import instant_of, local_date
from bot.models import DeliveryOptions


def quiet_until(options: DeliveryOptions, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when the quiet hours that hold at ``now`` end; None outside them.

    They run from one wall time to the next occurrence of the other, so they may span midnight;
    two equal times are none at all. Raises ValueError for a naive ``now``.
    """
    if not options.quiet_from or options.quiet_from == options.quiet_until:
        return None
    begins, ends = (time.fromisoformat(wall) for wall in (options.quiet_from, options.quiet_until))
    today = local_date(now, zone)
    for day in (today - timedelta(days=1), today):
        until_day = day if begins < ends else day + timedelta(days=1)
        until = instant_of(until_day, ends, zone)
        if instant_of(day, begins, zone) <= now < until:
            return until
    return None
