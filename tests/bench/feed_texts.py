"""Feeds of our own making, as long and as different from each other as those of newsrooms."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

START_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
_WORDS = [
    first + second
    for first in ("قال ", "أعلن ", "شهد ", "نقل ", "وصل ", "غادر ", "أغلق ", "فتح ")
    for second in (
        "الناطق أمس",
        "الأهالي صباحا",
        "الدفاع المدني",
        "المجلس المحلي",
        "المراسل من المكان",
        "الطريق الدولي",
        "المعبر الحدودي",
        "المستشفى الميداني",
        "قافلة من الشاحنات",
        "وفد من المدينة",
    )
]


def a_feed(host: int, articles: int, *, newest: int) -> bytes:
    """Return an RSS feed of the ``articles`` numbers below ``newest``, newest first."""
    items = "".join(_item(host, number) for number in range(newest - 1, newest - 1 - articles, -1))
    head = (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{host}</title>"
    )
    return f"{head}{items}</channel></rss>".encode()


def _item(host: int, number: int) -> str:
    chance = random.Random(host * 1_000 + number)  # noqa: S311 - texts, not secrets
    title = " ".join(chance.choices(_WORDS, k=3))
    text = "".join(f"<p>{' '.join(chance.choices(_WORDS, k=20))}.</p>" for _ in range(3))
    at = START_AT - timedelta(hours=24) + timedelta(minutes=number)
    return (
        f"<item><title>{title}</title><link>https://f{host}.example/{number}</link>"
        f"<guid>{number}</guid><pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<description><![CDATA[{text}]]></description></item>"
    )
