"""How many: amounts in a text, in digits or words, with their hedges and ranges.

«أكثر من 10 آلاف», «ما بين 270 و330 ألف», «نصف مليون», «خمسة وعشرين», «عشرات الآلاف». What is
counted is not decided here. A percentage, a date or a score written with a slash is no amount.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.events.hedges import hedge_after, hedge_before
from bot.models import ClaimQualifier
from bot.text.analysis import number_word
from bot.text.held import WORDS_HELD
from bot.text.lexicon import labelled_words
from bot.text.tokens import Token

_TABLE = labelled_words("quantities.txt")
_WORDS = {w: int(v) for v, words in _TABLE.items() if v.isdigit() for w in words if "_" not in w}
_SCALES = {
    word: int(label.removeprefix("scale"))
    for label, words in _TABLE.items()
    if label.startswith("scale")
    for word in words
}
_VAGUE = {
    word: int(label.removeprefix("vague"))
    for label, words in _TABLE.items()
    if label.startswith("vague")
    for word in words
}
_SHARES = {word: share for share in ("half", "quarter") for word in _TABLE[share]}
NUMBER_WORDS = _WORDS.keys() | _SCALES.keys() | _VAGUE.keys() | _SHARES.keys()
_PARTS = {"half": 2, "quarter": 4}
_ONLY_TEENS = frozenset(_TABLE["only_teens"])
_TEN, _HUNDRED = frozenset(_TABLE["ten"]), frozenset(_TABLE["hundred"])
_THOUSANDS = frozenset(_TABLE["thousands"])
_ELEVEN = frozenset(word.split("_")[0] for word in _TABLE["11"] if "_" in word)


_DECIMAL, _MOST_DIGITS = re.compile(r"^(\d{1,3})[,،](\d{1,2})$"), 18  # «1,4 مليون»
_NOT_COUNTED = ("و", "في", "من", "منذ", "بعد", "خلال", "جراء", "عن")  # «بلغ ألفاً في …»
_ROSE = re.compile("رتف[عا]|زاد|نخفض|تراجع")
_MOST_WORDS = 12  # of one number


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """An amount: tokens ``first`` to ``last``, hedges included, the digits at ``core``.

    ``minimum`` and ``maximum`` bound it: both for an exact amount, one or none for a vague one.
    """

    first: int
    core: int
    last: int
    minimum: int | None
    maximum: int | None
    qualifier: ClaimQualifier
    one: bool = False  # «واحد»


def _plain(token: Token) -> float | None:
    """Return the value of a token of digits, None for a word or a date."""
    if len(token.word) > _MOST_DIGITS:
        return None
    written = _DECIMAL.sub(r"\1.\2", number_word(token.word))
    if written.count(".") >= 1 and all(len(p) == 3 for p in written.split(".")[1:]):
        head = written.split(".")[0]
        written = written.replace(".", "") if 0 < len(head) <= 3 and head != "0" else written
    return float(written) if written.replace(".", "", 1).isdigit() else None


def _word(tokens: Sequence[Token], at: int, joined: bool) -> str:
    """Return the word at ``at`` without the و that joins it or a glued ب or ل."""
    token = tokens[at]
    if token.number:
        return "" if joined else token.word
    return _unglued(token.word, joined)


@lru_cache(maxsize=WORDS_HELD)
def _unglued(word: str, joined: bool) -> str:
    if word in NUMBER_WORDS and not joined:
        return word
    for letters in ("و", "ف", "ب", "ل", "وب", "ول"):
        if word.startswith(letters) and word[len(letters) :] in NUMBER_WORDS:
            return word[len(letters) :]
    return "" if joined else word


def _simple(tokens: Sequence[Token], at: int, joined: bool) -> tuple[int, float] | None:
    """Return the last token and value of a number below a thousand that begins at ``at``."""
    token = tokens[at]
    if token.number:
        value = _plain(token)
        return None if value is None else (at, value)
    word = _word(tokens, at, joined)
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if word in _ELEVEN and after in _TEN:
        return at + 1, 11
    if word in _SHARES:
        part = _PARTS[_SHARES[word]]
        scale = _SCALES.get(after.removeprefix("ال"))
        return None if scale is None else (at + 1, scale / part)
    if word not in _WORDS or (word in _ONLY_TEENS and after not in _TEN):
        return None
    number = _WORDS[word]
    if number < 10 and after in _TEN:
        return at + 1, number + 10
    if 2 < number < 10 and after in _HUNDRED:
        return at + 1, number * 100
    return at, number


def _joins(here: float, before: float) -> bool:
    """Tell whether a number below a hundred joined by و goes on the one before it."""
    return 20 <= here < 100 and before < 10


def _scaled(tokens: Sequence[Token], last: int, value: float) -> tuple[int, float]:
    """Return a number with the thousand or million behind it, and «ونصف»."""
    if last + 1 >= len(tokens) or tokens[last + 1].number:
        return last, value
    scale = _SCALES.get(tokens[last + 1].word)
    if scale is None:
        return last, value
    return last + 1, value * scale


def _number(tokens: Sequence[Token], at: int) -> tuple[int, float] | None:
    """Return the last token and value of the number that begins at ``at``."""
    simple = _simple(tokens, at, False)
    if simple is None:
        scale = _SCALES.get(_word(tokens, at, False))
        if scale is None:
            return None
        last, total = at, float(scale)
        behind = tokens[at + 1 : at + 2]  # «ألفا شخص»: two thousand
        direct = behind and not behind[0].word.startswith(_NOT_COUNTED)
        total *= 2 if tokens[at].word == "الفا" and direct else 1
    else:
        last, total = simple
        if total < 1000:
            last, below = _tail(tokens, last, total)
            last, total = _scaled(tokens, last, below)
    while total >= 1000 and last + 1 < len(tokens) and last - at < _MOST_WORDS:
        further = _further(tokens, last, total)
        if further is None:
            break
        last, total = further
    return last, total


def _tail(tokens: Sequence[Token], last: int, value: float) -> tuple[int, float]:
    """Return a number below a thousand with what و adds to it."""
    for _ in range(3):
        if last + 1 >= len(tokens) or tokens[last].number or tokens[last + 1].number:
            break
        simple = _simple(tokens, last + 1, True) if tokens[last + 1].word[:1] == "و" else None
        if simple is None:
            break
        whole_hundreds = value >= 100 and value % 100 == 0 and simple[1] < 100
        if not whole_hundreds and not _joins(simple[1], value % 100 or value):
            break
        last, value = simple[0], value + simple[1]
    return last, value


def _further(tokens: Sequence[Token], last: int, total: float) -> tuple[int, float] | None:
    """Return a number of thousands or millions with the smaller part that follows it."""
    word = tokens[last + 1].word
    if word in ("ونصف", "وربع"):
        part = total / total * _whole_scale(total) / (2 if word == "ونصف" else 4)
        end = last + 1
        if end + 1 < len(tokens) and tokens[end + 1].word.removeprefix("ال") in _SCALES:
            end += 1
        return end, total + part
    at = last + 2 if word == "و" else last + 1
    if at >= len(tokens) or (word != "و" and not word.startswith("و")):
        return None
    if word == "و" and not tokens[at].number:
        return None
    simple = _simple(tokens, at, not tokens[at].number)
    if simple is None:
        return None
    end, value = _tail(tokens, *simple) if simple[1] < 1000 else simple
    end, value = _scaled(tokens, end, value)
    return (end, total + value) if value < _whole_scale(total) else None


def _whole_scale(total: float) -> float:
    """Return the greatest of thousand, million, milliard that is not above ``total``."""
    return max((s for s in (1_000, 1_000_000, 1_000_000_000) if s <= total), default=1)


def _vague(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Return the last token and least value of «عشرات», «مئات الآلاف»."""
    least = _VAGUE.get(_word(tokens, at, False))
    if least is None:
        return None
    if least in (20, 200) and at + 1 < len(tokens) and tokens[at + 1].word in _THOUSANDS:
        return at + 1, least * 1000
    return at, least


