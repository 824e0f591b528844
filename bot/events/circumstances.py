"""What surrounds a figure: denied, summed over days, long past, or no matter of conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from bot.events.dating import SINCE, opens_span
from bot.events.figures import FILE, Figure
from bot.events.sentences import Sentence, has, has_noun, words_of
from bot.models import ClaimKind, ClaimScope
from bot.text.held import WORDS_HELD

_RESULT = words_of(FILE, "result")
_NO, _DENY = words_of(FILE, "no"), words_of(FILE, "deny")
_NO_DENIAL = words_of(FILE, "still") | words_of(FILE, "no_denial")
_UNREPORTED = words_of(FILE, "unreported")
_CORRECT, _PUBLISHED = words_of(FILE, "correct"), words_of(FILE, "published")
_DURING, _SPANS, _WAR = words_of(FILE, "during"), words_of(FILE, "spans"), words_of(FILE, "war")
_ACCIDENT, _CONFLICT = words_of(FILE, "accident"), words_of(FILE, "conflict")
_STRONG, _HOME = words_of(FILE, "strong"), words_of(FILE, "home")
_RISEN, _EDGES = words_of(FILE, "risen"), words_of(FILE, "edges")
_PAST, _ANONYMOUS = words_of(FILE, "past"), words_of(FILE, "anonymous")
_PLANNED, _PROTEST = words_of(FILE, "planned"), words_of(FILE, "protest")
_GOES_OUT = frozenset(["خروج", "خرج", "خرجت", "خرجوا"])
_PURPOSE = words_of(FILE, "purpose")
_HOME_REACH, _FREED_REACH = 8, 5
_NO_REACH, _DENY_REACH, _TAKEN_BACK_REACH = 6, 9, 16  # tokens
# From here on a figure sums more than one event: no single one of these wars left as many.
_MOST_AT_ONCE = {ClaimKind.KILLED: 1000, ClaimKind.DETAINED: 1000, ClaimKind.DISPLACED: 20_000}
_MOST_OTHERS = 5000
_ABOUT_WAR, _STOCK = words_of(FILE, "about_war"), words_of(FILE, "stock")
_OWN_CLAUSE, _FREED = words_of(FILE, "own_clause"), words_of(FILE, "freed")
_ONE_SPAN, _IN_SPAN = words_of(FILE, "one_span"), words_of(FILE, "in_span")


def conflict_kinds(words: Iterable[str]) -> frozenset[ClaimKind]:
    """Return the kinds of which a paragraph may speak: conflict rather than accident or crime."""
    said = list(words)
    spoken = (word for word in said if not word[:1].isdecimal())
    counts = Counter(mark for word in spoken for mark in _marks(word))
    counts["accident"] += sum(b == "سير" and a.startswith("حاد") for a, b in pairwise(said))
    strong = counts["strong"] >= max(counts["accident"], 1)
    kinds = set(ClaimKind) if strong or not counts["accident"] else set()
    if not counts["strong"] and counts["accident"]:
        kinds.discard(ClaimKind.MISSING)
    if not counts["conflict"]:
        kinds -= {ClaimKind.DETAINED, ClaimKind.MISSING}
    return frozenset(kinds)


@lru_cache(maxsize=WORDS_HELD)
def _marks(word: str) -> tuple[str, ...]:
    """Return what a word speaks for: accident, conflict, and conflict that outweighs accidents."""
    found = []
    if has_noun(word, _ACCIDENT):
        found.append("accident")
    if has(word, _CONFLICT) or has_noun(word, _CONFLICT):
        found.append("conflict")
    if has(word, _STRONG) or has_noun(word, _STRONG):
        found.append("strong")
    return tuple(found)


def negation(sentence: Sentence, at: int) -> str:
    """Return "" for a fact, "no" for a denied one, "unknown" where nothing is reported."""
    words = [sentence.word(at - step) for step in range(1, _DENY_REACH + 1)]
    near = [word for word in words[:_NO_REACH] if word]
    for step, word in enumerate(near):
        if has(word, _NO) and not (step and has(near[step - 1], _NO_DENIAL)):
            between = near[:step]
            if "الاشاره" in between or "اشاره" in between:
                return "silent"
            if any(has(one, _UNREPORTED) for one in between):
                return "unknown"
            if words[step + 1 : step + 2] and words[step + 1] in _PURPOSE:
                return "silent"  # «حتى لا يقعوا ضحايا»
            if any(has(one, _PLANNED) for one in words[step:]):
                return "silent"  # «بما يضمن تحرير المدينة دون سقوط قتلى»
            if "طيار" in between or (between and has(between[-1], _ANONYMOUS)):
                continue
            verbs = word in ("دون", "بدون", "عدم", "وعدم") or step <= 2
            verbs = verbs or (step > 0 and near[step - 1] in _RESULT)
            return "no" if verbs else ""
    if _retracted(sentence, at):
        return "no"
    for step, word in enumerate(words):
        if has(word, _DENY) and not any("مسوولي" in one for one in words[:step]):
            return "no"
    return ""


def _retracted(sentence: Sentence, at: int) -> bool:
    """Tell whether what is told is taken back: «تصحح الصحيفة ما نشرته عن مقتل 21»."""
    before = [token.word for token in sentence.tokens[max(0, at - _TAKEN_BACK_REACH) : at]]
    told = next((n for n, word in enumerate(before) if has(word, _PUBLISHED)), None)
    return told is not None and any(has(word, _CORRECT) for word in before[:told])


def scope_of(sentence: Sentence, figure: Figure, kind: ClaimKind, first: int) -> ClaimScope:
    """Tell whether a figure sums several events or days."""
    words = [token.word for token in sentence.tokens]
    if figure.minimum == figure.maximum == 1:
        return ClaimScope.INCIDENT
    if _too_many(figure, kind) or _in_stock(figure, kind, words, first):
        return ClaimScope.RUNNING
    for at, word in enumerate(words):
        if at > figure.last and (has(word, _RISEN) or _begins_clause(sentence, at)):
            break  # what follows is of another figure
        if _sums(words, at):
            return ClaimScope.RUNNING
    return ClaimScope.INCIDENT


def _too_many(figure: Figure, kind: ClaimKind) -> bool:
    """Tell whether a figure is larger than one event leaves."""
    least = figure.minimum or figure.maximum or 0
    return least >= _MOST_AT_ONCE.get(kind, _MOST_OTHERS)


def _in_stock(figure: Figure, kind: ClaimKind, words: list[str], first: int) -> bool:
    """Tell whether people are counted who have been displaced or held for long."""
    if kind is ClaimKind.DISPLACED:
        named = words_of(FILE, "victim_displaced")
        return any(has_noun(word, named) for word in words[first : figure.last + 2])
    return kind is ClaimKind.DETAINED and any(has(word, _STOCK) for word in words)


def _begins_clause(sentence: Sentence, at: int) -> bool:
    """Tell whether a clause of its own begins at ``at``: «، فيما …», «، كما …»."""
    return sentence.word(at) in _OWN_CLAUSE and bool(sentence.gap(at - 1).strip())


def _sums(words: list[str], at: int) -> bool:
    """Tell whether the word at ``at`` opens a span of several days, or a war."""
    word = words[at]
    if has(word, SINCE):
        return opens_span(words, at)
    if has(word, _DURING) and _spans(words, at):
        return True
    if has(word, _WAR):
        known = any(has(one, _ABOUT_WAR) for one in words[max(0, at - 2) : at])
        return not known and words[at + 1 : at + 2] != ["العالميه"]
    if word.startswith("ل") and words[at - 1 : at] == ["الايام"]:
        return True
    return _past_span(words, at)


def _past_span(words: list[str], at: int) -> bool:
    """Tell whether «الأيام القليلة الماضية», «في العام الماضي» begins at ``at``."""
    if not has(words[at], _SPANS) or not any(has(one, _PAST) for one in words[at + 1 : at + 3]):
        return False
    one = words[at].lstrip("وب") in _ONE_SPAN
    return not one or (at > 0 and has(words[at - 1], _IN_SPAN) and words[at] != "الاسبوع")


def _spans(words: list[str], at: int) -> bool:
    """Tell whether «خلال» opens a span of several days: not «خلال مطلع الأسبوع»."""
    if "نوعه" in words[max(0, at - 1) : at] or any(has(w, _EDGES) for w in words[at + 1 : at + 2]):
        return False
    return any(has(near, _SPANS) for near in words[at + 1 : at + 4])


def marches(sentence: Sentence, first: int) -> bool:
    """Tell whether those who «خرج» at token ``first`` go to a march."""
    out = has(sentence.word(first), _GOES_OUT)
    return out and any(has(token.word, _PROTEST) for token in sentence.tokens)


def goes_home(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether displaced people are counted as they return, settle or are helped."""
    near = range(max(0, first - _HOME_REACH), min(len(sentence.tokens), last + _HOME_REACH))
    return any(has(sentence.word(at), _HOME) for at in near)


def let_go(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether people who were held are counted as they are let go."""
    near = range(max(0, first - _FREED_REACH), min(len(sentence.tokens), last + 4))
    return any(has(sentence.word(at), _FREED) for at in near)
