"""What an outlet changed in an article that it had published: headline, figures, lost paragraphs.

Added text is no edit. Two paragraphs are the same one, reworded, when most of their words agree;
a figure changed when both hold as many numbers and one of them differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.models import Edit
from bot.text.analysis import is_stop_word
from bot.text.normalize import fold
from bot.text.numbers import Number, numbers
from bot.text.tokens import Token, tokenize

_SAME = 0.5  # share of the shorter paragraph's words that a reworded one keeps
_MOST_PARAGRAPHS = 200  # compared; articles have no more
_MOST_WORDS = 400  # of a paragraph
_MOST_KEPT = 20  # changes of each kind
_GONE_CHARS = 400  # of a lost paragraph that are kept


def edit_between(
    old_title: str, old: Sequence[str], new_title: str, new: Sequence[str]
) -> Edit | None:
    """Return what changed from the old text to the new, None when text was only added."""
    retitled = fold(old_title).split() != fold(new_title).split()
    found = list(_numbers_changed(old_title, new_title)) if retitled else []
    gone: list[str] = []
    kept = {_key(text) for text in new}
    candidates = [(text, _words(text)) for text in new[:_MOST_PARAGRAPHS]]
    for text in old[:_MOST_PARAGRAPHS]:
        if _key(text) in kept:
            continue
        twin = _twin(_words(text), candidates)
        if twin is None:
            gone.append(text[:_GONE_CHARS])
        else:
            found.extend(_numbers_changed(text, twin))
    if not (retitled or found or gone):
        return None
    return Edit(
        old_title=old_title if retitled else "",
        new_title=new_title if retitled else "",
        numbers=tuple(dict.fromkeys(found))[:_MOST_KEPT],
        gone=tuple(gone[:_MOST_KEPT]),
    )


def _key(text: str) -> str:
    return " ".join(fold(text).split())


def _words(text: str) -> frozenset[str]:
    return frozenset(token.word for token in tokenize(text)[:_MOST_WORDS])


def _twin(words: frozenset[str], candidates: Sequence[tuple[str, frozenset[str]]]) -> str | None:
    """Return the new paragraph that shares most words with an old one, if they are the same."""
    best, share = None, _SAME
    for text, others in candidates:
        shorter = min(len(words), len(others))
        if shorter and (overlap := len(words & others) / shorter) >= share:
            best, share = text, overlap
    return best


def _numbers_changed(old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """Yield the numbers that differ, by their order, when both texts hold as many numbers."""
    before, after = _counted(old), _counted(new)
    if len(before) != len(after):
        return
    for (word, first), (_, second) in zip(before, after, strict=True):
        if first != second:
            yield word, _shown(first), _shown(second)


def _counted(text: str) -> list[tuple[str, float]]:
    """Return the numbers of a text in order, each with the word that it counts."""
    tokens = tokenize(text)[:_MOST_WORDS]
    found = []
    for number in numbers(tokens):
        if number.value is not None:
            word = _label(tokens, number)
            found.append((text[word.start : word.end] if word else "", number.value))
    return found


def _label(tokens: Sequence[Token], number: Number) -> Token | None:
    """Return the word that a number counts: the next one, else the nearest before it."""
    following = tokens[number.last + 1 : number.last + 2]
    before = reversed(tokens[max(0, number.first - 4) : number.first])
    if following and following[0].word.startswith("و"):
        following = []  # «القتلى 12 والجرحى 30»
    for token in (*following, *before):
        if not token.number and len(token.word) > 2 and not is_stop_word(token.word):
            return token
    return None


def _shown(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
