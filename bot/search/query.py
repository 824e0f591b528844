"""A reader's question, understood: what to look for, and what kind of answer is wanted.

Nothing here looks at the archive. A *wanted* thing is one word or one name of the question, with
everything by which a paragraph may call it: other names of the same party or place, words of the
same family, the Arabic for an English word, the consonants of a Latin name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from bot.search.lexical import LexicalQuery
from bot.search.whereabouts import places_in
from bot.text import aliases, questions
from bot.text.analysis import Term, number_word, terms
from bot.text.asked_times import times_asked
from bot.text.browsing import Browsing, asks_for_news, browsed
from bot.text.calendar_dates import Moment, bounds_time
from bot.text.english import translations
from bot.text.forms import other_forms
from bot.text.lexicon import word_set
from bot.text.normalize import is_arabic
from bot.text.numbers import numbers
from bot.text.places import PlaceMention, find_places
from bot.text.questions import Asks
from bot.text.skeleton import skeleton
from bot.text.stem import grams
from bot.text.tokens import Token, tokenize

FAMILY = 0.6  # what a word of the same family weighs beside the word itself
_MAX_TERMS = 40
_BROAD = 0.3  # the weight, in the index, of words that only belong to the same family
UTC = ZoneInfo("UTC")
_FUZZY_LETTERS = 4  # shorter stems have too many neighbours
_NEWEST = word_set("newest.txt")
_CARRIERS = frozenset({"announce", "claim", "people"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One word or name of the question, and what may stand for it in a paragraph."""

    words: tuple[tuple[str, ...], ...]  # the stems of each of its words
    others: tuple[aliases.Variant, ...] = ()  # other names
    family: frozenset[str] = frozenset()  # stems of words for the same matter
    labels: frozenset[str] = frozenset()  # the families themselves
    name: str = ""  # consonant skeleton of a Latin name
    weight: float = 1.0
    forms: tuple[str, ...] = ()  # the folded words as asked
    known: bool = False  # a party, place or person of our lists
    sought: frozenset[str] = field(init=False, repr=False, compare=False)  # every stem of these

    def __post_init__(self) -> None:
        parts = (*self.words, *(other.stems for other in self.others), self.family)
        object.__setattr__(self, "sought", frozenset(stem for part in parts for stem in part))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, understood. ``days`` counts from today: 0 today, -1 yesterday."""

    text: str
    shortened: bool = False
    asks: Asks = Asks.OPEN
    wanted: tuple[Wanted, ...] = ()
    counted: frozenset[str] = frozenset()  # families of counted people: killed, wounded …
    weekdays: frozenset[int] = frozenset()
    days: int | None = None
    numbers: frozenset[float] = frozenset()
    places: frozenset[str] = frozenset()  # ids of the places named, countries left out
    period: Moment | None = None  # the time that is named, where the day of asking is known
    latin: bool = False  # written in Latin letters
    newest: bool = False  # asks for the latest («آخر», «أحدث», "latest")
    browsing: Browsing | None = None  # asks for nothing but the news of something
    zone: ZoneInfo = UTC  # whose days are meant

    def stems(self) -> list[str]:
        """Return every stem of which the archive should say how common it is."""
        found: dict[str, None] = {}
        for wanted in self.wanted:
            for word in wanted.words:
                found.update(dict.fromkeys(word))
            for other in wanted.others:
                found.update(dict.fromkeys(other.stems))
            found.update(dict.fromkeys(wanted.family))
        return list(found)

    def lexical(self, unknown: Sequence[bool] = ()) -> LexicalQuery:
        """Return the terms to look for in the lexical index.

        ``unknown`` tells which wanted things stand nowhere in the archive; stems one letter away
        are looked for in their place.
        """
        stems: dict[str, float] = {}
        pieces: dict[str, float] = {}
        for wanted in self.wanted:
            for stem, weight in _stem_weights(wanted):
                stems[stem] = max(weight, stems.get(stem, 0.0))
            for form in wanted.forms:
                pieces.update(dict.fromkeys(grams(form), wanted.weight))
        return LexicalQuery(
            stems=tuple(stems.items()),
            grams=tuple(pieces.items()),
            names=tuple((wanted.name, wanted.weight) for wanted in self.wanted if wanted.name),
            nearly=tuple(
                (stem, wanted.weight)
                for wanted, lost in zip(self.wanted, unknown, strict=False)
                if lost and len(wanted.words) == 1 and not wanted.name
                for stem in wanted.words[0]
                if len(stem) >= _FUZZY_LETTERS
            ),
        )


def _stem_weights(wanted: Wanted) -> Iterator[tuple[str, float]]:
    """Yield the stems by which a wanted thing is looked for, with weights."""
    for word in wanted.words:
        for stem in word:
            yield stem, wanted.weight
    for other in wanted.others:
        for stem in other.stems:
            yield stem, wanted.weight * other.strength / len(other.stems) ** 0.5
    for stem in wanted.family:
        yield stem, wanted.weight * _BROAD


def understand(
    text: str, max_chars: int = 500, today: date | None = None, zone: ZoneInfo = UTC
) -> Query:
    """Return what a question asks for; a longer one is cut at ``max_chars``.

    Times are understood only where ``today``, a date in the asker's ``zone``, is given.
    """
    asked = text.strip()
    cut = asked if len(asked) <= max_chars else _cut(asked, max_chars)
    tokens = tokenize(cut)
    weekdays, days, dated = _named_days(tokens)
    named = times_asked(tokens, today) if today else []
    dated |= {at for one in named if one.exact for at in range(one.first, one.last + 1)}
    browsing = browsed(cut, dated)
    found = [
        term
        for term in terms(cut)
        if term.at not in dated
        and not questions.shapes_question(term.token.word)
        and not asks_for_news(term.token.word)
        and not (browsing and term.token.word in _NEWEST)
    ][:_MAX_TERMS]
    asks = questions.asked_by(tokens)
    counted = questions.counted_families([stem for term in found for stem in term.stems])
    if asks is Asks.HOW_MANY and counted:
        found = [term for term in found if not questions.counts_people(term.token.word)]
    wanted = tuple(_wanted_things(found, find_places(cut, tokens)))
    # English words are counted by the families of their Arabic ones
    counted |= frozenset().union(*(one.labels for one in wanted)) & frozenset(questions.COUNTED)
    return Query(
        text=cut,
        shortened=len(cut) < len(asked),
        asks=asks,
        wanted=wanted,
        counted=counted,
        weekdays=weekdays,
        days=days,
        numbers=frozenset(
            n.value for n in numbers(tokens) if n.value is not None and n.first not in dated
        ),
        places=places_in(cut),
        period=min(named, key=lambda one: one.until - one.since, default=None),
        latin=_mostly_latin(tokens),
        newest=any(token.word in _NEWEST for token in tokens),
        browsing=browsing,
        zone=zone,
    )


def _mostly_latin(tokens: Sequence[Token]) -> bool:
    """Tell whether more words are written in Latin letters than in Arabic ones."""
    words = [token.word for token in tokens if not token.number]
    return 2 * sum(not is_arabic(word) for word in words) > len(words)


def _cut(text: str, max_chars: int) -> str:
    """Return the beginning of a text, cut between words where there is a gap."""
    head = text[:max_chars]
    gap = re.search(r"\s\S*$", head)
    return head[: gap.start()] if gap and gap.start() > max_chars // 2 else head


def _named_days(tokens: Sequence[Token]) -> tuple[frozenset[int], int | None, frozenset[int]]:
    """Return the weekdays and the relative day that are named, and the places of those words."""
    weekdays: set[int] = set()
    days: int | None = None
    used: set[int] = set()
    for at, token in enumerate(tokens):
        weekday, relative = questions.weekday_of(token.word), questions.relative_day_at(tokens, at)
        if not weekday and not relative:
            continue
        used.update(range(at, at + (relative[1] if relative else 1)))
        led = at - 1 if at and questions.is_day_word(tokens[at - 1].word) else at
        used.add(led)
        if led and bounds_time(tokens[led - 1].word):
            continue  # «منذ الأحد» is more than that day
        if weekday:
            weekdays.add(weekday)
        elif relative:
            days = relative[0]
    return frozenset(weekdays), days, frozenset(used)


def _wanted_things(found: Sequence[Term], named: Sequence[PlaceMention]) -> Iterator[Wanted]:
    """Yield the names and words that a question looks for, in order; ``named`` are its places."""
    words = [term.stems for term in found]
    at = 0
    while at < len(found):
        length, others = aliases.names_at(words, at)
        if length:
            forms = tuple(term.token.word for term in found[at : at + length])
            arabic = is_arabic(forms[0])
            yield Wanted(
                words=tuple(words[at : at + length]),
                others=others,
                forms=forms if arabic else (),
                known=True,
            )
        else:
            start = found[at].token.start
            known = any(one.start <= start < one.end for one in named)
            yield replace(_wanted_word(found[at]), known=known)
        at += max(1, length)


def _wanted_word(term: Term) -> Wanted:
    """Return what a single word of a question looks for."""
    word = term.token.word
    if term.token.number:
        return Wanted(words=((number_word(word),),))
    if is_arabic(word):
        labels = frozenset[str]().union(*(aliases.families_of(stem) for stem in term.stems))
        family = frozenset(stem for label in labels for stem in aliases.family(label))
        weight = 0.5 if labels & _CARRIERS else 1.0
        return Wanted(
            words=(term.stems,),
            others=_other_forms(term, family),
            family=family,
            labels=labels,
            weight=weight,
            forms=(word,),
        )
    return _wanted_latin(term)


def _other_forms(term: Term, family: frozenset[str]) -> tuple[aliases.Variant, ...]:
    """Return the other forms of a word: its broken plural, another spelling."""
    found = frozenset[str]().union(*(other_forms(stem) for stem in term.stems))
    others = sorted(found.difference(term.stems, family))
    return tuple(aliases.Variant((one,), 1.0) for one in others)


def _wanted_latin(term: Term) -> Wanted:
    """Return what a Latin word looks for: its Arabic words, or a name that sounds like it."""
    word = term.token.word
    arabic = translations(word)
    if not arabic:
        return Wanted(words=(term.stems,), name=skeleton(word))
    labels = aliases.families_of(arabic[0])
    return Wanted(
        words=(term.stems,),
        others=tuple(aliases.Variant((stem,), 1.0) for stem in arabic),
        labels=labels,
    )