def amount_at(text: str, tokens: Sequence[Token], at: int) -> Quantity | None:
    """Return the amount that begins at token ``at``, hedges not yet looked for."""
    vague = _vague(tokens, at)
    if vague is not None:
        last, least = vague
        return Quantity(first=at, core=at, last=last, minimum=least, maximum=None,
                        qualifier=ClaimQualifier.VAGUE)  # fmt: skip
    unread = at and tokens[at - 1].number and not tokens[at].number
    number = None if unread else _number(tokens, at)
    if number is None or number[1] != int(number[1]):
        return None
    last, value = number
    after = text[tokens[last].end : tokens[last].end + 2].lstrip()[:1]
    before = text[max(0, tokens[at].start - 1) : tokens[at].start]
    behind = [token.word for token in tokens[last + 1 : last + 3]]
    if behind[:2] in (["في", "الميه"], ["في", "المايه"], ["ب", "الميه"]):
        return None
    if after in ("%", "٪") or before in ("%", "٪", "$"):
        return None
    word = _word(tokens, at, False)
    return Quantity(first=at, core=at, last=last, minimum=int(value), maximum=int(value),
                    qualifier=ClaimQualifier.EXACT, one=_WORDS.get(word) == 1)  # fmt: skip


def quantities(text: str, tokens: Sequence[Token]) -> list[Quantity]:
    """Return the amounts of a sentence with their hedges, in order, ranges as one."""
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        here = amount_at(text, tokens, at)
        if here is None:
            at += 1
            continue
        found.append(here)
        at = here.last + 1
    return [_hedged(tokens, q) for q in _with_ranges(text, tokens, found)]


