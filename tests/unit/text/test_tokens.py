"""Words are found where they stand in the text as it is stored."""

from hypothesis import given
from hypothesis import strategies as st

from bot.text.normalize import fold
from bot.text.tokens import tokenize


def test_offsets_point_at_the_word_with_its_marks_in_the_original() -> None:
    text = "«قُتِلَ» في البـــاغوز!"
    tokens = tokenize(text)
    assert [text[t.start : t.end] for t in tokens] == ["قُتِلَ", "في", "البـــاغوز"]
    assert [t.word for t in tokens] == ["قتل", "في", "الباغوز"]


def test_a_number_keeps_its_separators_and_leaves_the_letters_before_it() -> None:
    tokens = tokenize("و30 ألفا و١٬٢٠٠ و3.5")
    assert [t.word for t in tokens if t.number] == ["30", "1٬200", "3.5"]
    assert tokens[0].word == "و"


def test_hidden_characters_inside_a_word_do_not_part_it_and_stay_outside_at_its_ends() -> None:
    text = "\u2067دير\u200cالزور\u2069"
    (token,) = tokenize(text)
    assert token.word == "ديرالزور"
    assert text[token.start : token.end] == "دير\u200cالزور"


@given(st.text(max_size=300))
def test_every_token_lies_in_the_text_in_order_and_folds_to_its_word(text: str) -> None:
    end = 0
    for token in tokenize(text):
        assert end <= token.start < token.end <= len(text)
        assert fold(text[token.start : token.end]) == token.word != ""
        end = token.end
