"""An English question looks for Arabic words: those of war news first, then common ones."""

import pytest

from bot.text.english import translations
from bot.text.stem import stem_of


def test_words_of_war_news_have_arabic_ones() -> None:
    assert stem_of("رهينة") in translations("hostages")
    assert stem_of("قصف") in translations("shelling")


@pytest.mark.parametrize(
    ("word", "arabic"),
    [
        ("rivers", "نهر"), ("countries", "دولة"), ("studied", "دراسة"), ("stopped", "توقف"),
        ("biggest", "كبير"), ("moving", "حركة"), ("teachers", "معلم"), ("recently", "مؤخرا"),
    ],
)  # fmt: skip
def test_a_regular_form_is_found_under_its_word(word: str, arabic: str) -> None:
    assert stem_of(arabic) in translations(word)


def test_the_list_of_war_news_is_asked_first() -> None:
    assert stem_of("غارة") in translations("strike")
    assert stem_of("قائد") in translations("chief")
    assert stem_of("رئيسي") not in translations("chief")


def test_unknown_words_and_names_have_none() -> None:
    for word in ("piano", "kirkuk", "as", "s", ""):
        assert translations(word) == ()
