"""Overlapping styles, judged by Telegram's own library."""

from random import Random

import pytest

from bot.sandbox.entities.entity import Entity
from bot.sandbox.entities.nesting import nest

CASES = 5000
LETTERS = "ab ابج\n\u2066\t 12"
KINDS = {
    "bold": {"@type": "textEntityTypeBold"},
    "italic": {"@type": "textEntityTypeItalic"},
    "underline": {"@type": "textEntityTypeUnderline"},
    "strikethrough": {"@type": "textEntityTypeStrikethrough"},
    "spoiler": {"@type": "textEntityTypeSpoiler"},
    "blockquote": {"@type": "textEntityTypeBlockQuote"},
    "expandable_blockquote": {"@type": "textEntityTypeExpandableBlockQuote"},
    "code": {"@type": "textEntityTypeCode"},
    "pre": {"@type": "textEntityTypePre"},
    "text_link": {"@type": "textEntityTypeTextUrl", "url": "http://x.org/"},
    "date_time": {"@type": "textEntityTypeDateTime", "unix_time": 5},
}
Span = tuple[int, int, str]


def _styles(length: int, spans: list[Span]) -> list[set[str]]:
    """Return which kinds lie over each unit: the same however they are cut."""
    return [{kind for at, size, kind in spans if at <= unit < at + size} for unit in range(length)]


def _random_case(random: Random) -> tuple[str, list[Span]]:
    text = "".join(random.choice(LETTERS) for _ in range(random.randint(1, 9))) + "ن"
    spans = []
    for _ in range(random.randint(0, 5)):
        offset = random.randrange(len(text))
        kind = random.choice(list(KINDS))
        spans.append((offset, random.randint(1, len(text) - offset), kind))
    return text, spans


def test_overlapping_styles_look_as_telegrams_own_library_leaves_them() -> None:
    oracle = pytest.importorskip("tests.unit.sandbox.entities.oracle", exc_type=ImportError)
    random = Random(7)  # noqa: S311 - repeatable on purpose
    changed, different = 0, []

    for _ in range(CASES):
        text, spans = _random_case(random)
        entities = [
            {"@type": "textEntity", "offset": at, "length": size, "type": KINDS[kind]}
            for at, size, kind in spans
        ]
        plain = {"@type": "formattedText", "text": text, "entities": entities}
        answer = oracle.execute({"@type": "parseMarkdown", "text": plain})
        theirs = _styles(len(text), [span[:3] for span in oracle.found(answer)])
        nested = nest(Entity(type=kind, offset=at, length=size) for at, size, kind in spans)
        ours = _styles(len(text), [(e.offset, e.length, e.type) for e in nested])
        changed += theirs != _styles(len(text), spans)
        if ours != theirs:
            different.append((text, spans))

    assert not different[:3]
    assert changed > CASES / 4


def test_nothing_crosses_anything() -> None:
    random = Random(8)  # noqa: S311 - repeatable on purpose

    for _ in range(CASES):
        _, spans = _random_case(random)
        nested = nest(Entity(type=kind, offset=at, length=size) for at, size, kind in spans)
        for one in nested:
            for other in nested:
                assert not one.offset < other.offset < one.end < other.end


def test_equal_styles_that_touch_become_one() -> None:
    bolds = [Entity(type="bold", offset=at, length=2) for at in (0, 2, 3)]

    assert nest(bolds) == [Entity(type="bold", offset=0, length=5)]
