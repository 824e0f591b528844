"""Matches have a strength, and a place in the text."""

import pytest

from bot.search.match import Match, is_one_edit, match, prepare
from bot.search.query import FAMILY, Wanted, understand


def wanted(question: str) -> Wanted:
    (one,) = understand(question).wanted
    return one


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
