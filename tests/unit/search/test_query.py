"""A question is understood before anything is looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.query import Query, understand
from bot.text.questions import Asks
from bot.text.stem import stem_of


def words_of(query: Query) -> list[str]:
    return ["".join(wanted.words[0][0]) for wanted in query.wanted]


def test_question_words_and_named_days_are_not_looked_up() -> None:
    query = understand("كم قتل من داعش يوم الثلاثاء؟")
    assert words_of(query) == ["قتل", "داعش"]
    assert query.asks is Asks.HOW_MANY
    assert query.counted == {"killed"}
    assert query.weekdays == {2}


def test_a_relative_day_is_counted_from_today() -> None:
    assert understand("شو صار امبارح بإدلب؟").days == -1
    assert understand("شو صار بإدلب؟").days is None


def test_a_name_of_several_words_is_one_thing_with_its_other_names() -> None:
    (wanted,) = understand("قوات سوريا الديمقراطية").wanted
    assert len(wanted.words) == 3
    assert (stem_of("قسد"),) in {other.stems for other in wanted.others}


def test_an_english_word_looks_for_its_arabic_ones_and_a_name_for_its_sound() -> None:
    hostage, place = understand("hostages in Dapchi").wanted
    assert stem_of("رهينة") in {other.stems[0] for other in hostage.others}
    assert place.name == "tps"


def test_numbers_of_the_question_are_kept() -> None:
    assert understand("هل أطلقت ٧ صواريخ؟").numbers == {7}


def test_other_words_of_a_family_weigh_less_than_the_word_itself() -> None:
    weights = dict(understand("مقتل").lexical().stems)
    assert weights[stem_of("مقتل")] == 1.0 > weights[stem_of("مصرع")] > 0


def test_a_long_question_is_cut_between_words_and_says_so() -> None:
    query = understand("الباغوز " * 200)
    assert query.shortened
    assert len(query.text) <= 500
    assert query.text.endswith("الباغوز")


def test_a_short_question_is_not_cut() -> None:
    query = understand("  الباغوز؟ ")
    assert query.text == "الباغوز؟"
    assert not query.shortened


@pytest.mark.parametrize("text", ["", "   ", "من إلى في", "كم؟", "🙂🙂", "؟!،", "\u202e\u2066"])
def test_a_question_without_content_wants_nothing(text: str) -> None:
    assert understand(text).wanted == ()


@given(st.text(max_size=600))
def test_any_text_is_understood(text: str) -> None:
    query = understand(text)
    assert all(" " not in stem and stem for stem, _ in query.lexical().stems)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("stems:الباغوز^9", "stems الباغوز 9"),
        ("-الباغوز +منبج", "الباغوز منبج"),
        ('"الباغوز منبج"~3', "الباغوز منبج 3"),
        ("الباغوز* [منبج TO الرقة}", "الباغوز منبج to الرقة"),
        ("(الباغوز || !منبج) && الرقة", "الباغوز منبج الرقة"),
        ("' OR الباغوز=1 --", "or الباغوز 1"),
    ],
)
def test_query_syntax_is_read_as_the_words_in_it(written: str, words: str) -> None:
    assert understand(written).lexical() == understand(words).lexical()
    assert understand(written).lexical().stems


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many people were killed in Idlib?", {"killed"}),
        ("how many wounded in Douma", {"wounded"}),
        ("What did the minister say?", set()),
    ],
)
def test_what_is_counted_is_known_in_english_too(question: str, counted: set[str]) -> None:
    assert understand(question).counted == counted
