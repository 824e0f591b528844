"""English words of a question, and the Arabic words that a paragraph may hold in their place.

Two lists of our own: ``data/english.txt`` for war news, ``data/english_words.txt`` for the rest of
common English, which is asked only where the first is silent. A word is looked up as it stands,
then without its regular endings. Names are not here: they are in the list of aliases, or meet
Arabic ones by their consonants (``bot.text.skeleton``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from bot.text.lexicon import lines
from bot.text.normalize import fold
from bot.text.stem import stem

_LISTS = ("english.txt", "english_words.txt")
# (ending, what stands in its place), tried in order
_ENDINGS = (
    ("'s", ""), ("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"),
    ("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"), ("est", ""), ("ly", ""), ("al", ""),
)  # fmt: skip
_LEAST = 3  # letters that must be left


@cache
def _table(name: str) -> dict[str, tuple[str, ...]]:
    """Return the Arabic stems of each English word of a list.

    A word may stand in several lines: its Arabic words add up.
    """
    table: dict[str, tuple[str, ...]] = {}
    for entry in lines(name):
        english, _, arabic = entry.partition(":")
        stems = tuple(stem(fold(word)) for word in arabic.split())
        for word in english.split():
            table[word] = tuple(dict.fromkeys(table.get(word, ()) + stems))
    return table


def _forms(word: str) -> Iterator[str]:
    """Yield a word, then what it may be a regular form of."""
    yield word
    for ending, instead in _ENDINGS:
        rest = word.removesuffix(ending)
        if rest == word or len(rest) < _LEAST:
            continue
        yield rest + instead
        if not instead and rest[-1] == rest[-2]:
            yield rest[:-1]  # «stopped», «bigger»


@lru_cache(maxsize=20_000)
def translations(word: str) -> tuple[str, ...]:
    """Return the Arabic stems for a folded English word, none when it is unknown."""
    tables = [_table(name) for name in _LISTS]
    found = (table[form] for table in tables for form in _forms(word) if form in table)
    return next(found, ())
