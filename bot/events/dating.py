"""When it happened: whether a sentence tells of something long past.

An event that ended two years or more before publication gives no claim; the toll of a war that goes
on since then does («منذ 2015», «الحرب الدائرة منذ سبع سنوات»).
"""

from __future__ import annotations

from bot.events.figures import FILE
from bot.events.sentences import Sentence, article, has, has_noun, words_of
from bot.text.analysis import number_word

SINCE, _WAR = words_of(FILE, "since"), words_of(FILE, "war")
_FIRST_SINCE, _HELD_SINCE = words_of(FILE, "first_since"), words_of(FILE, "held_since")
_YEAR, _THEN, _BEGAN = words_of(FILE, "year"), words_of(FILE, "then"), words_of(FILE, "began")
_THINGS, _OLD_EVENTS = words_of(FILE, "things"), words_of(FILE, "old_events")
_AGO, _LONG = words_of(FILE, "ago"), words_of(FILE, "long")
_STILL_ON, _DAYS = words_of(FILE, "still_on"), words_of(FILE, "days")
_EVENT_VERBS = words_of(FILE, "event_verbs")
_RELATIVE = frozenset(["الذي", "التي", "الذين", "والذي", "والتي"])
_GONE = frozenset(["مضت", "خلت"])
_OLD_YEARS = 2
_SINCE_REACH, _WAR_REACH = 8, 5
_OTHER_REACH = 5  # words before «منذ» that say what else it is the span of
_AGO_REACH = 12  # words behind a figure in which «قبل 4 سنوات» dates it
_OPENING = 9  # words at the beginning of a sentence


def opens_span(words: list[str], at: int) -> bool:
    """Tell whether «منذ» at ``at`` opens a span of casualties: not «الأول منذ», «تسيطر منذ»."""
    before = words[max(0, at - _OTHER_REACH) : at]
    other = any(has(one, _FIRST_SINCE) or has(one, _HELD_SINCE) for one in before)
    then = any(has(word, _THEN) for word in words[at + 2 : at + 4])  # «منذ عام 2010 بعد أن …»
    began = any(has(word, _BEGAN) for word in words[at + 1 : at + 2])
    return not other and (began or not then)


def is_long_past(sentence: Sentence, year: int | None, first: int) -> bool:
    """Tell whether the happening at token ``first`` is dated well before ``year``."""
    words = [token.word for token in sentence.tokens]
    if year is None or _reaches_now(words, year):
        return False
    if any(has(word, _WAR) for word in words[max(0, first - _WAR_REACH) : first]):
        return False  # «النزاع الذي راح ضحيته 350 ألفاً»
    if _years_ago(sentence, first):
        return True
    for at, token in enumerate(sentence.tokens):
        written = number_word(token.word)
        if not token.number or not (len(written) == 4 and written.isdigit()):
            continue
        if not 1900 <= int(written) <= year - _OLD_YEARS:
            continue
        before = words[max(0, at - _SINCE_REACH) : at]
        dated = before and _is_year(sentence, at)
        since = any(has(word, SINCE) or has(word, _BEGAN) for word in before)
        then = at < first and any(has(word, _THEN) for word in words[at + 1 : at + 2])
        if dated and (not since or then) and not _of_something_else(words, first, at):
            return True
    return False


def _of_something_else(words: list[str], first: int, at: int) -> bool:
    """Tell whether a year behind a figure dates something else: «…، التي تأسست عام 2010»."""
    if any(word.endswith("ذكري") for word in words[first:at]):
        return True
    return any(
        words[step] in _RELATIVE and not has(words[step + 1], _EVENT_VERBS)
        for step in range(first, at - 1)
    )


def _reaches_now(words: list[str], year: int) -> bool:
    """Tell whether a figure is summed up to now: «منذ انقلاب … نهاية العام 2014»."""
    if str(year) in words:
        return True
    return any(
        has(word, SINCE) and opens_span(words, at) and not _GONE & set(words[at : at + 7])
        for at, word in enumerate(words)
    )


def _years_ago(sentence: Sentence, first: int) -> bool:
    """Tell whether «قبل أربع سنوات» dates a figure, not «الحرب الدائرة منذ 7 سنوات»."""
    for at, token in enumerate(sentence.tokens[: first + _AGO_REACH]):
        if not has(token.word, _LONG) or article(token.word):
            continue
        near = [sentence.word(at - step) for step in range(1, 4)]
        opened = next((step for step, one in enumerate(near, 1) if one in _AGO), 0)
        since = bool(opened) and near[opened - 1] == "منذ"
        if not opened or (since and sentence.word(at + 1) not in _GONE):
            continue
        before = [sentence.word(at - opened - step) for step in range(1, 6)]
        if not any(has(one, _STILL_ON) for one in before):
            return True
    return False


def dates_old(sentence: Sentence, year: int | None) -> bool:
    """Tell whether a sentence opens with a year long past: the next ones are told of it."""
    years = any(token.number and len(token.word) == 4 for token in sentence.tokens[:_OPENING])
    return years and is_long_past(sentence, year, 0)


def dates_new(sentence: Sentence, year: int | None) -> bool:
    """Tell whether a sentence is dated itself: a day, or a year that is not long past."""
    recent = (str(year), str(year - 1)) if year is not None else ()
    return any(
        token.word in recent if token.number else has(token.word, _DAYS)
        for token in sentence.tokens
    )


def _is_year(sentence: Sentence, at: int) -> bool:
    """Tell whether four digits at ``at`` are a year: «عام 2011», «مارس 2011», «في 2011»."""
    before = sentence.word(at - 1)
    if has(before, _YEAR) or has(before, _OLD_EVENTS) or before in ("في", "منذ", "حتي"):
        return True
    if "/" in sentence.gap(at - 1):
        return True
    return has_noun(before, _THINGS) and not sentence.gap(at - 1).strip()
