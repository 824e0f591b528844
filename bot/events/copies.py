"""The same text at several outlets: a wire report counts once.

A report is a copy where at least 60 % of the three-word shingles of the shorter text stand in the
other one (containment, measured on stems; A. Broder, "On the resemblance and containment of
documents", 1997), unless a figure or a number in the headline differs, or the towns that they begin
with: a moved toll is an update, the fourth aid plane is not the third, and what befell two towns in
the same words is two events.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.events.words import places_in, tokens_of
from bot.models import Report
from bot.text.numbers import numbers
from bot.text.towns import Towns, apart, towns_of

_SHINGLE = 3  # words
_CONTAINED = 0.6
_LEAST_SHINGLES = 12
_MOST_WORDS = 600  # of a report that are compared
_MOST_CHARS, _TITLE_CHARS = 8_000, 800  # of a paragraph, of a headline
_COMMON = 60  # reports that hold a shingle; a formula of a newsroom beyond


@dataclass(frozen=True, slots=True)
class _Text:
    """A report as copies are found by."""

    shingles: array[int]  # distinct hashes of 64 bits
    title_numbers: tuple[float | None, ...]
    figures: frozenset[tuple[str, int | None, int | None]]
    towns: Towns


def _text_of(report: Report) -> _Text:
    words: list[str] = []
    for text in report.paragraphs:
        words.extend(token.word for token in tokens_of(text[:_MOST_CHARS]))
        if len(words) >= _MOST_WORDS:
            break
    del words[_MOST_WORDS:]
    lead = report.paragraphs[0] if report.paragraphs else ""
    return _Text(
        array(
            "q",
            {hash(" ".join(words[at : at + _SHINGLE])) for at in range(len(words) - _SHINGLE + 1)},
        ),
        tuple(number.value for number in numbers(tokens_of(report.title[:_TITLE_CHARS]))),
        frozenset((c.kind.value, c.minimum, c.maximum) for c in report.claims),
        towns_of(places_in(report.title[:_TITLE_CHARS]), places_in(lead[:_MOST_CHARS])),
    )


def _differ(a: _Text, b: _Text) -> bool:
    """Tell whether two like texts differ in a figure or in their towns, so that both are news."""
    if a.title_numbers and b.title_numbers and a.title_numbers != b.title_numbers:
        return True
    if apart(a.towns, b.towns):
        return True
    return bool(a.figures - b.figures and b.figures - a.figures)


class CopyIndex:
    """The texts held, by their shingles."""

    def __init__(self) -> None:
        self._texts: dict[int, _Text] = {}
        self._holders: dict[int, int | tuple[int, ...]] = {}  # most shingles have one holder

    def add(self, report: Report) -> int | None:
        """Take a report in and return the earliest held article whose text it repeats, or None."""
        text = _text_of(report)
        self.forget((report.article_id,))
        original = self._original(text)
        self._texts[report.article_id] = text
        self._hold(report.article_id, text.shingles)
        return original

    def _original(self, text: _Text) -> int | None:
        size = len(text.shingles)
        if size < _LEAST_SHINGLES:
            return None
        met: list[int] = []
        for holders in map(self._holders.get, text.shingles):
            if isinstance(holders, int):
                met.append(holders)
            elif holders is not None and len(holders) <= _COMMON:
                met.extend(holders)
        shared = Counter(met)
        for one in sorted(shared):
            other = self._texts[one]
            shorter = min(size, len(other.shingles))
            if shorter < _LEAST_SHINGLES or shared[one] < _CONTAINED * shorter:
                continue
            if not _differ(text, other):
                return one
        return None

    def _hold(self, key: int, shingles: Iterable[int]) -> None:
        for shingle in shingles:
            holders = self._holders.get(shingle)
            if holders is None:
                self._holders[shingle] = key
            else:
                all_before = (holders,) if isinstance(holders, int) else holders
                self._holders[shingle] = (*all_before, key)

    def forget(self, article_ids: Iterable[int]) -> None:
        """Drop articles."""
        for one in article_ids:
            text = self._texts.pop(one, None)
            for shingle in text.shingles if text else ():
                holders = self._holders[shingle]
                if isinstance(holders, int):
                    del self._holders[shingle]
                else:
                    self._holders[shingle] = _all(tuple(key for key in holders if key != one))


def _all(holders: tuple[int, ...]) -> int | tuple[int, ...]:
    """Return holders as they are kept: a tuple for one number would cost as much as the number."""
    return holders if len(holders) > 1 else holders[0]
