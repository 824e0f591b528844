"""When the article of a page was published: what the page says to machines, else to people.

JSON-LD first, then the metas and ``time`` elements of HTML, then a line of the page that tells
the full date in words. A bare 1 January is what other programs write when they know only the
year; it is not believed. Nothing is guessed: a page without a date has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sources.moments import published_moment
from bot.sources.written_dates import written_date
from bot.text.normalize import fold

_ARTICLE_TYPES = ("article", "report", "posting", "review")
_DEPTH = 12  # of nested JSON-LD
_LOOSE = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')
_META_NAMES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "publishdate", "publish_date", "publish-date", "pubdate", "pub_date", "publication_date",
    "article_date_original", "cxenseparse:recs:publishtime", "sailthru.date", "parsely-pub-date",
    "dc.date", "dc.date.issued", "dcterms.created", "date", "nastooh:publishdate",
)  # fmt: skip
_TOLD = re.compile("|".join(map(fold, ("نشر", "تاريخ", "أضيف", "آخر تحديث"))))
_LINE_LIMIT = 120  # characters of a line that tells a date
_AFTER_TITLE, _BEFORE_TITLE = 15, 6  # lines within which an article's own date stands
_TOLERANCE = timedelta(hours=24)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def page_moment(
    root: Any,
    metas: dict[str, str],
    lines: Sequence[str],
    *,
    title: str,
    lead: str,
    now: datetime,
) -> datetime | None:
    """Return when the article was published, in UTC; None when the page does not say.

    ``lines`` are the page's text, in which ``title`` and ``lead`` tell where the article begins.
    """
    days: list[datetime] = []
    for written in _machine_written(root, metas):
        at = published_moment(written, now)
        if at is None:
            continue
        if not _ISO_DAY.fullmatch(written.strip()):
            return at
        if (at.month, at.day) != (1, 1):
            days.append(at)  # a day without an hour: good if nothing better comes
    told = _told_in_words(_around(lines, title, lead), lines, now)
    if days and (told is None or abs(told - days[0]) > timedelta(days=1)):
        return days[0]
    return told


def json_ld(root: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of a page's JSON-LD, articles before others."""
    objects: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            try:
                value = json.loads(script.text.strip().rstrip(";"), strict=False)
            except (ValueError, RecursionError):
                continue
            _collect(value, objects, 0)
    yield from sorted(objects, key=lambda one: not _is_article(one))


def _collect(value: object, objects: list[dict[str, Any]], depth: int) -> None:
    if depth > _DEPTH:
        return
    if isinstance(value, dict):
        objects.append(value)
        for member in value.values():
            _collect(member, objects, depth + 1)
    elif isinstance(value, list):
        for member in value[:200]:
            _collect(member, objects, depth + 1)


def _is_article(value: dict[str, Any]) -> bool:
    kind = str(value.get("@type", "")).lower()
    return any(name in kind for name in _ARTICLE_TYPES)


def _machine_written(root: Any, metas: dict[str, str]) -> Iterator[str]:
    for value in json_ld(root):
        if isinstance(written := value.get("datePublished"), str):
            yield written
    for script in root.iter("script"):  # JSON-LD that no parser takes
        if "ld+json" in (script.get("type") or "").lower():
            yield from _LOOSE.findall(script.text or "")[:1]
    for name in _META_NAMES:
        if name in metas:
            yield metas[name]
    for element in root.iter("time", "span", "div", "p"):
        if "datePublished" in (element.get("itemprop") or ""):
            yield element.get("content") or element.get("datetime") or ""
    for element in root.iter("time"):
        if element.get("datetime") and not _in_a_list(element):
            yield element.get("datetime")
            return  # the first belongs to the article, later ones to what else is on the page


def _in_a_list(element: Any) -> bool:
    return any(above.tag in ("li", "aside", "nav", "footer") for above in element.iterancestors())


def _around(lines: Sequence[str], title: str, lead: str) -> set[int]:
    """Return the numbers of the lines beside the title, down to the line after the lead."""
    wanted = " ".join(fold(title).split())
    beside: set[int] = set()
    # The first line is the window's title; what follows that is the outlet's own masthead.
    for at in range(1, len(lines)):
        if wanted and wanted in " ".join(fold(lines[at]).split()):
            after = lines[at + 1 : at + _AFTER_TITLE]
            end = at + 3 + after.index(lead) if lead in after else at + _AFTER_TITLE
            beside.update(range(at - _BEFORE_TITLE, end))
    return beside


def _told_in_words(beside: set[int], lines: Sequence[str], now: datetime) -> datetime | None:
    """Return the date beside the title or in a line that says what it is; the fullest first."""
    found: list[tuple[int, datetime]] = []
    for number, line in enumerate(lines):
        if len(line) > _LINE_LIMIT or not (told := written_date(line)):
            continue
        at, with_hour = told
        if at.year < 1990 or at > now.astimezone(UTC) + _TOLERANCE:
            continue
        says = bool(_TOLD.search(fold(line)))
        if number in beside or (says and with_hour):
            rank = 4 * (number not in beside) + 2 * (not with_hour) + (not says)
            found.append((rank, at))
    return min(found, key=lambda pair: pair[0])[1] if found else None
