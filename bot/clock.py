"""Time: where "now" comes from, and local-date arithmetic that is right when clocks change.

Every other module is given a :class:`Clock`; only this one may ask the machine for the time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; for tests and for ``--now`` on commands."""

    def __init__(self, at: datetime) -> None:
        self._now = require_aware(at)

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self._now

    def advance(self, delta: timedelta) -> None:
        """Move the clock by ``delta``."""
        self._now += delta


def require_aware(at: datetime) -> datetime:
    """Return ``at`` in UTC; a naive time is a programming error and raises ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"a naive datetime is ambiguous: {at.isoformat()}")
    return at.astimezone(UTC)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """Return the calendar date in ``zone`` at the instant ``at``."""
    return require_aware(at).astimezone(zone).date()


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) of a local date and wall time.

    A time that the clocks jump over (a gap) becomes the first instant after the jump; a time
    that comes twice (a repeat) becomes its first occurrence. So every local date has exactly
    one instant for every wall time, in every zone.
    """
    local = datetime.combine(day, at.replace(tzinfo=None, fold=0), tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _end_of_gap(local, zone)


def _end_of_gap(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the clocks jump over the wall time ``local``.

    The two readings of a missing wall time (fold 0 and 1) lie on both sides of the jump: with
    the offset before it the time comes too late, with the offset after it too early.
    """
    low = local.replace(fold=1).astimezone(UTC)
    high = local.replace(fold=0).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
