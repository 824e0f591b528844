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
from functools import lru_cache
from typing import NamedTuple

from bot.text.held import WORDS_HELD
from bot.text.lexicon import word_set
from bot.text.skeleton import skeleton
from bot.text.stem import grams, stems
from bot.text.tokens import Token, read, tokenize, written_tokens

_STOP = word_set("stop_words.txt")
_LISTS = " ".join(sorted(_STOP)) + "|" + " ".join(sorted(word_set("whole_words.txt")))
VERSION = f"1.{zlib.crc32(_LISTS.encode()):08x}"
_THOUSANDS = re.compile(r"[,٬،](?=\d{3}(?!\d))")


class Term(NamedTuple):
    """A word that is searched: its stems, its token, and its place among all words."""

    stems: tuple[str, ...]  # more than one where the first letter may be a clitic
    token: Token
    at: int  # among all tokens of the text, stop words counted


class Word(NamedTuple):
    """A word or number without its place: one value for all texts that spell it so."""

    word: str  # folded
    number: bool
    stems: tuple[str, ...]  # none where it is not searched


def is_stop_word(word: str) -> bool:
    """Tell whether a folded word says too little to be searched."""
    return word in _STOP


def number_word(written: str) -> str:
    """Return a number as it is searched: digits without separators of thousands."""
    return _THOUSANDS.sub("", written).replace("٫", ".")


def term_of(token: Token, index: int) -> Term | None:
    """Return the term that a token is, None for a stop word or a single letter."""
    searched = searched_stems(token.word, token.number)
    return Term(searched, token, index) if searched else None


def searched_stems(word: str, number: bool) -> tuple[str, ...]:
    """Return the stems of a folded word or number, none for a stop word or a single letter."""
    if number:
        return (number_word(word),)
    return () if word in _STOP or len(word) < 2 else stems(word)


def _word(written: str) -> Word:
    word, number = read(written)
    return Word(word, True, (number_word(word),)) if number else _known_word(word)


@lru_cache(maxsize=WORDS_HELD)
def _known_word(word: str) -> Word:
    return Word(word, False, searched_stems(word, False))


def words(text: str) -> list[Word]:
    """Return all words and numbers of a text in order, as ``tokenize`` does, without places."""
    return [one for one in map(_word, written_tokens(text)) if one.word]


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


def _indexed(written: str) -> tuple[str, str, str]:
    """Return stems, 4-grams and skeleton of one word or number, each with a space before it."""
    word, number = read(written)
    return (_spaced((number_word(word),)), "", "") if number else _indexed_word(word)


@lru_cache(maxsize=WORDS_HELD)
def _indexed_word(word: str) -> tuple[str, str, str]:
    found = searched_stems(word, False)
    if not found:
        return "", "", ""
    name = skeleton(word)
    return _spaced(found), _spaced(grams(word)), f" {name}" if name else ""


def _spaced(words: Sequence[str]) -> str:
    return "".join(f" {word}" for word in words)


def index_fields(text: str) -> IndexFields:
    """Return what the index keeps of a title or a paragraph."""
    found = list(map(_indexed, written_tokens(text)))
    if not found:
        return IndexFields("", "", "")
    held, pieces, names = zip(*found, strict=True)
    return IndexFields("".join(held)[1:], "".join(pieces)[1:], "".join(names)[1:])
