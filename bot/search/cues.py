"""The words by which a paragraph shows what it holds: signs of an answer, causes, going on."""

from __future__ import annotations

from functools import cache, lru_cache

from bot.text.held import WORDS_HELD
from bot.text.lexicon import labelled_words
from bot.text.questions import gives_reason
from bot.text.stem import stems
from bot.text.tokens import first_words

_OPENING = 80  # letters of a paragraph that hold its first two words


@cache
def cues() -> dict[str, frozenset[str]]:
    """Return the stems near which answers of each kind often stand."""
    table = labelled_words("answer_cues.txt")
    return {
        kind: frozenset(s for word in words for s in stems(word)) for kind, words in table.items()
    }


@lru_cache(maxsize=WORDS_HELD)
def kinds_of(word: str) -> tuple[str, ...]:
    """Return the kinds of answer that a folded word is a sign of, mostly none."""
    return tuple(kind for kind, signs in cues().items() if not signs.isdisjoint(stems(word)))


@lru_cache(maxsize=WORDS_HELD)
def reasons_in(word: str) -> tuple[str, ...]:
    """Return those stems of a folded word that introduce a cause, mostly none."""
    return tuple(stem for stem in stems(word) if gives_reason(stem))


@cache
def _openers() -> frozenset[str]:
    """Return the beginnings of paragraphs that go on from the one before."""
    return frozenset(labelled_words("openers.txt")["continues"])


def goes_on(text: str) -> bool:
    """Tell whether a paragraph begins as one that goes on from the one before it."""
    words = first_words(text[:_OPENING], 2)
    return bool(words) and (words[0] in _openers() or "_".join(words) in _openers())
