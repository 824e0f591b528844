"""Matches have a strength, and a place in the text."""

import time
from collections.abc import Callable

import pytest

from bot.search.match import Match, is_one_edit, match, prepare
from bot.search.nearness import is_near
from bot.search.query import FAMILY, Wanted, understand
from bot.text.numbers import numbers
from bot.text.tokens import tokenize


def wanted(question: str) -> Wanted:
    (one,) = understand(question).wanted
    return one


def near_none(text: str) -> bool:
    tokens = tokenize(text)
    counted = set(range(len(tokens) + 9, 2 * len(tokens)))
    return not any(is_near(number, counted) for number in numbers(tokens))


def strength(question: str, text: str, *, unknown: bool = False) -> float:
    return match(wanted(question), prepare(text), unknown=unknown).strength


def test_the_word_itself_matches_fully_and_tells_where() -> None:
    found = match(wanted("الباغوز"), prepare("قصف في الباغوز ثم هدوء في باغوز"))
    assert found == Match(1.0, (1, 3))


def test_another_name_matches_fully_a_loose_one_less() -> None:
    assert strength("قسد", "قالت قوات سوريا الديمقراطية") == 1.0
    assert 0.5 < strength("داعش", "عناصر التنظيم") < 1.0


def test_part_of_a_name_matches_in_part() -> None:
    assert 0 < strength("قوات سوريا الديمقراطية", "القوات الروسية") < FAMILY


def test_words_of_a_name_that_stand_far_apart_are_no_name() -> None:
    text = "القوات الروسية والتركية في سوريا وبقية الأحزاب السياسية الكردية الديمقراطية"
    assert strength("قوات سوريا الديمقراطية", text) < 1.0


def test_a_word_of_the_same_family_matches_less() -> None:
    assert strength("قتلى", "لقي ستة مصرعهم") == FAMILY


def test_a_misspelling_is_forgiven_only_where_the_archive_lacks_the_word() -> None:
    assert strength("محافضة", "مبنى المحافظة", unknown=True) > FAMILY
    assert strength("محافضة", "مبنى المحافظة") == 0


def test_words_that_both_lose_a_letter_to_meet_are_only_a_guess() -> None:
    assert strength("ليان", "في بيان") == 0.5
    assert strength("غارات", "بغارات") == 1.0


def test_a_latin_name_matches_by_sound() -> None:
    assert 0.5 < strength("Dapchi", "في بلدة دابشي") < 1.0


def test_nothing_in_common_is_no_match() -> None:
    assert strength("الباغوز", "أمطار في القامشلي", unknown=True) == 0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("محافض", "محافظ", True),
        ("مواجه", "مواجهه", True),
        ("مواجه", "مواهج", True),
        ("مواجه", "مواقف", False),
        ("بيان", "كيان", False),
        ("باغوز", "باغوز", True),
    ],
)
def test_one_edit_is_one_letter_and_only_in_longer_words(
    one: str, other: str, expected: bool
) -> None:
    assert is_one_edit(one, other) is is_one_edit(other, one) is expected


@pytest.mark.parametrize(
    "work",
    [
        lambda size: match(wanted("الأمم المتحدة"), prepare("الأمم المتحدة " * size)),
        lambda size: near_none("5 قتلى " * size),
    ],
    ids=["the same name", "the same number"],
)
def test_a_text_of_many_like_words_costs_what_its_length_does(
    work: Callable[[int], object],
) -> None:
    def least_s(size: int) -> float:
        took = []
        for _ in range(3):
            begun = time.process_time()
            work(size)
            took.append(time.process_time() - begun)
        return min(took)

    least_s(100)  # what is made once
    assert least_s(8_000) < 20 * least_s(1_000)  # squares would be 64 times as much
