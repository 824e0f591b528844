"""A paragraph as claims are read from it: sentences of tokens, and word classes.

Sentences end at full stops, question marks and line ends, never at the point inside a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.text.held import WORDS_HELD
from bot.text.lexicon import labelled_words
from bot.text.names import readings
from bot.text.tokens import Token, tokenize

_END = re.compile(r"[.!?؟\n\r…]")
_LONGEST = 160  # tokens of one sentence; a longer one is cut, so that time stays linear


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens of one sentence of ``text``; offsets are those of the paragraph."""

    text: str
    tokens: tuple[Token, ...]

    def gap(self, at: int) -> str:
        """Return the characters between token ``at`` and the next one, "" at the end."""
        if at < 0 or at + 1 >= len(self.tokens):
            return ""
        return self.text[self.tokens[at].end : self.tokens[at + 1].start]

    def word(self, at: int) -> str:
        """Return the folded word at ``at``, "" outside the sentence."""
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""


def sentences(text: str, tokens: Sequence[Token] | None = None) -> Iterator[Sentence]:
    """Yield the sentences of a paragraph in order; ``tokens`` are its own, if at hand."""
    here: list[Token] = []
    for token in tokenize(text) if tokens is None else tokens:
        cut = here and _END.search(text, here[-1].end, token.start)
        if cut or len(here) >= _LONGEST:
            yield Sentence(text, tuple(here))
            here = []
        here.append(token)
    if here:
        yield Sentence(text, tuple(here))


@cache
def words_of(file: str, label: str) -> frozenset[str]:
    """Return the folded words of a label."""
    return frozenset(labelled_words(file)[label])


def has(word: str, words: frozenset[str]) -> bool:
    """Tell whether a folded word is among ``words``, with or without clitics before it."""
    return word in words if word[:1].isdecimal() else not words.isdisjoint(_forms(word))


def has_noun(word: str, words: frozenset[str]) -> bool:
    """Tell the same of a noun, with or without the article and an ending of case."""
    return word in words if word[:1].isdecimal() else not words.isdisjoint(_noun_forms(word))


@lru_cache(maxsize=WORDS_HELD)
def _forms(word: str) -> tuple[str, ...]:
    """Return a word as it may be meant: held by word, since there are fifty lists to look in."""
    return tuple(one for one, _ in readings(word))


@lru_cache(maxsize=WORDS_HELD)
def _noun_forms(word: str) -> tuple[str, ...]:
    bare = [one.removeprefix("ال") for one in _forms(word)]
    return (*bare, *(one[:-1] for one in bare if one.endswith("ا")))


def article(word: str) -> bool:
    """Tell whether a folded noun bears the article."""
    return any(one.startswith("ال") for one, _ in readings(word))
