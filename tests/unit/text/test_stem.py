"""Words that a reader takes for the same have a stem in common; others do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.normalize import fold
from bot.text.stem import bare, grams, stem_of, stems


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("فلسطين", "الفلسطينيين"),
        ("سوريا", "السورية"),
        ("غارات", "بالغارة"),
        ("غارة", "بغارات"),
        ("قسد", "لقسد"),
        ("داعش", "ولداعش"),
        ("بغداد", "ببغداد"),
        ("برنامج", "البرنامج"),
        ("وزير", "الوزير"),
        ("قتيلا", "قتيل"),
        ("مقاتلون", "والمقاتلين"),
        ("قواتها", "القوات"),
        ("حدود", "عالحدود"),
        ("الباغوز", "باغوز"),
        ("الكويتي", "الكويت"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert set(stems(fold(one))) & set(stems(fold(other)))


@pytest.mark.parametrize(
    ("one", "other"), [("طالبان", "طالب"), ("حماس", "حماة"), ("درعا", "درع"), ("قتل", "قاتل")]
)
def test_words_that_only_look_alike_do_not(one: str, other: str) -> None:
    assert not set(stems(fold(one))) & set(stems(fold(other)))


def test_an_english_plural_meets_its_singular() -> None:
    assert stem_of("rockets") == stem_of("rocket")
    assert stem_of("press") == "press"


def test_grams_are_the_pieces_of_the_word_without_its_article() -> None:
    assert grams("الباغوز") == ("باغو", "اغوز")
    assert grams("قسد") == ("قسد",)
    assert bare("والباغوز") == "باغوز"


@given(st.text(alphabet="ابتدرسفقكلمنهويوة", min_size=1, max_size=20))
def test_a_stem_is_never_empty(word: str) -> None:
    assert all(stems(fold(word)))
    assert all(grams(fold(word)))
