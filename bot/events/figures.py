"""Figures of people in a sentence: an amount with what it counts, or a dual («جنديان»).

Each knows the kind of its own noun («12 قتيلاً»), if that says one. Amounts of things, years and
ages are no figures. Which verb a figure belongs to is decided in ``claims``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.events.quantities import Quantity, quantities
from bot.events.sentences import Sentence, article, has, has_noun, words_of
from bot.models import ClaimKind, ClaimQualifier
from bot.text.held import WORDS_HELD
from bot.text.lexicon import labelled_words
from bot.text.names import readings

FILE = "claim_words.txt"
_PUNCTUATION = re.compile(r"[،,؛;:()\[\]«»“”\"]")
_QUOTES = re.compile(r"[«»“”\"]")
KINDS = tuple(ClaimKind)
_PERSON, _PEOPLE = words_of(FILE, "person"), words_of(FILE, "people")
_THINGS, _OTHERS = words_of(FILE, "things"), words_of(FILE, "others")
PARTS = words_of(FILE, "parts")
_YEARS = range(1900, 2101)
_ADJECTIVES = 3  # words between a figure's noun and «بين قتيل وجريح»
_PAIR_REACH = 7  # and «سقطوا قتلى وجرحى»
_AGE = ("العمر", "عمره")
_OWN_W = ("وفاه", "وفيات")
BOTH = ClaimKind.KILLED_OR_WOUNDED
_CASES = {kind: words_of(FILE, f"cases_{kind}") for kind in KINDS
          if f"cases_{kind}" in labelled_words(FILE)}  # fmt: skip
_NO_DUAL = words_of(FILE, "no_dual")
_DUAL = ("ان", "ين")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Tokens ``first`` to ``last``, bounds, the kind its noun says, and whether it counts people.

    ``loose``: nothing tells that people are counted, so it must stand right behind its verb.
    """

    first: int
    last: int
    minimum: int | None
    maximum: int | None
    qualifier: ClaimQualifier
    kind: ClaimKind | None = None
    loose: bool = False
    part: bool = False  # «بينهم 5»: of a total


@lru_cache(maxsize=WORDS_HELD)
def victim_kind(word: str) -> ClaimKind | None:
    """Return the kind that a victim noun says: «قتيلاً», «الجرحى»."""
    return next((k for k in KINDS if has_noun(word, words_of(FILE, f"victim_{k}"))), None)


@lru_cache(maxsize=WORDS_HELD)
def dual_kind(word: str) -> ClaimKind | None:
    """Return the kind of a dual victim noun: «قتيلين»."""
    for kind in (ClaimKind.KILLED, ClaimKind.WOUNDED, ClaimKind.DETAINED):
        if has(word, words_of(FILE, f"two_{kind}")):
            return kind
    return None


def is_person(word: str) -> bool:
    """Tell whether a folded word is one person: «جندي», «طفلة»."""
    return has_noun(word, _PERSON)


def is_people(word: str) -> bool:
    """Tell whether a folded word is several people without a number."""
    return has_noun(word, _PEOPLE)


@lru_cache(maxsize=WORDS_HELD)
def is_two_people(word: str) -> bool:
    """Tell whether a folded word is surely a dual of persons: «جنديان», «طفلتين»."""
    for one, _ in readings(word):
        if one.endswith(_DUAL) and not one.startswith("ال") and one not in _PEOPLE | _NO_DUAL:
            base = one[:-2]
            singular = base[:-1] + "ه" if base.endswith("ت") else base
            if base in _PERSON or singular in _PERSON:
                return True
    return False


