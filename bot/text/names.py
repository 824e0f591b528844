"""Finding names of a list in a text: longest match on folded words, clitics taken off the front.

A name is a sequence of folded words; what it names is the caller's. Offsets are those of the text
as given, without the clitic («بدرعا» gives the span of «درعا»). «للرقة» has swallowed the alef of
its article; the span is then «لرقة».
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from bot.text.held import WORDS_HELD
from bot.text.normalize import fold, is_arabic
from bot.text.tokens import Token, tokenize

T = TypeVar("T")
Names = Sequence[tuple[tuple[str, ...], list[T]]]  # those of one first word, the longest first

# What may stand between the words of one name: spaces, hyphens, apostrophes, hidden characters.
_GAP = re.compile(r"[\s\-_'’‘ʿʾʼ\u0640\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*")
_LONGEST_GAP = 4
_LEAST = 2  # letters left when a clitic is taken off
_JOINERS = ("و", "ف")
_PREPOSITIONS = ("ب", "ل", "ك")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A name found: tokens ``first`` to ``last``, its span, the clitics before it."""

    value: T
    first: int
    last: int
    start: int
    end: int
    clitics: str


def readings(word: str) -> tuple[tuple[str, int], ...]:
    """Return a folded word as a name may be read from it, with how many letters were taken off."""
    return ((word, 0),) if word[:1].isdecimal() else _readings(word)


@lru_cache(maxsize=WORDS_HELD)
def _readings(word: str) -> tuple[tuple[str, int], ...]:
    found = [(word, 0)]
    if not is_arabic(word):
        return tuple(found)
    starts = [0, *(1 for joiner in _JOINERS if word.startswith(joiner))]
    for at in starts:
        rest = word[at:]
        if at and len(rest) >= _LEAST:
            found.append((rest, at))
        if rest.startswith("لل") and len(rest) > _LEAST + 1:
            found.append(("ا" + rest[1:], at + 1))
        if rest[:1] in _PREPOSITIONS and len(rest) > _LEAST:
            found.append((rest[1:], at + 1))
    return tuple(found)


def offset_in(text: str, token: Token, letters: int) -> int:
    """Return where a token's text stands once ``letters`` folded letters are taken off."""
    at = token.start
    while letters > 0 and at < token.end:
        letters -= len(fold(text[at]))
        at += 1
    while token.start < at < token.end and not fold(text[at]):
        at += 1  # marks and tatweel belong to what was taken off: «لـبيروت»
    return at


class NameList(Generic[T]):
    """Names by their first word, each with the value it stands for."""

    def __init__(self, names: Iterable[tuple[str, T]]) -> None:
        table: dict[str, dict[tuple[str, ...], list[T]]] = {}
        for name, value in names:
            words = tuple(token.word for token in tokenize(name))
            if words:
                values = table.setdefault(words[0], {}).setdefault(words, [])
                if value not in values:
                    values.append(value)
        self._table = {
            first: sorted(found.items(), key=lambda entry: -len(entry[0]))
            for first, found in table.items()
        }
        self._begun_by = lru_cache(maxsize=WORDS_HELD)(self._names_begun_by)

    def _names_begun_by(self, word: str) -> tuple[tuple[Names[T], int], ...]:
        """Return the names that a word may begin, with the letters taken off; mostly none."""
        return tuple(
            (self._table[first], taken) for first, taken in readings(word) if first in self._table
        )

    def find(self, text: str, tokens: Sequence[Token]) -> list[Found[tuple[T, ...]]]:
        """Return the names in a text, in order, none overlapping another."""
        found: list[Found[tuple[T, ...]]] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            begun = not token.number and self._begun_by(token.word)
            here = self.at(text, tokens, at) if begun else None
            if here is None:
                at += 1
            else:
                found.append(here)
                at = here.last + 1
        return found

    def at(self, text: str, tokens: Sequence[Token], at: int) -> Found[tuple[T, ...]] | None:
        """Return the longest name that begins at token ``at``, read with the fewest clitics."""
        best: Found[tuple[T, ...]] | None = None
        for names, taken in self._begun_by(tokens[at].word):
            for words, values in names:
                size = len(words)
                if best is not None and size <= best.last - best.first + 1:
                    break
                if self._follows(text, tokens, at, words):
                    best = Found(
                        tuple(values),
                        at,
                        at + size - 1,
                        offset_in(text, tokens[at], taken),
                        tokens[at + size - 1].end,
                        tokens[at].word[:taken],
                    )
                    break
        return best

    @staticmethod
    def _follows(text: str, tokens: Sequence[Token], at: int, words: tuple[str, ...]) -> bool:
        """Tell whether the further words of a name stand after its first one."""
        if at + len(words) > len(tokens):
            return False
        for step in range(1, len(words)):
            before, here = tokens[at + step - 1], tokens[at + step]
            if here.word != words[step] or here.start - before.end > _LONGEST_GAP:
                return False
            if not _GAP.fullmatch(text, before.end, here.start):
                return False
        return True
