"""Whether two articles are one text at two outlets, and whether two texts are one article.

A text is known by its shingles: every three words in a row, as stems, so that spelling and
endings do not matter. How much of the shorter text stands in the longer one (containment, after
A. Broder, "On the resemblance and containment of documents", SEQUENCES 1997) tells a copy, whole
or shortened. Another figure in the headline or lead makes another report, and so does another town:
a new toll is news, and newsrooms tell the strikes of a day in the same words.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.text.held import WORDS_HELD
from bot.text.normalize import fold
from bot.text.numbers import numbers
from bot.text.places import find_places
from bot.text.stem import stems
from bot.text.tokens import tokenize
from bot.text.towns import LEAD_CHARS, Towns, apart, towns_of

CONTAINED = 0.6  # share of the shorter text's shingles that makes a copy
_MOST_WORDS = 400  # of a text that are compared: copies differ at their ends, not before
_FEWEST = 8  # shingles; below, a shared formula would count as a shared text
_SAMPLED_FROM = 64  # shingles; of a longer text every fourth is enough to find it by
_SAMPLE = 4
_WORD = re.compile(r"\d+|[^\W\d_]+")  # of a folded text
_LEAD = 2 * LEAD_CHARS  # of a first paragraph, read for towns
_BITS = 0xFFFFFFFF  # a shingle is kept in four bytes
_ALIKE = 0.5  # share of the shorter headline's words that an edited one keeps


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of a text: its shingles, and the figures of its headline or lead."""

    shingles: frozenset[int]
    figures: frozenset[float]


def sketch(title: str, paragraphs: Sequence[str]) -> Sketch:
    """Return what is compared of an article."""
    words: list[str] = []
    for paragraph in paragraphs:
        words += _WORD.findall(fold(paragraph))
        if len(words) >= _MOST_WORDS:
            break
    marks = [_mark(word) for word in words[:_MOST_WORDS]]
    shingles = (
        (first * 0x9E3779B1 ^ second * 0x85EBCA77 ^ third) & _BITS
        for first, second, third in zip(marks, marks[1:], marks[2:], strict=False)
    )
    return Sketch(frozenset(shingles), figures(title, paragraphs))


def figures(title: str, paragraphs: Sequence[str]) -> frozenset[float]:
    """Return the numbers of the headline or, where it has none, of the first paragraph."""
    return _numbers(title) or _numbers(paragraphs[0] if paragraphs else "")


def is_copy(one: Sketch, other: Sketch) -> bool:
    """Tell whether two articles are one text, whole or shortened."""
    if not is_contained(one.shingles, other.shingles):
        return False
    return one.figures <= other.figures or other.figures <= one.figures


def of_other_towns(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether two articles, each by headline and first paragraph, begin with other towns."""
    return apart(_towns(*one), _towns(*other))


def is_contained(one: frozenset[int], other: frozenset[int]) -> bool:
    """Tell whether so much of the shorter text stands in the longer one that it is a copy."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _FEWEST and len(shorter & longer) >= CONTAINED * len(shorter)


def sample(shingles: frozenset[int]) -> list[int]:
    """Return the shingles by which a text is found again: all of a short one, else a fourth."""
    if len(shingles) < _SAMPLED_FROM:
        return sorted(shingles)
    return sorted(one for one in shingles if one % _SAMPLE == 0)


def packed(shingles: Iterable[int]) -> bytes:
    """Return shingles as they are kept: four bytes each."""
    return array("I", sorted(shingles)).tobytes()


def unpacked(kept: bytes) -> frozenset[int]:
    """Return the shingles that were packed."""
    return frozenset(array("I", kept))


def is_same_article(old_title: str, old: Sequence[str], new_title: str, new: Sequence[str]) -> bool:
    """Tell whether a text may be another version of one that came from the same place.

    Its headline or its text must be alike, whatever the figures: they are what gets corrected.
    """
    if _headlines_alike(old_title, new_title):
        return True
    before, after = sketch(old_title, old).shingles, sketch(new_title, new).shingles
    shorter = min(len(before), len(after))
    return shorter >= _FEWEST and len(before & after) >= CONTAINED * shorter


@lru_cache(maxsize=256)
def _towns(title: str, lead: str) -> Towns:
    return towns_of(find_places(title), find_places(lead[:_LEAD]))


def _mark(word: str) -> int:
    """Return a number that stands for the stem of a word, or for a number."""
    return zlib.crc32(word.encode()) if word[:1].isdecimal() else _mark_of_stem(word)


@lru_cache(maxsize=WORDS_HELD)
def _mark_of_stem(word: str) -> int:
    return zlib.crc32(stems(word)[0].encode("utf-8", "replace"))


def _headlines_alike(one: str, other: str) -> bool:
    first, second = _stems(one), _stems(other)
    shorter = min(len(first), len(second))
    return bool(shorter) and len(first & second) > _ALIKE * shorter


def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(word.word)[0] for word in tokenize(text))


def _numbers(text: str) -> frozenset[float]:
    found = numbers(tokenize(text))
    return frozenset(number.value for number in found if number.value is not None)
