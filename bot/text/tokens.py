"""Words and numbers of a text, each with its place in the original.

Offsets count characters of the text as given, marks and tatweel included, so that a matched word
can be shown bold in a verbatim quote. Words are cut where the script or the kind changes:
«و30» is the word «و» and the number 30, «الـ(CNN)» two words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from bot.text.held import WORDS_HELD
from bot.text.normalize import fold

_MARK = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640"
_HIDDEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"

# A number keeps its separators (1,200 · ١٬٢٠٠ · 3.5); a word keeps marks and hidden characters
# inside it, and marks (not hidden characters) at its end.
_TOKEN = re.compile(rf"[^\W\d_]+(?:[{_MARK}{_HIDDEN}]+[^\W\d_]+)*[{_MARK}]*|\d+(?:[.,٫٬،/]\d+)*")


class Token(NamedTuple):
    """A word or number: where it stands in the text, and its folded form."""

    start: int
    end: int
    word: str
    number: bool = False


def read(written: str) -> tuple[str, bool]:
    """Return a word or number as written in its folded form, and whether it is a number."""
    return (fold(written), True) if written[0].isdecimal() else (_folded(written), False)


@lru_cache(maxsize=WORDS_HELD)
def _folded(word: str) -> str:
    return fold(word)


def written_tokens(text: str) -> list[str]:
    """Return the words and numbers of ``text`` in order, as they are written."""
    return _TOKEN.findall(text)


def first_words(text: str, count: int) -> list[str]:
    """Return the first folded words or numbers of a text."""
    folded = (read(match[0])[0] for match in _TOKEN.finditer(text))
    return list(islice(filter(None, folded), count))


def tokenize(text: str) -> list[Token]:
    """Return the words and numbers of ``text`` in order; what folds to nothing is left out."""
    tokens = []
    for match in _TOKEN.finditer(text):
        word, number = read(match[0])
        if word:
            tokens.append(Token(*match.span(), word, number))
    return tokens
