"""Words and numbers of a text, each with its place in the original.

Offsets count characters of the text as given, marks and tatweel included, so that a matched word
can be shown bold in a verbatim quote. Words are cut where the script or the kind changes:
«و30» is the word «و» and the number 30, «الـ(CNN)» two words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bot.text.normalize import fold

_MARK = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640"
_HIDDEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"

# A number keeps its separators (1,200 · ١٬٢٠٠ · 3.5); a word keeps marks and hidden characters
# inside it, and marks (not hidden characters) at its end.
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:[.,٫٬،/]\d+)*)|"
    rf"[^\W\d_](?:[{_MARK}{_HIDDEN}]*[^\W\d_])*[{_MARK}]*"
)


class Token(NamedTuple):
    """A word or number: where it stands in the text, and its folded form."""

    start: int
    end: int
    word: str
    number: bool = False


_folded = lru_cache(maxsize=100_000)(fold)  # words come again and again


def tokenize(text: str) -> list[Token]:
    """Return the words and numbers of ``text`` in order; what folds to nothing is left out."""
    tokens = []
    for match in _TOKEN.finditer(text):
        word = _folded(match.group())
        if word:
            tokens.append(Token(match.start(), match.end(), word, match.lastgroup == "number"))
    return tokens
