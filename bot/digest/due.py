"""When a digest is due: one slot for every local date and wall time, whatever the clocks do.

Pure: a subscription and an instant go in, a slot comes out. Nothing is scheduled anywhere; a
periodic tick asks again, so a stop, a slow loop or a change of clocks cannot lose a digest, and
the store's unique key over subscription, local date and time keeps it from going out twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.clock import instant_of, local_date
from bot.models import Slot, Subscription

# Longer than a week, so that a weekly digest missed by less than a day is still found.
LOOK_BACK_DAYS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The slot whose digest is to be composed, and the missed ones that it covers as well."""

    slot: Slot
    covered: tuple[Slot, ...] = ()


def due_slot(subscription: Subscription, now: datetime) -> Due | None:
    """Return what is due at ``now``, None when nothing is.

    The latest slot after both the activation and the last slot is due; earlier ones in between
    (missed while the program stood still, or merged by a jump of the clocks) are covered by it,
    so that an outage ends with one digest and not with a burst. Slots more than
    ``LOOK_BACK_DAYS`` old are forgotten. Raises ValueError for a naive ``now`` and
    ZoneInfoNotFoundError for a zone that does not exist.
    """
    if not subscription.active:
        return None
    after = max(filter(None, (subscription.active_since_at, subscription.last_slot_at)))
    passed = [slot for slot in _slots(subscription, after, now) if after < slot.due_at <= now]
    if not passed:
        return None
    passed.sort(key=lambda slot: (slot.due_at, slot.local_date, slot.time))
    return Due(slot=passed[-1], covered=tuple(passed[:-1]))


def _slots(subscription: Subscription, after: datetime, now: datetime) -> Iterator[Slot]:
    """Yield the slots of all local dates that could lie between the two instants.

    A day more on both sides: a slot in a gap is due on the date after its own, and a slot at
    the end of a repeated hour may be due while the local date already reads the day before.
    """
    zone = ZoneInfo(subscription.timezone)
    today = local_date(now, zone)
    first = max(local_date(after, zone) - timedelta(days=1), today - timedelta(LOOK_BACK_DAYS))
    for ahead in range((today - first).days + 2):
        day = first + timedelta(days=ahead)
        if day.isoweekday() not in subscription.weekdays:
            continue
        for wall_time in subscription.times:
            yield Slot(
                subscription_id=subscription.id,
                local_date=day,
                time=wall_time,
                due_at=_instant(day, wall_time, zone),
            )


@lru_cache(maxsize=65_536)  # most subscriptions share their zone and time
def _instant(day: date, wall_time: str, zone: ZoneInfo) -> datetime:
    return instant_of(day, time.fromisoformat(wall_time), zone)
