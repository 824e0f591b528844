"""Questions that ask for nothing but the news: «شو صار بعفرين؟», «آخر أخبار اليمن», «ما الجديد؟».

What is asked for more closely («قصف عفرين») is none of them; it is searched.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.models import FollowKind, Matter
from bot.text.lexicon import word_set
from bot.text.parties import find_parties
from bot.text.places import Place, find_places, lies_in, with_namesakes
from bot.text.questions import question_label
from bot.text.tokens import Token, tokenize

_NEWS = word_set("news.txt")
_NEWEST = word_set("newest.txt")
_AROUND = word_set("about.txt")
_SHAPING = frozenset({"what", "how", "yes_no", "filler", "carrier"})


@dataclass(frozen=True, slots=True)
class Browsing:
    """Whose news is asked for: a place, a party, a party in a place; empty for all news."""

    matters: tuple[Matter, ...] = ()


def asks_for_news(word: str) -> bool:
    """Tell whether a folded word only says that news are wanted, so that it is not searched."""
    return word in _NEWS


def browsed(text: str, dated: Collection[int] = ()) -> Browsing | None:
    """Return whose news a question asks for, None when it asks for something of its own.

    ``dated`` are the numbers of its words that name a time.
    """
    tokens = tokenize(text)
    spans, matters = _named(text, tokens)
    left = [
        token
        for at, token in enumerate(tokens)
        if at not in dated and not any(_lies_in(token, span) for span in spans)
    ]
    if not all(_only_shapes(token.word, first=token is tokens[0]) for token in left):
        return None
    if spans:
        return Browsing(matters) if matters else None
    asked = [token.word for token in left]
    return Browsing() if any(asks_for_news(one) or _happens(one) for one in asked) else None


def _happens(word: str) -> bool:
    """Tell whether a word asks what happened: «شو صار اليوم؟», "what happened today?"."""
    return question_label(word) == "carrier"


def _lies_in(token: Token, span: tuple[int, int]) -> bool:
    """Tell whether a word lies in a name, with what is written onto it («بعفرين»)."""
    return span[0] < token.end and token.start < span[1]


def _only_shapes(word: str, *, first: bool) -> bool:
    """Tell whether a word says nothing of its own; «من» is a question only at the beginning."""
    if asks_for_news(word) or word in _NEWEST or question_label(word) in _SHAPING:
        return True
    return word in _AROUND and not (first and question_label(word))


def _named(text: str, tokens: Sequence[Token]) -> tuple[list[tuple[int, int]], tuple[Matter, ...]]:
    """Return where parties and places are named, and which are meant: at most one of each.

    Of places within one another («إدلب في سوريا») the smallest is meant; of several parties, or
    places apart, none.
    """
    parties = find_parties(text, tokens)
    mentions = find_places(text, tokens, parties)
    spans = [(one.start, one.end) for one in parties]
    spans += [(one.start, one.end) for one in mentions]
    acting = {one.party.id for one in parties}
    named = {one.place.id: one.place for one in mentions}
    smallest = _smallest(list(named.values()))
    if len(acting) > 1 or (named and smallest is None):
        return spans, ()
    matters = [Matter(FollowKind.PARTY, one) for one in acting]
    if smallest is not None:
        matters.append(Matter(FollowKind.PLACE, with_namesakes(smallest).id))
    return spans, tuple(matters)


def _smallest(named: Sequence[Place]) -> Place | None:
    """Return the place that lies in all the others, None where there is none."""
    for place in named:
        if all(place is other or lies_in(place, other.id) for other in named):
            return place
    return None