def figures(sentence: Sentence) -> list[Figure]:
    """Return the figures of people in a sentence, in order."""
    found = []
    for quantity in quantities(sentence.text, sentence.tokens):
        figure = _counted(sentence, quantity)
        if figure is not None:
            found.append(figure)
    taken = {at for f in found for at in range(f.first, f.last + 1)}
    found.extend(
        Figure(first=at, last=at, minimum=2, maximum=2, qualifier=ClaimQualifier.EXACT,
               kind=dual_kind(token.word), part=_is_part(sentence, at))
        for at, token in enumerate(sentence.tokens)
        if at not in taken and not token.number and not article(token.word)
        and (dual_kind(token.word) or is_two_people(token.word))
        and not is_two_people(sentence.word(at - 1))  # «جنديان إسرائيليان»
        and not (is_people(sentence.word(at - 1)) and not dual_kind(token.word))
    )  # fmt: skip
    found.sort(key=lambda figure: figure.first)
    return _parts_joined(sentence, found)


def _parts_joined(sentence: Sentence, found: list[Figure]) -> list[Figure]:
    """Return the figures, those that «و» adds to a part of a total made parts too."""
    made: list[Figure] = []
    for figure in found:
        before = made[-1] if made else None
        if before and before.part and figure.first - before.last <= _ADJECTIVES:
            words = (sentence.word(figure.first - 1), sentence.word(figure.first)[:1])
            own = figure.kind is not None and "،" in sentence.gap(before.last)  # «، و80 جريحا»
            figure = _with(figure, part=figure.part or ("و" in words and not own))
        made.append(figure)
    return made


def _is_part(sentence: Sentence, at: int) -> bool:
    """Tell whether the words before a figure make it a part of a total."""
    before = [sentence.word(at - 1), sentence.word(at - 2)]
    if has(before[0], PARTS) or before == ["بين", "من"]:
        return True
    if before[0] == "و" and has(before[1], PARTS):
        return True
    joined = before[0] == "و" or sentence.word(at)[:1] == "و"
    cut = any("،" in sentence.gap(at - step) for step in (1, 2))
    return joined and not cut and any(has(w, PARTS) for w in (before[1], sentence.word(at - 3)))


def _counted(sentence: Sentence, q: Quantity) -> Figure | None:
    """Return the figure that an amount makes with the words behind it, None for things."""
    after = sentence.word(q.last + 1)
    things = has_noun(sentence.word(q.first - 1), _THINGS)
    if things and not sentence.tokens[q.core].number and not _counts_people(after):
        return None
    between = sentence.gap(q.last)
    cut = bool(_PUNCTUATION.search(_QUOTES.sub("", between) if _counts_people(after) else between))
    if sentence.word(q.first - 1) == "ال" and sentence.word(q.first - 2) == "من":
        return None  # «4 من الـ58»: known people
    case = None if cut else case_kind(after, sentence.word(q.last + 2))
    if _is_thing(after) and not cut and case is None:
        return None
    if sentence.word(q.first - 1) == "لكل" or _is_age(sentence, q.last):
        return None
    exact = q.qualifier is ClaimQualifier.EXACT
    if exact and sentence.tokens[q.core].number and _is_date(sentence, q):
        return None
    figure = Figure(first=q.first, last=q.last, minimum=q.minimum, maximum=q.maximum,
                    qualifier=q.qualifier, part=_is_part(sentence, q.first))  # fmt: skip
    if case is not None:
        return _with(figure, last=q.last + 2, kind=case)
    if _said_twice(sentence, q):
        return _with(figure, first=q.first - 1, part=_is_part(sentence, q.first - 1),
                     kind=dual_kind(sentence.word(q.first - 1)))  # fmt: skip
    if cut or not after:
        return _with(figure, loose=True)
    return _with_noun(sentence, figure, after, q.one)


def _said_twice(sentence: Sentence, q: Quantity) -> bool:
    """Tell whether «اثنين» stands behind those whom it counts: «مدنيين اثنين»."""
    if q.minimum != 2 or q.first != q.last or sentence.tokens[q.first].number:
        return False
    before = sentence.word(q.first - 1)
    return is_two_people(before) or dual_kind(before) is not None or is_people(before)


def _counts_people(word: str) -> bool:
    """Tell whether a word behind an amount says that people are counted."""
    return is_person(word) or is_people(word) or victim_kind(word) is not None


