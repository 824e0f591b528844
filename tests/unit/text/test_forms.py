"""Broken plurals and spellings: a question with one form of a word finds the others."""

from __future__ import annotations

import pytest

from bot.text.forms import other_forms
from bot.text.lexicon import lines
from bot.text.normalize import fold
from bot.text.stem import stem


@pytest.mark.parametrize(
    ("one", "other"),
    [("مدرسة", "المدارس"), ("صحفيون", "صحافيين"), ("مسئول", "مسؤولون"), ("سجن", "السجون")],
)
def test_forms_find_each_other(one: str, other: str) -> None:
    first, second = stem(fold(one)), stem(fold(other))

    assert first != second
    assert second in other_forms(first)
    assert first in other_forms(second)


def test_every_line_joins_what_stemming_leaves_apart() -> None:
    """Where the stems are one already, the line is needless; a stop word would join all."""
    for line in lines("same_words.txt"):
        stems = {stem(fold(word)) for word in line.split()}
        assert len(stems) > 1, line
        assert min(map(len, stems)) > 1, line


def test_a_word_without_other_forms_has_none() -> None:
    assert other_forms(stem(fold("الباغوز"))) == frozenset()
