"""When a source is to be visited next: pure rules, with time and chance passed in.

A source that answers is visited at the usual interval, or less often where it asks for that.
One that fails is visited less and less often, at least once a day, and never before the time it
names itself. One that says for a week that it has moved is visited at its new address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.errors import MujazError
from bot.models import Source

DAY_S = 86_400.0
ADOPT_AFTER = timedelta(days=7)  # a "permanent" move is often a mistake of hours
_MISSING_S = 3_600.0  # first pause after "not found"; pages come back, but not within minutes
_JITTER = 0.05  # greatest share added, so that sources added together drift apart
_NOT_FOUND, _GONE = 404, 410
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visit taught about the next; ``failures`` counts in a row, 0 after success."""

    failures: int = 0
    status: int | None = None
    retry_after_s: float | None = None
    max_age_s: float | None = None


def failed_visit(error: MujazError, failures: int) -> Visit:
    """Return the visit that ended in ``error``, the ``failures``-th in a row."""
    status, retry_after = error.params.get("status"), error.params.get("retry_after_s")
    return Visit(
        failures=failures,
        status=status if isinstance(status, int) else None,
        retry_after_s=retry_after if isinstance(retry_after, float) else None,
    )


def next_check_at(visit: Visit, now: datetime, *, interval_s: float, jitter: float) -> datetime:
    """Return when to come again; ``jitter`` is a number from 0 to 1 drawn by the caller."""
    delay_s = _delay_s(visit, interval_s) * (1 + _JITTER * jitter)
    return now + timedelta(seconds=delay_s)


def _delay_s(visit: Visit, interval_s: float) -> float:
    if not visit.failures:
        return max(interval_s, min(visit.max_age_s or 0.0, DAY_S))
    if visit.status == _GONE:
        return DAY_S
    first_s = max(interval_s, _MISSING_S) if visit.status == _NOT_FOUND else interval_s
    doublings = min(visit.failures - 1, 20)  # beyond that the day is long passed
    delay_s = min(first_s * float(1 << doublings), max(DAY_S, interval_s))
    return max(delay_s, min(visit.retry_after_s or 0.0, DAY_S))


def visited(source: Source, visit: Visit, now: datetime, *, moved_to: str, key: str) -> Source:
    """Return ``source`` with what a visit taught: success or failure (``key``), and its address.

    A permanent move is adopted when it has been told for a week, or when the old address says
    that it is gone.
    """
    known = replace(source, checked_at=now, failures=visit.failures, last_error=key)
    if visit.failures:
        known = replace(known, failing_since_at=source.failing_since_at or now)
        gone = visit.status in (_NOT_FOUND, _GONE)
        return _moved(known) if gone and source.moved_to else known
    known = replace(known, succeeded_at=now, failing_since_at=None, told_at=None)
    if not moved_to or moved_to == source.address:
        return replace(known, moved_to="", moved_at=None)
    if moved_to != source.moved_to or source.moved_at is None:
        return replace(known, moved_to=moved_to, moved_at=now)
    return _moved(known) if now - source.moved_at >= ADOPT_AFTER else known


def _moved(source: Source) -> Source:
    """Return the source at its new address, to which no validator of the old one belongs."""
    return replace(
        source, address=source.moved_to, moved_to="", moved_at=None, etag="", last_modified=""
    )


def retry_after_s(value: str, date: str) -> float | None:
    """Return the seconds of a Retry-After header: a number, or a time by the server's clock.

    ``date`` is the Date header of the same answer; without it a time says nothing certain.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:10]), int(DAY_S)))
    until, now = _http_date(value), _http_date(date)
    return max(0.0, (until - now).total_seconds()) if until and now else None


def freshness_s(cache_control: str, expires: str = "", date: str = "") -> float | None:
    """Return for how long an answer stays fresh, None when nobody says or it never does.

    ``max-age`` is believed before an ``Expires`` time, which counts from the server's own Date.
    """
    if "no-cache" in cache_control.lower() or "no-store" in cache_control.lower():
        return None
    if found := _MAX_AGE.search(cache_control):
        return float(found[1])
    until, now = _http_date(expires), _http_date(date)
    if until is None or now is None or until <= now:
        return None
    return (until - now).total_seconds()


def _http_date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
