"""Feeds of our own writing for the tests."""

from __future__ import annotations

TITLE = "عودة الأهالي إلى البلدة"
TEXT = "عاد مئات الأهالي إلى البلدة صباح اليوم، وفتحت المدارس أبوابها."


def member(n: int = 1, **fields: str) -> str:
    """Return one article of a feed; a field given empty is left out."""
    members = {
        "title": TITLE,
        "link": f"https://news.example/a/{n}",
        "guid": f"id-{n}",
        "pubDate": "Sat, 14 Apr 2018 10:00:00 +0300",
        "description": f"<![CDATA[<p>{TEXT}</p>]]>",
    } | fields
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in members.items() if value)
    return f"<item>{inside}</item>"


def rss(*members: str, prolog: str = '<?xml version="1.0"?>', link: str = "") -> str:
    """Return a whole feed."""
    return (
        f"{prolog}<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
        f"<channel><title>أخبار</title><link>{link}</link>{''.join(members)}</channel></rss>"
    )


RSS = rss(member())
