"""The times in which a question looks for something: «منذ 30 آذار», «من 12 إلى 15 تموز».

Pure, as ``moments`` is, whose times are here bound to the words around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.text.calendar_dates import Moment, bounds_time, day_of, says, whole_number
from bot.text.moments import moments
from bot.text.normalize import fold
from bot.text.questions import is_day_word
from bot.text.tokens import Token

_OPENS = frozenset({"من", "بين", "from", "between"})
_LINKS = frozenset({fold("إلى"), "حتي", "لغايه", "و", "to", "until", "till", "and"})


def times_asked(tokens: Sequence[Token], today: date) -> list[Moment]:
    """Return the times in which a question asked on ``today`` looks for something, in order.

    «منذ 30 آذار» is all that followed, «حتى اليوم» bounds nothing that is held; «يوم» before a time
    belongs to it.
    """
    return [
        bounded
        for one in _spans(tokens, moments(tokens, today))
        if (bounded := _bounded(tokens, one, today)) is not None
    ]


def time_words(tokens: Sequence[Token], today: date) -> set[int]:
    """Return the places of all words that say a time, with those that bound it."""
    said: set[int] = set()
    for one in _spans(tokens, moments(tokens, today)):
        first = _led_from(tokens, one.first)
        first -= bool(first and bounds_time(tokens[first - 1].word))
        said.update(range(first, one.last + 1))
    return said


def _bounded(tokens: Sequence[Token], named: Moment, today: date) -> Moment | None:
    first = _led_from(tokens, named.first)
    whole = replace(named, first=first)
    if first and says(tokens[first - 1], "until"):
        return None
    if first and says(tokens[first - 1], "since"):
        whole = replace(whole, first=first - 1)
    begins = says(tokens[whole.first], "since")
    return replace(whole, until=max(today, named.until)) if begins else whole


def _led_from(tokens: Sequence[Token], first: int) -> int:
    """Return where the words begin that lead to a time: «مطلع شهر تموز»."""
    while first and (is_day_word(tokens[first - 1].word) or says(tokens[first - 1], "part")):
        first -= 1
    return first


def _spans(tokens: Sequence[Token], named: Sequence[Moment]) -> list[Moment]:
    """Return the times, «من 12 تموز إلى 15 تموز» and «بين 12 و15 تموز» as one."""
    found: list[Moment] = []
    for one in named:
        span = _span(tokens, found[-1] if found else None, one)
        if span is not None and found and found[-1].first > span.first:
            found.pop()  # it is the beginning of the span
        found.append(span or one)
    return found


def _span(tokens: Sequence[Token], before: Moment | None, end: Moment) -> Moment | None:
    """Return the span that ends with a time, None where nothing opens one."""
    link = _before_day_words(tokens, end.first)
    if link < 1 or tokens[link].word not in _LINKS:
        return None
    since: date | None
    if before is not None and before.last == link - 1:
        since, opening = before.since, _before_day_words(tokens, before.first)
    else:
        since, opening = _day_in_month(tokens, link - 1, end), _before_day_words(tokens, link - 1)
    opens = opening >= 0 and tokens[opening].word in _OPENS
    if since is None or not opens or since > end.until:
        return None
    return replace(end, first=opening, since=since)


def _day_in_month(tokens: Sequence[Token], at: int, end: Moment) -> date | None:
    """Return the day that a bare number names in the month of a day («من 12 إلى 15 تموز»)."""
    day = whole_number(tokens, at, 1, 31) if end.since == end.until else None
    return day_of(end.since.year, end.since.month, day) if day is not None else None


def _before_day_words(tokens: Sequence[Token], at: int) -> int:
    """Return the place before a token and the «يوم» that leads to it; -1 where there is none."""
    at -= 1
    while at > 0 and is_day_word(tokens[at].word):
        at -= 1
    return at
