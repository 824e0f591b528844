"""How well a text holds what a question wants, and where.

Works on stored texts, not on the index: for the few dozen candidates of a question. A match has a
strength: 1 for the word itself (or another full name of the same party), less for a loose name,
a word of the same family, a part of a name, or a spelling one letter away, which is tried only
for words that the archive does not know.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.search.query import FAMILY, Wanted
from bot.text.analysis import Word, words
from bot.text.held import WORDS_HELD
from bot.text.skeleton import skeleton
from bot.text.tokens import Token, tokenize

_PART = 0.5  # a name of which only some words are there, times their share
_MISSPELT = 0.75
_SOUNDS_ALIKE = 0.8
_FUZZY_LETTERS = 5  # shorter stems have too many neighbours
_GUESSED = 0.5  # both words had to lose a letter to meet: «ليان» and «بيان»
_GAP = 1  # words that may stand between the words of a name


@dataclass(frozen=True)
class Prepared:
    """A text, analysed: its words, its terms, and the terms that have each stem.

    Words are shared by all texts, and what few questions need is made when it is asked for: some
    eighty texts are prepared for a question, and only those that are quoted need offsets.
    """

    text: str
    tokens: list[Word]
    at: list[int]  # places in ``tokens`` of the words that are searched
    places: dict[str, tuple[int, ...]]  # stem → places in ``terms``

    @cached_property
    def terms(self) -> list[Word]:
        """The words that are searched, in order."""
        return [self.tokens[at] for at in self.at]

    @cached_property
    def stems(self) -> frozenset[str]:
        """The first stem of each term."""
        return frozenset([term.stems[0] for term in self.terms])

    @cached_property
    def names(self) -> dict[str, list[int]]:
        """The places of the terms that have each consonant skeleton."""
        found: dict[str, list[int]] = {}
        for place, term in enumerate(self.terms):
            if not term.number:
                found.setdefault(skeleton(term.word), []).append(place)
        return found

    @cached_property
    def by_letter(self) -> dict[str, list[str]]:
        """The stems by their first letter."""
        found: dict[str, list[str]] = {}
        for stem in self.places:
            found.setdefault(stem[0], []).append(stem)
        return found

    @cached_property
    def _tokenized(self) -> list[Token]:
        return tokenize(self.text)

    def span(self, place: int) -> tuple[int, int]:
        """Return where a term stands in the text: from this character up to that one."""
        token = self._tokenized[self.at[place]]
        return token.start, token.end


@dataclass(frozen=True, slots=True)
class Match:
    """How strongly something wanted is in a text, and by which terms (places in ``terms``)."""

    strength: float = 0.0
    places: tuple[int, ...] = ()


NOTHING = Match()


@lru_cache(maxsize=512)  # some five questions: «more», sources and follow-ups; see ``words``
def prepare(text: str) -> Prepared:
    """Analyse a text for matching."""
    tokens = words(text)
    at = [here for here, token in enumerate(tokens) if token.stems]
    places: dict[str, list[int]] = {}
    for place, here in enumerate(at):
        for stem in tokens[here].stems:
            places.setdefault(stem, []).append(place)
    return Prepared(text, tokens, at, {stem: tuple(found) for stem, found in places.items()})


def match(wanted: Wanted, text: Prepared, *, unknown: bool = False) -> Match:
    """Return the strongest match of ``wanted``; ``unknown`` allows a spelling one letter away."""
    best = NOTHING
    if not text.places.keys().isdisjoint(wanted.sought):
        best = _match_stems(wanted, text)
    if best.strength < _SOUNDS_ALIKE and wanted.name and wanted.name in text.names:
        best = _stronger(best, Match(_SOUNDS_ALIKE, tuple(text.names[wanted.name])))
    if best.strength < _MISSPELT and unknown and len(wanted.words) == 1:
        best = _stronger(best, _match_misspelt(wanted.words[0], text))
    return best


def _match_stems(wanted: Wanted, text: Prepared) -> Match:
    """Return the strongest match by the word or name itself, another name, or the family."""
    best = _match_name(wanted.words, text)
    for other in wanted.others:
        if other.strength > best.strength:
            found = _match_name(tuple((stem,) for stem in other.stems), text)
            best = _stronger(best, Match(found.strength * other.strength, found.places))
    if best.strength < FAMILY and wanted.family:
        places = [place for stem in wanted.family for place in text.places.get(stem, ())]
        if places:
            best = _stronger(best, Match(FAMILY, tuple(sorted(places))))
    return best


def _stronger(one: Match, other: Match) -> Match:
    """Return the stronger of two matches, the first when they are equal."""
    return other if other.strength > one.strength else one


def _match_name(words: Sequence[Sequence[str]], text: Prepared) -> Match:
    """Return the match of a word, or of a name of several words standing close together."""
    where = [_places_of(stems, text) for stems in words]
    if len(words) == 1:
        return _match_word(words[0], where[0], text)
    reach = len(words) + _GAP
    whole: list[int] = []
    for start in where[0]:
        near = [
            places[bisect_left(places, start - reach + 1) : bisect_left(places, start + reach)]
            for places in where
        ]
        if all(near):
            whole.extend(min(places, key=lambda p: abs(p - start)) for places in near)
    if whole:
        return Match(1.0, tuple(sorted(set(whole))))
    present = sum(1 for places in where if places)
    if not present:
        return NOTHING
    parts = sorted({place for places in where for place in places})
    return Match(_PART * present / len(words), tuple(parts))


def _places_of(stems: Sequence[str], text: Prepared) -> Sequence[int]:
    """Return the places of the terms that have one of the stems, in order."""
    found = [where for stem in stems if (where := text.places.get(stem))]
    if len(found) < 2:
        return found[0] if found else ()
    return sorted({place for where in found for place in where})


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
        for other in text.by_letter.get(stem[0], ())
        if abs(len(other) - len(stem)) <= 1 and is_one_edit(stem, other)
        for place in text.places[other]
    ]
    return Match(_MISSPELT, tuple(sorted(set(places)))) if places else NOTHING


@lru_cache(maxsize=WORDS_HELD)
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
