"""Other names of parties, places and persons, and other words for one matter.

Used on the question only: what is quoted is never touched. A *variant* is a name as a sequence of
stems; the groups are in ``data/aliases.txt``, the families of words in ``data/kinds.txt``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.text.analysis import is_stop_word, terms
from bot.text.lexicon import labelled_words, variant_groups
from bot.text.stem import stem

LOOSE = 0.7  # what a variant marked "~" weighs

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A name as stems, and how surely it names its group."""

    stems: Stems
    strength: float


@cache
def _groups() -> tuple[tuple[Variant, ...], ...]:
    """Return the alias groups as stems, each variant once."""
    groups = []
    for written in variant_groups("aliases.txt"):
        variants: dict[Stems, float] = {}
        for name in written:
            stems = tuple(term.stems[0] for term in terms(name.removeprefix("~")))
            if stems:
                strength = LOOSE if name.startswith("~") else 1.0
                variants[stems] = max(strength, variants.get(stems, 0.0))
        groups.append(tuple(Variant(stems, strength) for stems, strength in variants.items()))
    return tuple(groups)


@cache
def _by_first() -> dict[str, tuple[tuple[Variant, int], ...]]:
    """Return the variants by their first stem, with the number of their group."""
    table: dict[str, list[tuple[Variant, int]]] = {}
    for number, group in enumerate(_groups()):
        for variant in group:
            table.setdefault(variant.stems[0], []).append((variant, number))
    return {first: tuple(found) for first, found in table.items()}


def names_at(words: Sequence[Stems], at: int) -> tuple[int, tuple[Variant, ...]]:
    """Return how many words from ``at`` on are a known name, and the other names of it.

    ``words`` are the stems of each word of a question. The longest name counts; (0, ()) when none
    begins here. The strength of each other name is lowered by that of the name found.
    """
    length = 0
    others: dict[Stems, float] = {}
    begins = {pair for one in words[at] for pair in _by_first().get(one, ())}
    for variant, number in sorted(begins, key=lambda pair: -len(pair[0].stems)):
        size = len(variant.stems)
        if size < length:
            break
        here = words[at : at + size]
        if len(here) < size or any(s not in w for s, w in zip(variant.stems, here, strict=True)):
            continue
        length = size
        for other in _groups()[number]:
            if other.stems != variant.stems:
                strength = other.strength * variant.strength
                others[other.stems] = max(strength, others.get(other.stems, 0.0))
    return length, tuple(Variant(stems, strength) for stems, strength in others.items())


@cache
def _families() -> dict[str, tuple[str, ...]]:
    """Return the families of words as stems, by label."""
    return {
        label: tuple(dict.fromkeys(stem(word) for word in words if not is_stop_word(word)))
        for label, words in labelled_words("kinds.txt").items()
    }


@cache
def _families_of_stem() -> dict[str, frozenset[str]]:
    """Return the labels of the families that each stem belongs to."""
    table: dict[str, set[str]] = {}
    for label, stems in _families().items():
        for one in stems:
            table.setdefault(one, set()).add(label)
    return {one: frozenset(labels) for one, labels in table.items()}


def families_of(one: str) -> frozenset[str]:
    """Return the labels of the families of words that a stem belongs to."""
    return _families_of_stem().get(one, frozenset())


def family(label: str) -> tuple[str, ...]:
    """Return the stems of a family, none for an unknown label."""
    return _families().get(label, ())
