"""Where a digest begins and ends: by the change log what it holds, by the clock what is news."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.models import DigestFilters, Subscription, WaitingDigests

LATE = timedelta(days=7)  # dated so long before the period, an article is an archive's, not news
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where a digest begins.

    It holds what was stored after ``cursor`` and up to ``until``, and a ``first`` one what is dated
    since ``since_at``.
    """

    cursor: int
    until: int
    since_at: datetime
    first: bool

    @classmethod
    def at(cls, subscription: Subscription, due_at: datetime, until: int) -> Begun:
        """Return where the next digest of a subscription begins."""
        covered = subscription.covered_until_at
        return cls(
            cursor=until if covered is None else subscription.cursor,
            until=until,
            since_at=covered or due_at - filters_of(subscription).first_period,
            first=covered is None,
        )

    @classmethod
    def before(cls, waiting: WaitingDigests, subscription: Subscription, until: int) -> Begun:
        """Return where the first of the waiting digests began."""
        covered = waiting.covered_until_at
        if covered is not None:
            return cls(cursor=waiting.cursor, until=until, since_at=covered, first=False)
        after = waiting.first_cursor
        return cls(
            cursor=subscription.cursor if after is None else after,
            until=until,
            since_at=waiting.due_at - filters_of(subscription).first_period,
            first=True,
        )


def filters_of(subscription: Subscription) -> DigestFilters:
    """Return what a subscription chose; on one day of the week its digest is a weekly one."""
    if len(subscription.weekdays) == 1:
        return replace(subscription.filters, weekly=True)
    return subscription.filters


def before(at: datetime, how_long: timedelta) -> datetime:
    """Return the time so long before an instant, or the earliest that there is."""
    return at - min(how_long, at - _NEVER)
