"""Words that hedge an amount: «أكثر من», «نحو» before it, «على الأقل», «تقريباً» behind it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.lexicon import labelled_words
from bot.text.tokens import Token

_TABLE = labelled_words("quantities.txt")


def _phrases(label: str) -> list[tuple[str, ...]]:
    """Return the phrases of a label as words, the longest first."""
    return sorted((tuple(p.split("_")) for p in _TABLE[label]), key=len, reverse=True)


_BEFORE = [(words, label) for label in ("at_least", "more_than", "about", "at_most")
           for words in _phrases(label)]  # fmt: skip
_BEFORE.sort(key=lambda entry: -len(entry[0]))
_GLUED = "وبلف"
_BEFORE_BY_LAST: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _entry in _BEFORE:
    _BEFORE_BY_LAST.setdefault(_entry[0][-1].lstrip(_GLUED), []).append(_entry)
_AFTER = [(words, label) for label in ("at_least", "about", "at_most")
          for words in _phrases(f"after_{label}")]  # fmt: skip
_OF_A_PART = frozenset(["بينهم", "منهم", "بينها", "منها", "بينهن", "احدهم", "احدهما"])
_EITHER_SIDE = ("علي", "الاقل")
_HEDGE_REACH = 4  # words between a number and the hedge behind it: «17 عنصرا على الأقل»


def hedge_before(tokens: Sequence[Token], at: int) -> tuple[int, str] | None:
    """Return where the hedge that ends before ``at`` begins, and its kind."""
    if not at:
        return None
    for words, label in _BEFORE_BY_LAST.get(tokens[at - 1].word.lstrip(_GLUED), ()):
        first = at - len(words)
        if first < 0:
            continue
        if words == _EITHER_SIDE and tokens[at].word.startswith("و"):
            continue  # «3 على الأقل وأربعة»
        here = tuple(token.word for token in tokens[first:at])
        if here[1:] == words[1:] and here[0].lstrip(_GLUED) in (words[0], words[0].lstrip(_GLUED)):
            return first, label
    return None


def hedge_after(tokens: Sequence[Token], last: int) -> str | None:
    """Return the kind of the hedge that stands shortly behind a number."""
    for step in range(1, _HEDGE_REACH + 1):
        if last + step >= len(tokens) or tokens[last + step].number:
            return None
        if step > 1 and tokens[last + step - 1].word.startswith("و"):
            return None
        if tokens[last + step].word in _OF_A_PART:
            return None
        for words, label in _AFTER:
            here = tuple(t.word for t in tokens[last + step : last + step + len(words)])
            if here == words:
                return label
    return None
