"""Who says it: attributions in a sentence and the one that covers a figure.

An attribution stands before what it reports («أعلن الجيش أن …») or behind it («…, بحسب الدفاع
المدني»). A verb without a noun («وأضاف أن») goes on with the speaker named before it in the
paragraph. Nobody named: no speaker; an agency is never assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.events.phrases import (
    BREAK,
    COUNTED,
    FILE,
    Phrase,
    bears,
    ends_name,
    is_says,
    phrase,
    phrase_behind_lam,
    speech_begins,
    spelled,
)
from bot.events.sentences import Sentence, article, has, words_of
from bot.text.names import readings
from bot.text.places import places_named

_SAYS, _NOUN = words_of(FILE, "says"), words_of(FILE, "noun")
_ACCORDING, _FILLER = words_of(FILE, "according"), words_of(FILE, "filler")
_LEAD = words_of(FILE, "lead")
_NEW_CLAUSE = words_of(FILE, "new_clause")
_TIMES = words_of(FILE, "times")
_HIDDEN = words_of(FILE, "hidden")
_ALSO_ADJECTIVES = frozenset(["حذر", "تابع"])
_WITH_FOR = words_of(FILE, "with_for")  # «وفقاً لـ»
_ESTIMATES = words_of(FILE, "estimates")
_PREPOSITIONS = frozenset(["من", "في", "علي", "الي", "عن", "بعد", "قبل"])
_THATS = frozenset(["ان", "بان"])
_SUBJECT = 4  # words before a present verb
_SIGN = re.compile(r"[:،,\"«“]")
_OPENERS = words_of(FILE, "openers")
_ASIDE_REACH = 6  # words between «الذي» and the figure it leads to
_RELATIVE = frozenset(["الذي", "التي", "والذي", "والتي"])
_LEADS_TO = words_of(FILE, "leads_to")
_LONGEST = 10  # words of a speaker's name


@dataclass(frozen=True, slots=True)
class Attribution:
    """A speaker's words begin after token ``at``, or end before it; ``name`` "" for a pronoun."""

    at: int
    name: str
    start: int
    end: int
    behind: bool
    nominal: bool = False  # «أكدت السلطات مقتل 3»: no «أن», so it covers its own clause only


def _is_said(word: str) -> bool:
    """Tell the same of a verb with a pronoun behind it: «ذكرته», «أعلنه»."""
    return any(word.endswith(end) and word[: -len(end)] in _SAYS for end in ("ه", "ها"))


def _skip(sentence: Sentence, at: int) -> int:
    """Return the first token at or after ``at`` that is neither time nor filler."""
    while sentence.word(at) in _TIMES or sentence.word(at) in _FILLER:
        at += 1
    return at


def _behind(sentence: Sentence, at: int) -> Attribution:
    """Return the attribution «بحسب …» at token ``at``."""
    first = at + 1
    for _ in range(4):
        first = _skip(sentence, first)
        word = sentence.word(first)
        if word in ("اخر", "احدث") and has(sentence.word(first + 1), _LEAD):
            first += 1
            continue
        owned = sentence.word(first + 1)[:2] in ("ال", "لل")
        lead = owned and any(one in _LEAD for one, _ in readings(word))
        if lead or is_says(word) or _is_said(word) or word in _OPENERS:
            first += 1
        else:
            break
    glued = sentence.word(first).startswith("لل") or any(
        one in _WITH_FOR for one, _ in readings(sentence.word(at))
    )
    take = phrase_behind_lam if glued else phrase
    return Attribution(at, *take(sentence, first), behind=True)


