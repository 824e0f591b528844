"""The word lists can be read, and say what the code expects of them."""

from bot.text.lexicon import labelled_words, lines, variant_groups, word_set
from bot.text.questions import COUNTED, Asks


def test_comments_and_blank_lines_are_no_entries() -> None:
    assert not any(entry.startswith("#") or not entry for entry in lines("stop_words.txt"))


def test_words_are_folded_when_read() -> None:
    assert "الي" in word_set("stop_words.txt")
    assert "إلى" not in word_set("stop_words.txt")


def test_every_label_of_the_question_words_is_known_to_the_code() -> None:
    known = {asks.value for asks in Asks} | {"filler", "carrier", "counting"}
    assert set(labelled_words("question_words.txt")) <= known


def test_the_counted_families_exist() -> None:
    assert set(COUNTED) <= set(labelled_words("kinds.txt"))


def test_a_group_of_aliases_has_more_than_one_name() -> None:
    groups = variant_groups("aliases.txt")
    assert len(groups) > 80
    assert [group for group in groups if len(group) < 2] == []
