"""Where a figure belongs: the place of its sentence that stands nearest and is most exact.

Beside the gazetteer, a word behind a class word is a place («بلدة "تريب"»). Places inside a
speaker's name or in a dateline are not meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from bot.events.sentences import Sentence, has
from bot.text.lexicon import labelled_words
from bot.text.names import offset_in, readings
from bot.text.places import PlaceMention
from bot.text.tokens import tokenize

# «القاهرة، مصر (CNN)--» before the first sentence
_DATELINE = re.compile(r"^[^.]{0,90}?\([^)]{2,20}\)\s*(?:--|—|–|-)")
_NAMING = frozenset(labelled_words("place_words.txt")["naming"])
COUNTRY = 45.0  # how far a mere country is put off, in words
_CLAUSE = 25.0  # and a place beyond «الذي», «عندما»
_CHAIN = 24  # characters between a town and the area it lies in
_RELATIVE = frozenset(labelled_words("place_words.txt")["relative"])
_BLUNT = {"country": COUNTRY, "region": 8.0, "governorate": 6.0}
# «الموالية لتركيا», «بقيادة السعودية»: of a party, not of a place
_OF_PARTY = ("موال", "بقياد", "مدعوم", "داعم", "تابع", "حليف", "حلفا", "تقود", "يقود", "تدعم",
             "يدعم", "ضد")  # fmt: skip
_OF_STATE = ("حكوم", "نظام", "سلطات")  # «حكومة جنوب السودان»: only where no other place stands
_STATE = 60.0
_BEFORE = 1.4  # a place before its figure counts as this much farther
_CLASS = frozenset(labelled_words("place_words.txt")["class"])
_NEAR = frozenset(labelled_words("place_words.txt")["near"])
_FILL = frozenset(labelled_words("place_words.txt")["near_fill"])
_APART = 2.0  # and a place before a comma before the figure
_LEAST = 3
_NO_NAME = frozenset(labelled_words("place_words.txt")["no_name"])
_LOOSELY = frozenset(labelled_words("place_words.txt")["loosely"])


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a sentence: its span and how far its kind puts it off."""

    start: int
    end: int
    blunt: float


class Mentions:
    """The places of a paragraph, in order, handed out sentence by sentence."""

    def __init__(self, mentions: list[PlaceMention]) -> None:
        self._mentions = mentions
        self._starts = [mention.start for mention in mentions]

    def within(self, sentence: Sentence) -> list[PlaceMention]:
        """Return the places of one sentence."""
        first = bisect_left(self._starts, sentence.tokens[0].start)
        last = bisect_left(self._starts, sentence.tokens[-1].end)
        return self._mentions[first:last]


def dateline_end(text: str) -> int:
    """Return where the dateline of a paragraph ends, 0 without one."""
    found = _DATELINE.match(text[:120])
    return found.end() if found else 0


def spots(sentence: Sentence, mentions: list[PlaceMention], after: int) -> list[Spot]:
    """Return the places of a sentence from character ``after`` on."""
    first, last = sentence.tokens[0].start, sentence.tokens[-1].end
    found = [
        Spot(m.start, m.end, _BLUNT.get(m.place.kind, 0.0) + _by_state(sentence, m.start))
        for m in mentions
        if first <= m.start < last and m.start >= after and not _of_party(sentence, m.start)
    ]
    found.extend(_named_by_class(sentence, found, after))
    found.extend(_countryside(sentence))
    return _most_exact(sentence, sorted(found, key=lambda spot: spot.start))


def _is_loose(word: str) -> bool:
    """Tell whether a class word often stands before what is no name («منطقة الحدود»)."""
    return any(one in _LOOSELY for one, _ in readings(word))


def _countryside(sentence: Sentence) -> list[Spot]:
    """Return «الريف الشرقي» and the like, a place where no name stands."""
    return [
        Spot(token.start, sentence.tokens[at + 1].end, 0.0)
        for at, token in enumerate(sentence.tokens[:-1])
        if token.word == "الريف" and sentence.word(at + 1).startswith("ال")
    ]


