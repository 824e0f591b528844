"""Reports as JSON lines: one article a line, with its outlet, title, time, address, paragraphs.

::

    {"source": "…", "title": "…", "published_at": "2019-03-09T09:10:00+02:00",
     "url": "https://…", "paragraphs": ["…", "…"]}

Only ``title`` and ``paragraphs``, or one ``text``, must be there. A line that is wrong is counted
and left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.models import NewArticle
from bot.sources.columns import meant
from bot.sources.links import absolute_link
from bot.text.paragraphs import clean, split_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One line of such a file."""

    source_name: str
    article: NewArticle


def read_reports(
    text: str, columns: Mapping[str, str] | None = None
) -> tuple[list[Report], list[int]]:
    """Return the reports and the numbers (from 1) of the lines that are not one.

    The usual names of fields are known (:mod:`bot.sources.columns`); ``columns`` tells others.
    """
    reports: list[Report] = []
    bad_lines: list[int] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            reports.append(_report(json.loads(line), columns or {}))
        except (TypeError, ValueError, RecursionError):
            bad_lines.append(number)
    return reports, bad_lines


def _report(value: object, columns: Mapping[str, str]) -> Report:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    fields = meant(value, columns)
    written = fields.get("paragraphs") or fields.get("text")
    members = split_body(written) if isinstance(written, str) else written
    if not isinstance(members, list | tuple):
        raise TypeError("no paragraphs")
    paragraphs = tuple(filter(None, (_text(member) for member in members)))
    title = _text(fields.get("title"))
    if not title or not paragraphs:
        raise ValueError("nothing in it")
    article = NewArticle(
        title=title,
        paragraphs=paragraphs,
        url=absolute_link(_text(fields.get("url"))),
        published_at=_moment(_text(fields.get("published_at"))),
    )
    return Report(source_name=_text(fields.get("source")), article=article)


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return clean(value).strip()


def _moment(written: str) -> datetime | None:
    """Return an ISO 8601 time; one without its offset could mean any hour and is refused."""
    if not written:
        return None
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError("a time without its offset")
    return at.astimezone(UTC)
