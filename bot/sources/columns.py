"""What the fields of other programs' records are called, in Arabic and English."""

from __future__ import annotations

from collections.abc import Mapping

from bot.text.normalize import fold

_NAMES = {
    "title": ("title", "headline", "العنوان", "عنوان"),
    "paragraphs": ("paragraphs", "الفقرات", "فقرات"),
    "text": ("text", "body", "content", "article", "النص", "نص", "المحتوى", "الخبر"),
    "url": ("url", "link", "address", "الرابط", "رابط"),
    "published_at": ("published_at", "published", "date", "time", "التاريخ", "تاريخ"),
    "source": ("source", "outlet", "publisher", "المصدر", "مصدر"),
}
_MEANINGS = {fold(name): meaning for meaning, names in _NAMES.items() for name in names}


def meant(record: Mapping[str, object], columns: Mapping[str, str]) -> dict[str, object]:
    """Return a record by our names of its fields; what has no meaning to us is left out.

    ``columns`` tells how another program names them, ``{"title": "headline"}``, and goes before
    the usual names; of two fields of one meaning the first that holds something counts.
    """
    given = {fold(name): meaning for meaning, name in columns.items()}
    fields: dict[str, object] = {}
    for told_first in (True, False):
        for name, value in record.items():
            meaning = (given if told_first else _MEANINGS).get(fold(str(name)))
            if meaning and not fields.get(meaning):
                fields[meaning] = value
    return fields