def _with_ranges(text: str, tokens: Sequence[Token], found: Sequence[Quantity]) -> list[Quantity]:
    """Return the amounts, two that bound one range made one."""
    made: list[Quantity] = []
    skip = False
    followers = [*found[1:], None] if found else []
    for here, after in zip(found, followers, strict=True):
        if skip:
            skip = False
            continue
        ranged = after and _range(text, tokens, here, after)
        made.append(ranged or here)
        skip = bool(ranged)
    return made


def _range(text: str, tokens: Sequence[Token], a: Quantity, b: Quantity) -> Quantity | None:
    """Return one range out of two amounts, None where they are not one."""
    if a.maximum is None or b.maximum is None:
        return None
    words = [token.word for token in tokens[a.last + 1 : b.core]]
    before = tokens[a.core - 1].word if a.core else ""
    glued = not tokens[b.core].number and tokens[b.core].word.startswith("و")
    bound = len(words) <= 2 and (words[-1:] == ["و"] or glued)
    first = a.core
    if before in ("بين", "وبين") and bound:
        first -= 1
        if first and tokens[first - 1].word in ("ما", "يتراوح", "تتراوح"):
            first -= 1
    elif not words and text[tokens[a.last].end : tokens[b.core].start].strip() in ("-", "–", "—"):
        pass
    elif words not in (["الي"], ["او"]) or before in ("بنسبه", "عام"):
        return None
    elif before == "من" and any(_ROSE.search(t.word) for t in tokens[max(0, a.core - 8) : a.core]):
        return b  # «ارتفع من 12 إلى 17»
    low = a.maximum
    high = b.maximum
    scale = next((s for s in (1_000_000_000, 1_000_000, 1_000) if high % s == 0 and high), 1)
    if low < high and scale > 1 and a.last == a.core and low < 1000 and b.last > b.core:
        low *= scale
    if low >= high:
        return None
    return replace(b, first=first, core=a.core, minimum=low, maximum=high,
                   qualifier=ClaimQualifier.RANGE)  # fmt: skip


def _hedged(tokens: Sequence[Token], found: Quantity) -> Quantity:
    """Return an amount with the hedges around it."""
    if found.qualifier is ClaimQualifier.RANGE:
        return found
    before = hedge_before(tokens, found.first)
    label = before[1] if before else None
    first = before[0] if before else found.first
    if label in (None, "about") and (after := hedge_after(tokens, found.last)):
        label = after
    if found.qualifier is ClaimQualifier.VAGUE:
        return replace(found, first=first)
    if label == "at_most":
        return replace(found, first=first, minimum=None, qualifier=ClaimQualifier.RANGE)
    if label in ("at_least", "more_than"):
        return replace(found, first=first, maximum=None, qualifier=ClaimQualifier(label))
    if label == "about":
        return replace(found, first=first, qualifier=ClaimQualifier.ABOUT)
    return found
