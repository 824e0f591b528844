"""What a digest says, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.digest.compose import compose, key_paragraph
from bot.models import Article, Digest, Paragraph, StoredArticle

NOON = datetime(2019, 3, 12, 12, tzinfo=UTC)
REPORT = (
    "أعلنت قوات محلية في شرق البلاد أن معارك اليوم توقفت قرب القرية الأخيرة بعد وصول قافلة من"
    " المدنيين إلى نقطة التجمع عند الجسر القديم، وأضافت أن الطريق بقي مغلقاً حتى المساء."
)
OTHER = (
    "قال سكان في المدينة إن المياه عادت إلى الأحياء الشمالية صباحاً بعد إصلاح المحطة، بينما بقيت"
    " الكهرباء مقطوعة عن السوق والمستشفى ومدارس الضفة الغربية للنهر طوال ثلاثة أيام."
)


def stored(
    number: int,
    *paragraphs: str,
    title: str = "",
    source: str = "",
    hours: float = 0.0,
    published: bool = True,
) -> StoredArticle:
    dated = NOON + timedelta(hours=hours)
    article = Article(
        id=number,
        source_id=number,
        source=source or f"مصدر {number}",
        title=title or f"عنوان {number}",
        url="",
        published_at=dated if published else None,
        first_seen_at=dated,
    )
    return StoredArticle(
        article=article,
        paragraphs=tuple(
            Paragraph(id=number * 100 + n, article_id=number, revision=1, position=n, text=text)
            for n, text in enumerate(paragraphs)
        ),
    )


def unlike(number: int) -> str:
    """Return a sentence that shares no three words in a row with another number's."""
    return " ".join(f"كلمة{number}م{n}" for n in range(20))


def digest_of(*articles: StoredArticle, max_items: int = 12, **more: object) -> Digest:
    return compose(
        articles,
        since_at=None,
        until_at=NOON,
        max_items=max_items,
        **more,  # type: ignore[arg-type]  # passed on as written in each test
    )


def ids(digest: Digest) -> list[int]:
    return [item.article.id for item in digest.items]


def test_articles_come_newest_first_by_publication_or_first_sight() -> None:
    digest = digest_of(
        stored(1, unlike(1), hours=-3),
        stored(2, unlike(2), hours=-1, published=False),
        stored(3, unlike(3), hours=-2),
    )

    assert ids(digest) == [2, 3, 1]


def test_beyond_the_greatest_number_articles_are_counted_not_forgotten() -> None:
    digest = digest_of(*(stored(n, unlike(n), hours=n) for n in range(1, 8)), max_items=3, unread=5)

    assert ids(digest) == [7, 6, 5]
    assert digest.left_out == 4 + 5


def test_the_same_text_at_several_outlets_is_one_item_led_by_the_earliest() -> None:
    digest = digest_of(
        stored(1, REPORT + " وقال شهود إن الهدوء عاد.", source="أ", hours=-1),
        stored(2, REPORT, source="ب", hours=-5),
        stored(3, OTHER, source="ج", hours=-2),
    )

    assert ids(digest) == [3, 2]
    assert [article.id for article in digest.items[1].also_in] == [1]


def test_spelling_and_vowel_marks_do_not_make_a_text_another_one() -> None:
    marked = REPORT.replace("أ", "ا").replace("ة", "ه").replace("معارك", "مَعارِك")
    assert marked != REPORT

    assert len(digest_of(stored(1, REPORT), stored(2, marked)).items) == 1


def test_one_outlet_with_two_copies_is_named_once() -> None:
    digest = digest_of(
        stored(1, REPORT, source="أ", hours=-3),
        stored(2, REPORT, source="أ", hours=-2),
        stored(3, REPORT, source="ب", hours=-1),
    )

    assert [article.source for article in digest.items[0].also_in] == ["ب"]


def test_a_long_equal_title_makes_one_item_but_a_short_formula_does_not() -> None:
    long = "قافلة مدنيين تصل إلى الجسر القديم"
    same = digest_of(stored(1, unlike(1), title=long), stored(2, unlike(2), title=long))
    formula = digest_of(stored(1, unlike(1), title="عاجل"), stored(2, unlike(2), title="عاجل"))

    assert len(same.items) == 1
    assert len(formula.items) == 2


def test_a_daily_column_with_the_same_title_is_new_after_two_days() -> None:
    title = "حصيلة اليوم في مدن الفرات"
    digest = digest_of(
        stored(1, unlike(1), title=title, hours=-49), stored(2, unlike(2), title=title)
    )

    assert len(digest.items) == 2


def test_doubtful_articles_come_again_flagged_and_take_no_room_from_new_ones() -> None:
    digest = digest_of(
        stored(1, unlike(1), hours=-1),
        stored(2, unlike(2), hours=-2),
        stored(3, unlike(3), hours=-3),
        repeated={3},
        max_items=2,
    )

    assert ids(digest) == [1, 2, 3]
    assert [item.repeated for item in digest.items] == [False, False, True]
    assert digest.left_out == 0


def test_the_key_paragraph_is_the_first_that_says_more_than_the_title() -> None:
    title = "قافلة مدنيين تصل إلى نقطة التجمع عند الجسر القديم مساء"
    article = stored(1, "خاص", title + ".", REPORT, OTHER, title=title)

    chosen = key_paragraph(article)

    assert chosen is not None
    assert chosen.text == REPORT


def test_without_a_paragraph_of_substance_the_longest_stands_in() -> None:
    chosen = key_paragraph(stored(1, "خبر", "خبر قصير", "نعم"))

    assert chosen is not None
    assert chosen.text == "خبر قصير"
    assert key_paragraph(stored(2)) is None


def test_a_thousand_articles_are_composed_within_two_seconds() -> None:
    import time

    crowd = [stored(n, unlike(n % 500) + " " + REPORT[:40], hours=n / 100) for n in range(1000)]
    begun = time.perf_counter()

    digest = digest_of(*crowd)

    assert len(digest.items) + digest.left_out == 500
    assert time.perf_counter() - begun < 2
