"""The archive and the question are analysed alike."""

import pytest

from bot.text.analysis import index_fields, number_word, terms, words
from bot.text.tokens import tokenize


def test_stop_words_and_single_letters_are_not_searched() -> None:
    found = terms("وقد كان في الباغوز و 38 قتيلا")
    assert [term.token.word for term in found] == ["الباغوز", "38", "قتيلا"]


def test_places_among_the_words_count_stop_words_too() -> None:
    assert [term.at for term in terms("في الباغوز من قسد")] == [1, 3]


def test_numbers_lose_their_separators_of_thousands_only() -> None:
    assert [number_word(n) for n in ("65,000", "1٬200", "3.5", "12,5")] == [
        "65000",
        "1200",
        "3.5",
        "12,5",
    ]


def test_the_index_gets_stems_pieces_and_names() -> None:
    fields = index_fields("قصف كركوك")
    assert "كركوك" in fields.stems.split()
    assert "كركو" in fields.grams.split()
    assert "krkk" in fields.names.split()


def test_a_text_without_words_gives_nothing() -> None:
    assert index_fields("🙂 … ،").stems == ""


@pytest.mark.parametrize(
    "text",
    ["", "«و30 قتيلاً» في الـ(CNN) يوم ١٬٢٠٠", "بـ\u200fغداد ٣٫٥ و«قـــال»\u064b ـ \u0640", "a" * 3],
)
def test_words_without_places_are_the_tokens_of_a_text(text: str) -> None:
    read = [(one.word, one.number, one.stems) for one in words(text)]
    searched = {term.at: term.stems for term in terms(text)}
    assert read == [
        (token.word, token.number, searched.get(at, ())) for at, token in enumerate(tokenize(text))
    ]
    assert index_fields(text).stems.split() == [stem for *_, stems in read for stem in stems]