def _before(sentence: Sentence, at: int) -> Attribution:
    """Return the attribution whose verb is token ``at``."""
    first = _skip(sentence, at + 1)
    estimated = has(sentence.word(at), _ESTIMATES)
    turned = estimated and bears(sentence.word(first), COUNTED)
    first += turned  # «قدر عددهم مسؤول بأكثر من 130», or nobody: «قدر عددهم بأكثر من 130»
    word = sentence.word(first)
    if word in ("اخر", "احدث") and has(sentence.word(first + 1), _LEAD):
        first, word = first + 1, sentence.word(first + 1)
    if word in ("رويترز",) and sentence.word(first + 1) == "عن":
        first += 2
    if any(one in _LEAD for one, _ in readings(word)) and (maker := _maker(sentence, first)):
        name, start, end = maker
    elif _may_begin(sentence, at, first):
        name, start, end = phrase(sentence, first, estimated=estimated)
    else:
        name, start, end = "", 0, 0
    if sentence.word(at).removeprefix("و") in ("نقل", "نقلت"):
        name, start, end = _relayed(sentence, at + 1) or ("", 0, 0)
    elif sentence.word(at + 1) in ("عن", "الي"):  # «أعلن عن مقتل»: what is said, not who
        name, start, end = _had_said(sentence, at) or _subject(sentence, at)
    elif sentence.word(at - 1) == "قد":
        name, start, end = _had_said(sentence, at) or (name, start, end)
    elif not name and not turned:
        name, start, end = _had_said(sentence, at) or _subject(sentence, at)
    return Attribution(at, name, start, end, behind=False,
                       nominal=not _has_that(sentence, at, end))  # fmt: skip


def _may_begin(sentence: Sentence, at: int, first: int) -> bool:
    """Tell whether the subject of the verb at ``at`` may begin at ``first``.

    Not behind a comma, unless time stands between two («أعلنت، الجمعة، الوزارة»), nor with what
    was said («وأضاف "تدور معارك …"»).
    """
    before = sentence.gap(first - 1)
    timed = first > at + 1 and BREAK.search(sentence.gap(at))
    if BREAK.search(before.replace("،", "") if timed else before):
        return False
    return not speech_begins(sentence.text, sentence.tokens[first - 1].end, len(before))


def _maker(sentence: Sentence, first: int) -> Phrase | None:
    """Return whose «حصيلة جديدة من …», «تقرير للأمم …» begins at ``first``."""
    for at in (first + 1, first + 2):
        word = sentence.word(at)
        if word[:1] == "ل":
            return phrase_behind_lam(sentence, at)
        if word in ("من", "عن", "صادره", "صدرت"):
            return phrase(sentence, at + 1 + (sentence.word(at + 1) == "عن"))
    return None


def _had_said(sentence: Sentence, at: int) -> Phrase | None:
    """Return the subject of «كانت المصادر قد قالت»."""
    for first in range(at - 2, max(-1, at - _LONGEST), -1):
        if BREAK.search(sentence.gap(first)):
            return None
        if sentence.word(first).removeprefix("و") in ("كان", "كانت"):
            return phrase(sentence, first + 1)
    return None


def _subject(sentence: Sentence, at: int) -> Phrase:
    """Return the words before a verb back to a sign or «أن»: «أن وزارة الدفاع قالت»."""
    for first in range(at - 1, max(-1, at - _LONGEST - 4), -1):
        if _SIGN.search(sentence.gap(first)):
            break
        if sentence.word(first) in _THATS or sentence.word(first) in _NEW_CLAUSE:
            return phrase(sentence, first + 1)
    first = at
    while first > max(0, at - _SUBJECT) and not _SIGN.search(sentence.gap(first - 1)):
        first -= 1
    if first == at or (first and not _SIGN.search(sentence.gap(first - 1))):
        return "", 0, 0
    if ends_name(sentence, first, first):
        return "", 0, 0
    return spelled(sentence.text, sentence.tokens[first].start, sentence.tokens[at - 1].end)


def _relayed(sentence: Sentence, first: int) -> Phrase | None:
    """Return who is quoted in «نقلت الوكالة عن مصدر …»."""
    for at in range(first, min(first + _LONGEST, len(sentence.tokens) - 1)):
        if sentence.word(at) == "عن":
            return phrase(sentence, at + 1)
    return None


