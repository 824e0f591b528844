"""Articles, answers and digests of our own for the tests of delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.models import Answer, Article, Digest, DigestItem, Paragraph, Passage

MORNING = datetime(2019, 3, 12, 6, tzinfo=UTC)  # 08:00 in Damascus
SENTENCE = "قال متحدث محلي إن القافلة الأولى وصلت إلى الجسر القديم قبل الظهر."


def article(number: int = 1, **changes: object) -> Article:
    fields: dict[str, object] = {
        "id": number,
        "source_id": 1,
        "source": "Euphrates Post",
        "title": f"قافلة رقم {number} تصل إلى الجسر",
        "url": f"https://example.org/{number}?a=1&b=2",
        "published_at": MORNING,
        "first_seen_at": MORNING,
    }
    return Article(**{**fields, **changes})  # type: ignore[arg-type]  # named fields, checked at run time


def paragraph(text: str = SENTENCE, number: int = 1) -> Paragraph:
    return Paragraph(id=number, article_id=number, revision=1, position=0, text=text)


def passage(
    text: str = SENTENCE, matches: Sequence[tuple[int, int]] = (), number: int = 1, **more: object
) -> Passage:
    return Passage(
        paragraph=paragraph(text, number),
        article=article(number, **more),
        score=1.0,
        matches=tuple(matches),
    )


def answer(*passages: Passage, **changes: object) -> Answer:
    fields: dict[str, object] = {
        "question": "متى وصلت القافلة؟",
        "found": bool(passages),
        "newest_at": MORNING,
        "passages": passages,
    }
    return Answer(**{**fields, **changes})  # type: ignore[arg-type]  # named fields, checked at run time


def item(number: int = 1, text: str = SENTENCE, **changes: object) -> DigestItem:
    fields: dict[str, object] = {
        "article": article(number),
        "paragraph": paragraph(text, number),
    }
    return DigestItem(**{**fields, **changes})  # type: ignore[arg-type]  # named fields, checked at run time


def digest(*items: DigestItem, **changes: object) -> Digest:
    fields: dict[str, object] = {
        "since_at": datetime(2019, 3, 11, 6, tzinfo=UTC),
        "until_at": MORNING,
        "items": items,
        "newest_at": MORNING,
    }
    return Digest(**{**fields, **changes})  # type: ignore[arg-type]  # named fields, checked at run time
