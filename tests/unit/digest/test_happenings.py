"""Which events a digest shows, and in which order: what changed and is grave, storylines mixed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.digest.happenings import Happening, choose
from bot.events.changes import changes
from bot.models import Article, DigestFilters, EventSnapshot, StoredArticle

NOON = datetime(2019, 3, 12, 12, tzinfo=UTC)


def happening(number: int, storyline: int, *, outlets: int = 1) -> Happening:
    at = NOON - timedelta(minutes=number)
    article = Article(
        id=number, source_id=1, source="وكالة", title=f"خبر {number}", url="",
        published_at=at, first_seen_at=at, revision=1,
    )  # fmt: skip
    state = EventSnapshot(
        event_id=number,
        storyline_id=storyline,
        at=NOON,
        article_ids=(number,),
        outlets=tuple(f"وكالة {one}" for one in range(outlets)),
    )
    stored = StoredArticle(article=article, paragraphs=())
    return Happening(state=state, articles=(article,), new=(stored,))


def shown(found: list[Happening], most: int) -> tuple[list[int], int]:
    """Return the storylines of the events shown, in order, and how many are left out."""
    items, left_out = choose(found, lambda state: changes(None, state), DigestFilters(), most=most)
    return [item.state.storyline_id for item in items if item.state], left_out


def test_one_storyline_does_not_fill_a_digest_that_has_others() -> None:
    loud = [happening(number, 1, outlets=4) for number in range(1, 9)]
    others = [happening(10 + line, line) for line in (2, 3, 4)]

    lines, left_out = shown([*loud, *others], most=5)

    assert lines[0] == 1  # the weightiest comes first all the same
    assert {2, 3, 4} <= set(lines)
    assert left_out == 6


def test_a_storyline_alone_fills_a_digest() -> None:
    lines, left_out = shown([happening(number, 1) for number in range(1, 9)], most=5)

    assert lines == [1] * 5
    assert left_out == 3
