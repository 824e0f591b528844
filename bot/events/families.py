"""Families of words that tell what a report is about: attack, control, truce, relief, sport, votes.

They stand in ``bot/text/data/relevance_words.txt``; stems are compared, phrases word by word.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from bot.text.held import WORDS_HELD
from bot.text.lexicon import labelled_words
from bot.text.stem import stem, stems
from bot.text.tokens import Token

_WORDS = {name: words for name, words in labelled_words("relevance_words.txt").items()
          if name != "lands"}  # fmt: skip
_PHRASES = tuple((tuple(word.split("_")), name) for name, words in _WORDS.items()
                 for word in words if "_" in word)  # fmt: skip
_GLUED = "وفبل"  # letters that may be glued before the first word of a phrase


def families(tokens: Sequence[Token]) -> dict[str, float]:
    """Return how often words of each family stand among the tokens, as log(1 + n)."""
    counts = Counter(name for token in tokens if not token.number for name in _names(token.word))
    counts.update(_in_phrases([token.word for token in tokens]))
    return {name: math.log1p(count) for name, count in sorted(counts.items())}


def _in_phrases(words: Sequence[str]) -> Iterator[str]:
    """Yield the families of the phrases; one within a longer one («وقف إطلاق النار») is none."""
    past = 0
    for at, word in enumerate(words):
        for phrase, name in _by_first().get(word.lstrip(_GLUED), ()) if at >= past else ():
            if tuple(words[at + 1 : at + len(phrase)]) == phrase[1:]:
                past = at + len(phrase)
                yield name
                break


@lru_cache(maxsize=WORDS_HELD)
def _names(word: str) -> tuple[str, ...]:
    """Return the families that a folded word belongs to, under any of its stems."""
    return tuple(sorted({name for one in stems(word) for name in _by_stem().get(one, ())}))


@cache
def _by_first() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return the phrases with their families by the first word, long ones first, nothing glued."""
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, name in sorted(_PHRASES, key=lambda entry: -len(entry[0])):
        table.setdefault(phrase[0].lstrip(_GLUED), []).append((phrase, name))
    return table


@cache
def _by_stem() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for name, words in _WORDS.items():
        for word in words:
            if "_" not in word:
                table[stem(word)] = table.get(stem(word), frozenset()) | {name}
    return table
