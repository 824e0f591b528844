"""How well a text holds what a question wants, and where.

Works on stored texts, not on the index: for the few dozen candidates of a question. A match has a
strength: 1 for the word itself (or another full name of the same party), less for a loose name,
a word of the same family, a part of a name, or a spelling one letter away, which is tried only
for words that the archive does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.search.query import FAMILY, Wanted
from bot.text.analysis import Term, terms_of
from bot.text.skeleton import skeleton
from bot.text.tokens import Token, tokenize

_PART = 0.5  # a name of which only some words are there, times their share
_MISSPELT = 0.75
_SOUNDS_ALIKE = 0.8
_FUZZY_LETTERS = 5  # shorter stems have too many neighbours
_GUESSED = 0.5  # both words had to lose a letter to meet: «ليان» and «بيان»
_GAP = 1  # words that may stand between the words of a name


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text, analysed: its words, its terms, and the terms that have each stem."""

    tokens: tuple[Token, ...]
    terms: tuple[Term, ...]
    places: dict[str, tuple[int, ...]]  # stem → places in ``terms``


@dataclass(frozen=True, slots=True)
class Match:
    """How strongly something wanted is in a text, and by which terms (places in ``terms``)."""

    strength: float = 0.0
    places: tuple[int, ...] = ()


NOTHING = Match()


@lru_cache(maxsize=2_048)
def prepare(text: str) -> Prepared:
    """Analyse a text for matching."""
    tokens = tuple(tokenize(text))
    found = terms_of(tokens)
    places: dict[str, list[int]] = {}
    for place, term in enumerate(found):
        for stem in term.stems:
            places.setdefault(stem, []).append(place)
    return Prepared(
        tokens,
        tuple(found),
        {stem: tuple(where) for stem, where in places.items()},
    )


def match(wanted: Wanted, text: Prepared, *, unknown: bool = False) -> Match:
    """Return the strongest match of ``wanted``; ``unknown`` allows a spelling one letter away."""
    best = _match_name(wanted.words, text)
    for other in wanted.others:
        if other.strength > best.strength:
            found = _match_name(tuple((stem,) for stem in other.stems), text)
            best = _stronger(best, Match(found.strength * other.strength, found.places))
    if best.strength < FAMILY and wanted.family:
        places = tuple(place for stem in wanted.family for place in text.places.get(stem, ()))
        if places:
            best = _stronger(best, Match(FAMILY, tuple(sorted(places))))
    if best.strength < _SOUNDS_ALIKE and wanted.name:
        places = tuple(
            place
            for place, term in enumerate(text.terms)
            if not term.token.number and skeleton(term.token.word) == wanted.name
        )
        if places:
            best = _stronger(best, Match(_SOUNDS_ALIKE, places))
    if best.strength < _MISSPELT and unknown and len(wanted.words) == 1:
        best = _stronger(best, _match_misspelt(wanted.words[0], text))
    return best


def _stronger(one: Match, other: Match) -> Match:
    """Return the stronger of two matches, the first when they are equal."""
    return other if other.strength > one.strength else one


def _match_name(words: Sequence[Sequence[str]], text: Prepared) -> Match:
    """Return the match of a word, or of a name of several words standing close together."""
    where = [
        sorted({place for stem in stems for place in text.places.get(stem, ())}) for stems in words
    ]
    if len(words) == 1:
        return _match_word(words[0], where[0], text)
    reach = len(words) + _GAP
    whole: list[int] = []
    for start in where[0]:
        near = [[p for p in places if abs(p - start) < reach] for places in where]
        if all(near):
            whole.extend(min(places, key=lambda p: abs(p - start)) for places in near)
    if whole:
        return Match(1.0, tuple(sorted(set(whole))))
    present = sum(1 for places in where if places)
    if not present:
        return NOTHING
    parts = sorted({place for places in where for place in places})
    return Match(_PART * present / len(words), tuple(parts))


def _match_word(stems: Sequence[str], places: Sequence[int], text: Prepared) -> Match:
    """Return the match of a single word found at ``places``.

    One of the two must be met as it stands. That both were cut to meet is only a guess.
    """
    sure = tuple(
        place
        for place in places
        if text.terms[place].stems[0] in stems or stems[0] in text.terms[place].stems
    )
    if sure:
        return Match(1.0, sure)
    return Match(_GUESSED, tuple(places)) if places else NOTHING


def _match_misspelt(stems: Sequence[str], text: Prepared) -> Match:
    """Return the terms whose stem is one letter away from one of ``stems``."""
    places = [
        place
        for stem in stems
        for other, where in text.places.items()
        if other[0] == stem[0] and abs(len(other) - len(stem)) <= 1 and is_one_edit(stem, other)
        for place in where
    ]
    return Match(_MISSPELT, tuple(sorted(set(places)))) if places else NOTHING


@lru_cache(maxsize=100_000)
def is_one_edit(one: str, other: str) -> bool:
    """Tell whether one letter added, left out, changed or swapped makes ``one`` ``other``."""
    if max(len(one), len(other)) < _FUZZY_LETTERS:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    rest, more = one[same:], other[same:]
    if len(rest) == len(more):
        swapped = len(rest) > 1 and rest[1::-1] == more[:2] and rest[2:] == more[2:]
        return rest[1:] == more[1:] or swapped
    return rest[1:] == more or rest == more[1:]
