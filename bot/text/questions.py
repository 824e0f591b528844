"""What a question asks for: its question words, what it counts, the days it names.

Works on the words of one question, in standard Arabic, Levantine, Egyptian, Iraqi and English.
Pure: a named day is a weekday or a number of days from today, never a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from bot.text.aliases import families_of
from bot.text.lexicon import labelled_words, word_set
from bot.text.stem import stem
from bot.text.tokens import Token


class Asks(StrEnum):
    """What a question wants to know."""

    HOW_MANY = "how_many"
    WHO = "who"
    WHERE = "where"
    WHEN = "when"
    WHY = "why"
    HOW = "how"
    WHAT = "what"
    YES_NO = "yes_no"
    OPEN = "open"  # no question word: keywords


# Families whose members are counted; a number stands beside one of them in the answer.
COUNTED = ("killed", "wounded", "displaced", "captured", "missing")

_LABELS = ("filler", "carrier", "counting")


@cache
def _question_words() -> dict[str, str]:
    """Return the label of each question word; where a word has several, the first in the file."""
    table: dict[str, str] = {}
    for label, words in labelled_words("question_words.txt").items():
        for word in words:
            table.setdefault(word, label)
    return table


@cache
def _weekdays() -> dict[str, int]:
    """Return the ISO weekday that each word names."""
    return {
        word: int(label) for label, words in labelled_words("days.txt").items() for word in words
    }


@cache
def _relative_days() -> dict[str, int]:
    """Return the days from today that each word, or two joined by "_", names."""
    return {
        word: int(label)
        for label, words in labelled_words("relative_days.txt").items()
        for word in words
    }


_DAY = frozenset({"يوم", "نهار", "مساء", "صباح", "ليله", "فجر", "ظهر"})


@cache
def _reasons() -> frozenset[str]:
    """Return the stems of the words with which causes are given."""
    return frozenset(stem(word) for word in word_set("reasons.txt"))


def question_label(word: str) -> str:
    """Return what a folded word asks for, or that it is a filler or carrier; "" for others."""
    return _question_words().get(word, "")


def shapes_question(word: str) -> bool:
    """Tell whether a folded word only shapes a question, so that it is not searched."""
    return question_label(word) not in ("", "counting")


def counts_people(word: str) -> bool:
    """Tell whether a folded word only carries those whom a question counts: «كم قتيلاً سقط»."""
    return question_label(word) == "counting"


def asked_by(tokens: Sequence[Token]) -> Asks:
    """Return what the first question word asks for.

    «ما الذي» before a verb and «ما سبب» ask for a cause.
    """
    words = [token.word for token in tokens]
    for at, word in enumerate(words):
        label = _question_words().get(word, "")
        following = words[at + 1] if at + 1 < len(words) else ""
        if label == "what" and (following == "الذي" or _question_words().get(following) == "why"):
            return Asks.WHY
        if label == "how" and following in {"many", "much"}:
            return Asks.HOW_MANY
        if label and label not in _LABELS:
            return Asks(label)
    return Asks.OPEN


def counted_families(stems: Sequence[str]) -> frozenset[str]:
    """Return the families of counted people (killed, wounded …) that the stems name."""
    named = frozenset[str]().union(*(families_of(one) for one in stems))
    return named & frozenset(COUNTED)


def weekday_of(word: str) -> int | None:
    """Return the ISO weekday (1 Monday … 7 Sunday) that a folded word names."""
    return _weekdays().get(word)


def relative_day_at(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Return (days from today, how many words) when a day is named at token ``at``.

    «اليوم» before a weekday («اليوم الثلاثاء») names the weekday and is not counted here.
    """
    table = _relative_days()
    for size in (3, 2):
        joined = "_".join(token.word for token in tokens[at : at + size])
        if joined in table and at + size <= len(tokens):
            return table[joined], size
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if table.get(tokens[at].word) == 0 and weekday_of(following):
        return None
    days = table.get(tokens[at].word)
    return None if days is None else (days, 1)


def is_day_word(word: str) -> bool:
    """Tell whether a folded word only introduces a named day («يوم», «مساء»)."""
    return word in _DAY


def gives_reason(one: str) -> bool:
    """Tell whether a stem introduces a cause, an obstacle or a purpose."""
    return one in _reasons()