@lru_cache(maxsize=WORDS_HELD)
def _is_thing(word: str) -> bool:
    """Tell whether a word is a thing that is counted: «غارات», not «بغارات»."""
    bare = word.removeprefix("ال")
    return bare in _THINGS or bare.removesuffix("ا") in _THINGS


def _is_age(sentence: Sentence, last: int) -> bool:
    """Tell whether «من العمر» or «من عمره» follows."""
    return sentence.word(last + 1) == "من" and sentence.word(last + 2).startswith(_AGE)


def _is_date(sentence: Sentence, q: Quantity) -> bool:
    """Tell whether digits are a year, a day of a month or an age."""
    after, before = sentence.word(q.last + 1), sentence.word(q.core - 1)
    if _counts_people(after):
        return False
    if q.minimum in _YEARS and q.core == q.last and after not in ("من", "اخرين", "اخرون"):
        return True
    return has(before, words_of(FILE, "year")) or before in ("يوم", "الساعه", "رقم", "الماده")


def _with(figure: Figure, **changes: object) -> Figure:
    """Return a figure with some fields changed."""
    values = {name: getattr(figure, name) for name in Figure.__slots__}
    return Figure(**(values | changes))


def _with_noun(sentence: Sentence, figure: Figure, after: str, one: bool) -> Figure | None:
    """Return a figure with its noun and the kind that this says."""
    at = figure.last + 1
    if after == "من" and not one:
        behind = sentence.word(at + 1)
        if has_noun(behind, _THINGS):
            return None
        kind = victim_kind(behind) if is_people(behind) or article(behind) else None
        pair = pair_at(sentence, at + 1)
        if (paired := _paired(sentence, at + 1)) is not None and not pair:
            return _with(figure, last=paired, kind=BOTH)
        last = min(at + 1, len(sentence.tokens) - 1)
        return _with(figure, last=last + pair, kind=BOTH if pair else kind)
    own = after.startswith(_OWN_W) or not after.startswith("و")
    kind = victim_kind(after) if own else None
    if kind is None:
        paired = _paired(sentence, at)
        if paired is not None:
            return _with(figure, last=paired, kind=ClaimKind.KILLED_OR_WOUNDED)
        if own and (is_person(after) or is_people(after) or has_noun(after, _OTHERS)):
            return _with(figure, last=at)
        if has(after, PARTS):
            return _with(figure, last=at, loose=True)
        return _with(figure, loose=True)
    if pair_at(sentence, at):
        return _with(figure, last=at + 1, kind=BOTH)
    return _with(figure, last=at, kind=kind)


def case_kind(word: str, behind: str) -> ClaimKind | None:
    """Return the kind of «حالة اختطاف», None where cases of something else are counted."""
    if word not in ("حاله", "حالات"):
        return None
    return next((kind for kind, words in _CASES.items() if behind in words), None)


def pair_at(sentence: Sentence, at: int) -> bool:
    """Tell whether «القتلى والجرحى» stands at ``at``."""
    second = sentence.word(at + 1)
    other = victim_kind(second) if second.startswith("و") else None
    return {victim_kind(sentence.word(at)), other} == {ClaimKind.KILLED, ClaimKind.WOUNDED}


def _paired(sentence: Sentence, at: int) -> int | None:
    """Return the last token of «بين قتيل وجريح» shortly behind ``at``, None without it."""
    for step in range(_PAIR_REACH):
        word = sentence.word(at + step)
        if _PUNCTUATION.search(sentence.gap(at + step - 1)) and step:
            return None
        if step and not article(word) and word[:1] not in "وب" and pair_at(sentence, at + step):
            return None if sentence.word(at + step - 1) in ("من", "بين") else at + step + 1
        if word == "بين" and step <= _ADJECTIVES:
            first = victim_kind(sentence.word(at + step + 1))
            second = victim_kind(sentence.word(at + step + 2))
            if {first, second} == {ClaimKind.KILLED, ClaimKind.WOUNDED}:
                return at + step + 2
    return None
