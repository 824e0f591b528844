"""Tables and records of other programs into reports: CSV and JSON lines with other names.

Which column means what is read from its name, in Arabic or English; where it has another name,
the operator says so (``title=headline``). A row without title or text is counted and left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from bot.models import NewArticle
from bot.sources.columns import meant
from bot.sources.links import absolute_link
from bot.sources.moments import published_moment
from bot.sources.reports import Report
from bot.text.html import html_line, html_paragraphs
from bot.text.paragraphs import split_body

_ANY_TIME = datetime(9000, 1, 1, tzinfo=UTC)  # archives are read as they are
_FIELD_LIMIT = 2_000_000  # characters of one cell


def read_table(text: str, columns: Mapping[str, str]) -> tuple[list[Report], list[int]]:
    """Return the reports of a CSV text and the numbers (from 2) of the rows that are none."""
    csv.field_size_limit(_FIELD_LIMIT)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return [], [2]
    return reports_of(enumerate(rows, start=2), columns)


def reports_of(
    rows: Iterable[tuple[int, Mapping[str, object]]], columns: Mapping[str, str]
) -> tuple[list[Report], list[int]]:
    """Return the reports of numbered records, and the numbers of those that are none."""
    reports: list[Report] = []
    bad: list[int] = []
    for number, row in rows:
        fields = meant(row, columns)
        report = _report({name: value for name, value in fields.items() if isinstance(value, str)})
        if report is None:
            bad.append(number)
        else:
            reports.append(report)
    return reports, bad


def _report(fields: Mapping[str, str]) -> Report | None:
    written = fields.get("text", "")
    paragraphs = html_paragraphs(written) if "<" in written else split_body(written)
    title = html_line(fields.get("title", ""))
    if not title or not paragraphs:
        return None
    article = NewArticle(
        title=title,
        paragraphs=paragraphs,
        url=absolute_link(fields.get("url", "")),
        published_at=published_moment(fields.get("published_at", ""), _ANY_TIME),
    )
    return Report(source_name=html_line(fields.get("source", "")), article=article)
