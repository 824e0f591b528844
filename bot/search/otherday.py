"""Whether a paragraph tells of another day than the one that was asked for."""

from __future__ import annotations

from datetime import date, timedelta

from bot.clock import local_date
from bot.models import StoredArticle
from bot.search.query import Query
from bot.text.calendar_dates import Moment
from bot.text.moments import moments
from bot.text.tokens import tokenize


def is_of_another_day(query: Query, stored: StoredArticle, index: int) -> bool:
    """Tell whether neither the article's date nor its paragraph's words lie in the named time.

    A paragraph that is published later and names the day («في 14 أيار») tells of it. False where
    the question names no time or only a year, or nobody knows when the article was published.
    """
    period = query.period
    if period is None or not period.exact or stored.article.published_at is None:
        return False
    day = local_date(stored.article.dated_at, query.zone)
    if period.since <= day <= period.until + timedelta(days=1):
        return False
    return not names_time(stored.paragraphs[index].text, day, period)


def names_time(text: str, day: date, period: Moment) -> bool:
    """Tell whether a text that was published on ``day`` names a day of a time; a year is none."""
    told = [one for one in moments(tokenize(text), day) if one.exact]
    return any(one.since <= period.until and period.since <= one.until for one in told)
