"""Amounts in digits and words, their hedges and ranges."""

from __future__ import annotations

import pytest

from bot.events.quantities import quantities
from bot.text.tokens import tokenize

E, L, M, A, V, R = "exact", "at_least", "more_than", "about", "vague", "range"
CASES = [
    ("12 شخصا", 12, 12, E),
    ("٥٠٠ شخص", 500, 500, E),
    ("۲۵ شخصا", 25, 25, E),
    ("1,200 شخص", 1200, 1200, E),
    ("١٬٢٠٠ شخص", 1200, 1200, E),
    ("5.600 شخص", 5600, 5600, E),
    ("1.5 مليون شخص", 1_500_000, 1_500_000, E),
    ("1,4 مليون شخص", 1_400_000, 1_400_000, E),
    ("60ألف شخص", 60_000, 60_000, E),
    ("ثلاثة جنود", 3, 3, E),
    ("خمسة عشر جنديا", 15, 15, E),
    ("أحد عشر جنديا", 11, 11, E),
    ("اثني عشر جنديا", 12, 12, E),
    ("ثلاث عشرة امرأة", 13, 13, E),
    ("خمسة وعشرين شخصا", 25, 25, E),
    ("ثمانية وثلاثون شخصا", 38, 38, E),
    ("مئة وخمسة وعشرون شخصا", 125, 125, E),
    ("ثلاثمئة شخص", 300, 300, E),
    ("خمس مئة شخص", 500, 500, E),
    ("مئتي شخص", 200, 200, E),
    ("ألفي شخص", 2000, 2000, E),
    ("ثلاثة آلاف شخص", 3000, 3000, E),
    ("ثلاثة آلاف وخمسمئة وعشرون شخصا", 3520, 3520, E),
    ("ألف و500 شخص", 1500, 1500, E),
    ("ثلاث وثلاثون ألفا", 33_000, 33_000, E),
    ("مئتي ألف شخص", 200_000, 200_000, E),
    ("نصف مليون شخص", 500_000, 500_000, E),
    ("ربع مليون شخص", 250_000, 250_000, E),
    ("مليون ونصف مليون شخص", 1_500_000, 1_500_000, E),
    ("مليوني شخص", 2_000_000, 2_000_000, E),
    ("1000000000000 شخص", 10**12, 10**12, E),
    ("ما لا يقل عن 12 شخصا", 12, None, L),
    ("12 شخصا على الأقل", 12, None, L),
    ("أكثر من 10 آلاف شخص", 10_000, None, M),
    ("بأكثر من عشرة أشخاص", 10, None, M),
    ("ما يزيد على مئة شخص", 100, None, M),
    ("نحو 40 شخصا", 40, 40, A),
    ("حوالي أربعين شخصا", 40, 40, A),
    ("ما يقارب 311 شخصا", 311, 311, A),
    ("قرابة ألف شخص", 1000, 1000, A),
    ("عشرات الأشخاص", 20, None, V),
    ("مئات الأشخاص", 200, None, V),
    ("آلاف الأشخاص", 2000, None, V),
    ("عشرات الآلاف", 20_000, None, V),
    ("مئات الآلاف", 200_000, None, V),
    ("ملايين الأشخاص", 2_000_000, None, V),
    ("ما بين 30 و40 شخصا", 30, 40, R),
    ("بين 270 و330 ألف شخص", 270_000, 330_000, R),
    ("بين50 ألفا و60ألف شخص", 50_000, 60_000, R),
    ("من 10 إلى 15 شخصا", 10, 15, R),
    ("من 500 إلى 1000 شخص", 500, 1000, R),
    ("60-70 ألف شخص", 60_000, 70_000, R),
    ("أقل من 20 شخصا", None, 20, R),
]


@pytest.mark.parametrize(("text", "low", "high", "qualifier"), CASES)
def test_an_amount_is_read_with_its_hedge(
    text: str, low: int | None, high: int | None, qualifier: str
) -> None:
    found = quantities(text, tokenize(text))

    assert [(q.minimum, q.maximum, q.qualifier.value) for q in found] == [(low, high, qualifier)]


@pytest.mark.parametrize("text", ["40%", "بنسبة 85 في المئة", "أثناء القصف", "3/4", "لا شيء هنا"])
def test_percentages_dates_and_words_like_numbers_are_no_amounts(text: str) -> None:
    assert quantities(text, tokenize(text)) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("12 قتيلا و17 جريحا", [12, 17]),
        ("مقتل ستة وإصابة سبعة", [6, 7]),
        ("خمسة وسبعة", [5, 7]),
        ("ثلاثة آلاف قتيل و500 جريح", [3000, 500]),
    ],
)
def test_two_amounts_joined_by_and_stay_two(text: str, values: list[int]) -> None:
    assert [q.minimum for q in quantities(text, tokenize(text))] == values
