"""Questions that go on from the one before: «وكم جريحاً؟» after «كم قتيلاً في منبج أمس؟».

Pure: decides whether a question stands on its own, and which words of the last one it inherits.
What was counted or asked before is not inherited, and a place or party gives way to a new one.
"""

from __future__ import annotations

from datetime import date

from bot.search.query import understand
from bot.text import questions
from bot.text.aliases import names_at
from bot.text.analysis import Term, terms
from bot.text.asked_times import time_words
from bot.text.browsing import asks_for_news
from bot.text.english import translations
from bot.text.places import find_places
from bot.text.tokens import Token, tokenize

_STANDS_ALONE = 3  # so many words of its own make a question whole
_ANY_DAY = date(2000, 1, 1)  # only where times are named is asked, not which
_GOES_ON = frozenset({"و", "طيب", "and", "then"})
_OWN_WAW = frozenset({"والي", "ودي"})  # whose first letter ties nothing: «والي حلب», «ودي أعرف»


def goes_on(text: str) -> bool:
    """Tell whether a question can only be understood with the one before it."""
    tokens = tokenize(text)
    if not tokens:
        return False
    found = understand(_whole(tokens, text))
    named = any(wanted.known or wanted.name for wanted in found.wanted)
    if _begins_with_and(tokens):
        return len(found.wanted) < _STANDS_ALONE
    if named or found.asks is questions.Asks.OPEN or (found.browsing and _asks_of_a_day(tokens)):
        return False
    counted = frozenset(questions.COUNTED)
    return all(wanted.labels & counted for wanted in found.wanted)


def joined(text: str, before: str) -> tuple[str, str]:
    """Return a question with what it inherits from the one before, and the inherited words."""
    tokens = tokenize(text)
    own = _whole(tokens, text)
    new_name = any(wanted.known or wanted.name for wanted in understand(own).wanted)
    kept = _subject(before, without_names=new_name, without_time=bool(_timed(tokenize(own))))
    inherited = " ".join(kept)
    return f"{own} {inherited}".strip(), inherited


def _begins_with_and(tokens: list[Token]) -> bool:
    first = tokens[0].word
    return first in _GOES_ON or (
        first[:1] == "و"
        and len(first) > 2
        and first not in _OWN_WAW
        and questions.shapes_question(first[1:])
    )


def _whole(tokens: list[Token], text: str) -> str:
    """Return the question without the «و» or "and" that ties it to the one before."""
    if not tokens or not _begins_with_and(tokens):
        return text
    first = tokens[0]
    return text[first.end if first.word in _GOES_ON else first.start + 1 :].strip()


def _asks_of_a_day(tokens: list[Token]) -> bool:
    """Tell whether the news of a day, or of all, are asked for: «شو صار اليوم؟» is whole."""
    return bool(_timed(tokens)) or any(asks_for_news(token.word) for token in tokens)


def _timed(tokens: list[Token]) -> set[int]:
    """Return the places of the words that name a time."""
    return time_words(tokens, _ANY_DAY)


def _subject(text: str, *, without_names: bool, without_time: bool) -> list[str]:
    """Return the words of a question that say where, when and about what it is."""
    found = terms(text)
    left_out = _named(text, found) if without_names else set()
    kept = {
        term.at
        for place, term in enumerate(found)
        if place not in left_out
        and not questions.shapes_question(term.token.word)
        and not questions.counted_families((*term.stems, *translations(term.token.word)))
        and not questions.counts_people(term.token.word)
    }
    tokens = tokenize(text)
    for at, token in enumerate(tokens):
        relative = questions.relative_day_at(tokens, at)
        if questions.weekday_of(token.word):
            kept.add(at)
        elif relative:
            kept.update(range(at, at + relative[1]))
    kept = kept - _timed(tokens) if without_time else kept | _timed(tokens)
    return [text[tokens[at].start : tokens[at].end] for at in sorted(kept)]


def _named(text: str, found: list[Term]) -> set[int]:
    """Return which terms belong to names of our lists or of places."""
    words = [term.stems for term in found]
    named = {place for at in range(len(words)) for place in range(at, at + names_at(words, at)[0])}
    places = find_places(text)
    return named | {
        at
        for at, term in enumerate(found)
        if any(one.start <= term.token.start < one.end for one in places)
    }
