"""What surrounds a figure: denied, summed over days, long past, or no matter of conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from bot.events.figures import FILE, Figure
from bot.events.sentences import Sentence, has, has_noun, words_of
from bot.models import ClaimKind, ClaimScope
from bot.text.analysis import number_word

_RESULT = words_of(FILE, "result")
_NO, _DENY = words_of(FILE, "no"), words_of(FILE, "deny")
_UNREPORTED = words_of(FILE, "unreported")
_SINCE, _DURING, _SPANS = words_of(FILE, "since"), words_of(FILE, "during"), words_of(FILE, "spans")
_WAR, _YEAR, _THEN = words_of(FILE, "war"), words_of(FILE, "year"), words_of(FILE, "then")
_ACCIDENT, _CONFLICT = words_of(FILE, "accident"), words_of(FILE, "conflict")
_STRONG, _HOME = words_of(FILE, "strong"), words_of(FILE, "home")
_THINGS, _RISEN, _EDGES = words_of(FILE, "things"), words_of(FILE, "risen"), words_of(FILE, "edges")
_PAST, _ANONYMOUS = words_of(FILE, "past"), words_of(FILE, "anonymous")
_PLANNED, _PROTEST = words_of(FILE, "planned"), words_of(FILE, "protest")
_BEGAN = words_of(FILE, "began")
_GOES_OUT = frozenset(["خروج", "خرج", "خرجت", "خرجوا"])
_HOME_REACH = 8
_NO_REACH, _DENY_REACH, _SINCE_REACH = 6, 9, 8
_MANY_DISPLACED = 10_000
_OLD_YEARS = 2


def conflict_kinds(words: Iterable[str]) -> frozenset[ClaimKind]:
    """Return the kinds of which a paragraph may speak: conflict rather than accident or crime."""
    counts = Counter(mark for word in words for mark in _marks(word))
    strong = counts["strong"] >= max(counts["accident"], 1)
    kinds = set(ClaimKind) if strong or not counts["accident"] else set()
    if not strong:
        kinds.discard(ClaimKind.MISSING)
    if not counts["conflict"]:
        kinds -= {ClaimKind.DETAINED, ClaimKind.MISSING}
    return frozenset(kinds)


@lru_cache(maxsize=100_000)
def _marks(word: str) -> tuple[str, ...]:
    """Return what a word speaks for: accident, conflict, and conflict that outweighs accidents."""
    found = []
    if has_noun(word, _ACCIDENT):
        found.append("accident")
    if has(word, _CONFLICT) or has_noun(word, _CONFLICT):
        found.append("conflict")
    if has(word, _STRONG):
        found.append("strong")
    return tuple(found)


def negation(sentence: Sentence, at: int) -> str:
    """Return "" for a fact, "no" for a denied one, "unknown" where nothing is reported."""
    words = [sentence.word(at - step) for step in range(1, _DENY_REACH + 1)]
    near = [word for word in words[:_NO_REACH] if word]
    for step, word in enumerate(near):
        if has(word, _NO):
            between = near[:step]
            if "الاشاره" in between or "اشاره" in between:
                return "silent"
            if any(has(one, _UNREPORTED) for one in between):
                return "unknown"
            if any(has(one, _PLANNED) for one in words[step:]):
                return "silent"  # «بما يضمن تحرير المدينة دون سقوط قتلى»
            if "طيار" in between or (between and has(between[-1], _ANONYMOUS)):
                continue
            verbs = word in ("دون", "بدون", "عدم", "وعدم") or step <= 2
            verbs = verbs or (step > 0 and near[step - 1] in _RESULT)
            return "no" if verbs else ""
    for step, word in enumerate(words):
        if has(word, _DENY) and not any("مسوولي" in one for one in words[:step]):
            return "no"
    return ""


def scope_of(sentence: Sentence, figure: Figure, kind: ClaimKind, first: int) -> ClaimScope:
    """Tell whether a figure sums several events or days."""
    words = [token.word for token in sentence.tokens]
    if figure.minimum == figure.maximum == 1:
        return ClaimScope.INCIDENT
    for at, word in enumerate(words):
        if at > figure.last and has(word, _RISEN):
            break  # what follows is of the total that it raises
        if has(word, _SINCE) and not _dates_event(words, at):
            return ClaimScope.RUNNING
        if has(word, _DURING) and _spans(words, at):
            return ClaimScope.RUNNING
        if has(word, _WAR) and words[at + 1 : at + 2] != ["العالميه"]:
            return ClaimScope.RUNNING
        if word.startswith("ل") and words[at - 1 : at] == ["الايام"]:
            return ClaimScope.RUNNING
    least = figure.minimum or figure.maximum or 0
    named = any(has_noun(words[i], words_of(FILE, "victim_displaced"))
                for i in range(first, min(figure.last + 2, len(words))))  # fmt: skip
    if kind is ClaimKind.DISPLACED and (named or least >= _MANY_DISPLACED * 20):
        return ClaimScope.RUNNING
    if any(has(a, _SPANS) and has(b, _PAST) for a, b in pairwise(words)):
        return ClaimScope.RUNNING
    return ClaimScope.INCIDENT


def _spans(words: list[str], at: int) -> bool:
    """Tell whether «خلال» opens a span of several days: not «خلال مطلع الأسبوع»."""
    if "نوعه" in words[max(0, at - 1) : at] or any(has(w, _EDGES) for w in words[at + 1 : at + 2]):
        return False
    return any(has(near, _SPANS) for near in words[at + 1 : at + 4])


def _dates_event(words: list[str], at: int) -> bool:
    """Tell whether «منذ عام 2010 بعد أن …» dates what follows instead of opening a span."""
    return any(has(word, _THEN) for word in words[at + 2 : at + 4])


def is_long_past(sentence: Sentence, year: int | None, first: int) -> bool:
    """Tell whether the happening at token ``first`` is dated well before ``year``."""
    if year is None:
        return False
    words = [token.word for token in sentence.tokens]
    for at, token in enumerate(sentence.tokens):
        written = number_word(token.word)
        if not token.number or not (len(written) == 4 and written.isdigit()):
            continue
        if not 1900 <= int(written) <= year - _OLD_YEARS:
            continue
        before = words[max(0, at - _SINCE_REACH) : at]
        dated = before and _is_year(sentence, at)
        since = any(has(word, _SINCE) or has(word, _BEGAN) for word in before)
        then = at < first and any(has(word, _THEN) for word in words[at + 1 : at + 2])
        if dated and (not since or then):
            return True
    return False


def _is_year(sentence: Sentence, at: int) -> bool:
    """Tell whether four digits at ``at`` are a year: «عام 2011», «مارس 2011», «في 2011»."""
    before = sentence.word(at - 1)
    if has(before, _YEAR) or "/" in sentence.gap(at - 1) or before in ("في", "منذ", "حتي"):
        return True
    return has_noun(before, _THINGS) and not sentence.gap(at - 1).strip()


def marches(sentence: Sentence, first: int) -> bool:
    """Tell whether those who «خرج» at token ``first`` go to a march."""
    out = has(sentence.word(first), _GOES_OUT)
    return out and any(has(token.word, _PROTEST) for token in sentence.tokens)


def goes_home(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether displaced people are counted as they return, settle or are helped."""
    near = range(max(0, first - _HOME_REACH), min(len(sentence.tokens), last + _HOME_REACH))
    return any(has(sentence.word(at), _HOME) for at in near)
