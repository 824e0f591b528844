"""When an article was published, from what its feed writes: exactly, or not at all.

Feed libraries read «14-04-2018» as a day in 2014 and «2018» as 1 January. A time shown to
readers must not be guessed, so only forms with one meaning are read here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EARLIEST_YEAR = 1990
_TOLERANCE = timedelta(hours=24)  # clocks of newsrooms and zones left out; beyond it no news
_FIRST_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_DAY_FIRST = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[\sT,-]+(\d{1,2}):(\d\d)(?::(\d\d))?)?\s*(?:GMT|UTC|Z)?"
)
_RFC_DAY = re.compile(r"(?:[A-Za-z]{3,9},? )?\d{1,2} [A-Za-z]{3,9} \d{4}")


def published_moment(written: str, now: datetime) -> datetime | None:
    """Return the time in UTC; None when it is missing, unclear, ancient or in the future.

    Times without a zone are taken as UTC, days without a time as their first minute.
    """
    written = " ".join(written.split())[:60]
    try:
        at = _iso(written) or _day_first(written) or _rfc(written)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return at if at.year >= _EARLIEST_YEAR and at <= now + _TOLERANCE else None


def _iso(written: str) -> datetime | None:
    return datetime.fromisoformat(written) if _FIRST_ISO.match(written) else None


def _rfc(written: str) -> datetime:
    return parsedate_to_datetime(written + " 00:00" * bool(_RFC_DAY.fullmatch(written)))


def _day_first(written: str) -> datetime | None:
    """Read 14/04/2018 00:10 as the Arab press writes it; 04/14/2018 has only one meaning too."""
    found = _DAY_FIRST.fullmatch(written)
    if found is None:
        return None
    day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
    if month > 12 >= day:
        day, month = month, day
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
