"""Folding brings the spellings of one word together and parts nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.normalize import fold, is_arabic


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("أإآٱ", "اااا"),
        ("مُقاتِلٌ", "مقاتل"),
        ("العـــراق", "العراق"),
        ("القامشلى", "القامشلي"),
        ("قناصة", "قناصه"),
        ("مسؤول", "مسوول"),
        ("شهداء", "شهدا"),
        ("ﻻ", "لا"),
        ("ﷲ", "الله"),
        ("کی", "كي"),
        ("پاکستان گلوله", "باكستان كلوله"),
        ("٣٨", "38"),
        ("۶۵", "65"),
        ("Trèbes", "trebes"),
        ("Ａ１", "a1"),
        ("با\u200cغوز\u200f", "باغوز"),
        ("\u202eداعش\u2069", "داعش"),
    ],
)
def test_spellings_of_one_word_fold_to_one_form(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_different_letters_stay_different() -> None:
    letters = "بتثجحخدذرزسشصضطظعغفقكلمن"
    assert fold(letters) == letters


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_script_of_a_word_is_told_by_its_first_letter() -> None:
    assert is_arabic("داعش")
    assert not is_arabic("isis")
    assert not is_arabic("38")
    assert not is_arabic("")