def _most_exact(sentence: Sentence, found: list[Spot]) -> list[Spot]:
    """Return the places without those that only say where the one before them lies."""
    kept: list[Spot] = []
    for spot in found:
        before = kept[-1] if kept else None
        if before and before.blunt < spot.blunt and spot.start - before.end <= _CHAIN:
            continue
        if before and before.blunt <= COUNTRY and _locates(sentence, before.end, spot.start):
            continue
        kept.append(spot)
    return kept


def _locates(sentence: Sentence, end: int, start: int) -> bool:
    """Tell whether only words of nearness stand between two places: «عربين قرب العاصمة دمشق»."""
    between = tokenize(sentence.text[end:start])
    near = [has(token.word, _NEAR) for token in between]
    others = [has(token.word, _CLASS | _FILL) for token in between]
    return any(near) and all(a or b for a, b in zip(near, others, strict=True))


def _by_state(sentence: Sentence, start: int) -> float:
    """Return by how much the word before a place puts it off: «حكومة»."""
    seat = next((at for at, t in enumerate(sentence.tokens) if t.end > start), -1)
    word = sentence.word(seat - 1).removeprefix("و").removeprefix("ال")
    return _STATE if word.startswith(_OF_STATE) else 0.0


def _of_party(sentence: Sentence, start: int) -> bool:
    """Tell whether the word before a place makes it a party's («الموالية لتركيا»)."""
    seat = next((at for at, t in enumerate(sentence.tokens) if t.end > start), -1)
    before = sentence.word(seat - 1)
    if before in ("من", "قبل"):
        before = sentence.word(seat - 2)
    word = before.removeprefix("و").removeprefix("ال")
    if "مقرا" in (sentence.word(seat + 1), sentence.word(seat + 2)):
        return True
    return word.startswith(_OF_PARTY)


def _named_by_class(sentence: Sentence, known: list[Spot], after: int) -> list[Spot]:
    """Return unknown names behind a class word («بلدة تريب»)."""
    taken = {spot.start for spot in known}
    found = []
    for at, token in enumerate(sentence.tokens[1:], start=1):
        word = sentence.word(at - 1)
        if not any(one in _NAMING for one, _ in readings(word)) or token.number:
            continue
        if token.start < after or any(spot.start <= token.start < spot.end for spot in known):
            continue
        if token.start in taken or len(token.word) < _LEAST or token.word in _CLASS:
            continue
        if token.word.endswith("يه") and not sentence.gap(at - 1).strip():
            continue
        if token.word.startswith("ال") and _is_loose(word):
            continue
        if token.word.startswith("ال") and token.word.endswith(("يه", "ين", "ات")):
            continue
        if token.word in _NO_NAME or token.word[:2] in ("وت", "وي", "لل"):
            continue
        if re.search(r"[،,؛.:]", sentence.gap(at - 1)):
            continue
        found.append(Spot(offset_in(sentence.text, token, 0), token.end, 1.0))
    return found


def nearest(sentence: Sentence, found: list[Spot], first: int, last: int, speaker: str) -> str:
    """Return the place, as printed, for the figure at tokens ``first`` to ``last``; "" for none."""
    begin, end = sentence.tokens[first].start, sentence.tokens[last].end
    clause = _clause_start(sentence, last)
    best, least = "", float("inf")
    for spot in found:
        name = sentence.text[spot.start : spot.end]
        if speaker and name in speaker and _inside(sentence, speaker, spot):
            continue
        words = (spot.start - end if spot.start >= end else (begin - spot.end) * _BEFORE) / 6
        cost = max(words, 0.0) + spot.blunt + _CLAUSE * (spot.start > clause)
        cost += _APART * ("،" in sentence.text[spot.end : begin])
        if cost < least:
            best, least = name, cost
    return best


def _clause_start(sentence: Sentence, last: int) -> float:
    """Return where, behind a figure, a relative clause begins: places in it are put off."""
    for at in range(last + 1, len(sentence.tokens)):
        if sentence.word(at) in _RELATIVE:
            return sentence.tokens[at].start
    return float("inf")


def _inside(sentence: Sentence, speaker: str, spot: Spot) -> bool:
    """Tell whether a place stands inside the speaker's name."""
    begin = sentence.tokens[0].start
    at = sentence.text.find(speaker, begin, sentence.tokens[-1].end)
    return 0 <= at <= spot.start < at + len(speaker)
