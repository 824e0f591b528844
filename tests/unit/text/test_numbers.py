"""Numbers are read in digits and in words."""

import pytest

from bot.text.numbers import numbers
from bot.text.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("مقتل 38 عنصرا", [38]),
        ("٦٥ ألف شخص", [65_000]),
        ("ثمانية وثلاثين قتيلا", [38]),
        ("مئة وخمسين", [150]),
        ("ثلاثة آلاف مقاتل", [3_000]),
        ("3.5 مليون", [3_500_000]),
        ("١٬٢٠٠ عائلة", [1_200]),
        ("قتل 4 وأصيب 7", [4, 7]),
        ("عشرات القتلى", [None]),
        ("سبعة قتلى وخمسة جرحى", [7, 5]),
        ("ألف جندي", [1_000]),
        ("قتيلان", [2]),
        ("لا أرقام هنا", []),
    ],
)
def test_numbers_have_their_value(text: str, values: list[float | None]) -> None:
    assert [number.value for number in numbers(tokenize(text))] == values


def test_a_number_knows_the_words_it_consists_of() -> None:
    (number,) = numbers(tokenize("نحو 65 ألف شخص"))
    assert (number.first, number.last) == (1, 2)


def test_a_date_with_slashes_is_no_amount() -> None:
    assert numbers(tokenize("في 12/03/2019")) == []
