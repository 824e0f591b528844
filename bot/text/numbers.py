"""Numbers in a text, in digits or in words, with the words they consist of.

«65 ألف» is one number (65,000), «ثمانية وثلاثين» another (38). Vague amounts («عشرات», «مئات») are
numbers without a value. What a number counts is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.text.analysis import Word, number_word
from bot.text.held import WORDS_HELD
from bot.text.lexicon import labelled_words
from bot.text.tokens import Token


@dataclass(frozen=True, slots=True)
class Number:
    """A number: tokens ``first`` to ``last`` of the text; ``value`` None for a vague amount."""

    first: int
    last: int
    value: float | None


_WORDS = {
    word: float(value)
    for value, words in labelled_words("numbers.txt").items()
    if value not in {"vague", "scale"}
    for word in words
}
_VAGUE = frozenset(labelled_words("numbers.txt")["vague"])
_SCALES = {
    word.partition("=")[0]: float(word.partition("=")[2])
    for word in labelled_words("numbers.txt")["scale"]
}


def _value_of(token: Token | Word) -> float | None:
    """Return what one token counts for, None when it is no number."""
    if token.number:
        written = number_word(token.word)
        return float(written) if written.replace(".", "", 1).isdigit() else None
    word = token.word
    if word in _WORDS:
        return _WORDS[word]
    bare = word[1:] if word[:1] in {"و", "ب", "ل"} else word
    return _WORDS.get(bare)


def _scale_of(token: Token | Word) -> float | None:
    """Return thousand or million for a word that multiplies the number before it."""
    return None if token.number else _SCALES.get(token.word)


@lru_cache(maxsize=WORDS_HELD)
def _begins(word: str) -> bool:
    """Tell whether a number may begin with this word: most words can be passed over."""
    token = Word(word, False, ())
    return word in _VAGUE or _value_of(token) is not None or _scale_of(token) is not None


def numbers(tokens: Sequence[Token | Word]) -> list[Number]:
    """Return the numbers among the tokens of a text, in order."""
    found: list[Number] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        # Words come again and are held, of numbers there is no end.
        number = _number_at(tokens, at) if token.number or _begins(token.word) else None
        if number is None:
            at += 1
        else:
            found.append(number)
            at = number.last + 1
    return found


def _number_at(tokens: Sequence[Token | Word], at: int) -> Number | None:
    """Return the number that begins at token ``at``, None when there is none."""
    token = tokens[at]
    if not token.number and token.word in _VAGUE:
        return Number(at, at, None)
    value = _value_of(token)
    if value is None:
        scale = _scale_of(token)
        return None if scale is None else Number(at, at, scale)
    last, below = at, value
    while last + 1 < len(tokens) and _joins(tokens[last + 1], below):
        last += 1
        below = _value_of(tokens[last]) or 0.0
        value += below
    if last + 1 < len(tokens) and (scale := _scale_of(tokens[last + 1])):
        value *= scale
        last += 1
    return Number(at, last, value)


def _joins(token: Token | Word, before: float) -> bool:
    """Tell whether a number word goes on a number: «وثلاثين» after «ثمانية»."""
    if token.number or not token.word.startswith("و") or token.word in _WORDS:
        return False
    value = _WORDS.get(token.word[1:])
    return value is not None and value != before and (value >= 20 or before >= 100)
