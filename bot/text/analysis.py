"""What is searched of a text: its terms, the same for the archive and for the question.

A term is a word that is not a stop word, with its stem; numbers are terms too, in ASCII digits
without separators of thousands. ``VERSION`` names this analysis: an index built by another one
is rebuilt. It changes by itself with the word lists; a change of the rules must raise its number.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.text.lexicon import word_set
from bot.text.skeleton import skeleton
from bot.text.stem import grams, stems
from bot.text.tokens import Token, tokenize

_STOP = word_set("stop_words.txt")
_LISTS = " ".join(sorted(_STOP)) + "|" + " ".join(sorted(word_set("whole_words.txt")))
VERSION = f"1.{zlib.crc32(_LISTS.encode()):08x}"
_THOUSANDS = re.compile(r"[,٬،](?=\d{3}(?!\d))")


class Term(NamedTuple):
    """A word that is searched: its stems, its token, and its place among all words."""

    stems: tuple[str, ...]  # more than one where the first letter may be a clitic
    token: Token
    at: int  # among all tokens of the text, stop words counted


def is_stop_word(word: str) -> bool:
    """Tell whether a folded word says too little to be searched."""
    return word in _STOP


def number_word(written: str) -> str:
    """Return a number as it is searched: digits without separators of thousands."""
    return _THOUSANDS.sub("", written).replace("٫", ".")


def term_of(token: Token, index: int) -> Term | None:
    """Return the term that a token is, None for a stop word or a single letter."""
    if token.number:
        return Term((number_word(token.word),), token, index)
    if token.word in _STOP or len(token.word) < 2:
        return None
    return Term(stems(token.word), token, index)


def terms(text: str) -> list[Term]:
    """Return the searched terms of a text, in order."""
    return terms_of(tokenize(text))


def terms_of(tokens: Sequence[Token]) -> list[Term]:
    """Return the searched terms among all the tokens of a text, in order."""
    found = (term_of(token, index) for index, token in enumerate(tokens))
    return [term for term in found if term is not None]


@dataclass(frozen=True, slots=True)
class IndexFields:
    """A text as the index takes it: words separated by spaces, field by field."""

    stems: str
    grams: str
    names: str  # consonant skeletons


def index_fields(text: str) -> IndexFields:
    """Return what the index keeps of a paragraph (with its title)."""
    found = terms(text)
    words = [term.token.word for term in found if not term.token.number]
    return IndexFields(
        " ".join(stem for term in found for stem in term.stems),
        " ".join(gram for word in words for gram in grams(word)),
        " ".join(filter(None, map(skeleton, words))),
    )