def _has_that(sentence: Sentence, at: int, end: int) -> bool:
    """Tell whether «إن» or a quotation follows the speaker."""
    thats = {"ان", "انه", "انها", "بان", "بانه", "انهم"}
    for step in range(at + 1, min(at + 16, len(sentence.tokens))):
        if sentence.word(step) in thats:
            return True
        if sentence.tokens[step].start >= end and ":" in sentence.gap(step - 1):
            return True
    return False


def attributions(sentence: Sentence) -> Iterator[Attribution]:
    """Yield the attributions of a sentence in order."""
    passed = -1
    for at, token in enumerate(sentence.tokens):
        if token.number or at <= passed:
            continue
        if has(token.word, _ACCORDING) and sentence.word(at - 1) != "علي":
            found = _behind(sentence, at)
        elif (
            is_says(token.word)
            or (_is_said(token.word) and sentence.word(at - 1) in ("ما", "لما", "كما", "الذي"))
            or (token.word in _NOUN and article(sentence.word(at + 1)))
        ):
            before = sentence.word(at - 1)
            if token.word in _ALSO_ADJECTIVES and at and not sentence.gap(at - 1).strip():
                continue  # «هدوء حذر»
            if token.word not in _NOUN and (has(before, _HIDDEN) or before in _PREPOSITIONS):
                continue  # «طلب عدم كشف اسمه», «تمكنت من كشف خلية»
            if sentence.word(at - 1) in ("التي", "الذي", "ما", "لما", "كما"):
                if sentence.word(at - 1) in ("التي", "الذي"):
                    continue
                found = _behind(sentence, at - 1)
            else:
                found = _before(sentence, at)
        else:
            continue
        if token.word.removeprefix("و") == "نقل" and not found.name:
            continue
        yield found
        passed = max([at, *(i for i in range(at, min(at + 14, len(sentence.tokens)))
                            if sentence.tokens[i].start < found.end)])  # fmt: skip


def _cut_off(sentence: Sentence, said: Attribution, at: int) -> bool:
    """Tell whether a new clause begins between a saying and the figure at ``at``."""
    for step in range(said.at + 1, at):
        word = sentence.word(step)
        new = word in _NEW_CLAUSE or (word == "حين" and sentence.word(step - 1) == "في")
        if new and (said.nominal or is_says(sentence.word(step + 1))):
            return True
        broken = "،" in sentence.gap(step - 1) or "," in sentence.gap(step - 1)
        if said.nominal and broken and word.startswith("و") and word.endswith("ت"):
            return True
    return False


def _in_background(sentence: Sentence, said: Attribution, at: int) -> bool:
    """Tell whether the figure is told aside: «دان القصف الذي أسفر عن مقتل 14»."""
    for step in range(max(said.at + 1, at - _ASIDE_REACH), at):
        if sentence.word(step) in _RELATIVE and has(sentence.word(step + 1), _LEADS_TO):
            return True
    return False


def speaker_of(sentence: Sentence, found: list[Attribution], at: int, earlier: str) -> str:
    """Return who says the figure at token ``at``; ``earlier`` spoke before in the paragraph."""
    pronoun = False
    for said in reversed([one for one in found if not one.behind and one.at <= at]):
        if said.start <= sentence.tokens[at].start < said.end:
            continue
        if _cut_off(sentence, said, at):
            break
        if _in_background(sentence, said, at):
            return ""
        if said.name:
            return said.name
        pronoun = True
    if pronoun:
        return earlier
    for said in found:
        if said.behind and said.name and (said.at > at or said.at <= 1):
            return said.name
    return ""


def last_speaker(found: list[Attribution], earlier: str) -> str:
    """Return who was named last, for a pronoun in the next sentence."""
    names = [one.name for one in found if one.name and not places_named(one.name)]
    return names[-1] if names else earlier
