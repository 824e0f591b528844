"""Noun phrases that name a speaker: where one begins and ends, and how it reads by itself.

A name is a span of its text; only what stands before it may be missing, where a preposition has
swallowed it («للجيش»).
"""

from __future__ import annotations

import re

from bot.events.quantities import NUMBER_WORDS
from bot.events.sentences import Sentence, article, has, words_of
from bot.events.triggers import happening
from bot.text.names import offset_in, readings
from bot.text.swallowed import has_own_lam, swallowed_by_lam

FILE = "speaker_words.txt"
COUNTED = words_of(FILE, "counted")
_SAYS = words_of(FILE, "says")
_STOP, _MEDIA = words_of(FILE, "stop"), words_of(FILE, "media")
_NOBODY = words_of(FILE, "nobody")
_MANY = words_of(FILE, "many")
_WHOLE = words_of(FILE, "whole")  # names that no indefinite word goes on
_ITS = ("هما", "هم", "هن", "ها", "ه")  # pronouns behind a noun
_ITS_DEED = ("تها", "تهم", "دها", "دهم")
_SHORT = 4
_LONGEST = 10  # words of a speaker's name
BREAK = re.compile(r"[،,؛;:()\[\]—–]|--")
_QUOTES = re.compile(r"[\"«»“”‘’']")
_CLOSED_BY = {'"': '"', "«": "»", "“": "”"}
_TITLE_WORDS = 3
_TITLE_REACH = 100  # characters behind a name, to where its title is closed
_GOES_BEYOND = re.compile(r"[.!?؟…\n\r]\s*\S")  # into another sentence
_HANGING = re.compile(r"\s*(?:\sو)?\s*$")  # «"حركة إنقاذ" و"مجموعة …"»

Phrase = tuple[str, int, int]  # a name with its span; ("", 0, 0) where there is none


def is_says(word: str) -> bool:
    """Tell whether a folded word is a verb of saying, with a pronoun behind it or not."""
    for one, taken in readings(word):
        if taken and word[0] not in "وف":
            continue
        if one in _SAYS:
            return True
    return False


def ends_name(sentence: Sentence, at: int, first: int) -> bool:
    """Tell whether the word at ``at`` cannot belong to a speaker's name."""
    word = sentence.tokens[at].word
    if sentence.tokens[at].number or any(one in _STOP for one, _ in readings(word)[:2]):
        return True
    if has(word, _MEDIA) or is_says(word) or word in NUMBER_WORDS:
        return True
    if at > first and (happening(word) or _owns_what_was_done(word)):
        return True
    if at == first and (word in _NOBODY or word.startswith("بال")):
        return True  # «أظهر الهجوم», «أكد بالقول»
    if word[:1] == "ب" and not word.startswith(("باسم", "بر", "بي", "بو", "بن", "با", "بلد", "بش")):
        return True
    return at > first and word[:1] in "و" and _is_verb(word)


def _owns_what_was_done(word: str) -> bool:
    """Tell whether a word is what somebody did: «القوات التركية سيطرتها», «مسؤولون تأكيدهم»."""
    return len(word) > _SHORT and word.endswith(_ITS_DEED) and not article(word)


def _is_verb(word: str) -> bool:
    """Tell whether a word with و before it looks like a verb."""
    return is_says(word) or (word[1:2] in ("ي", "ت") and not article(word) and len(word) > 4)


def bears(word: str, nouns: frozenset[str]) -> bool:
    """Tell whether a word is one of ``nouns`` with a pronoun behind it: «عددها», «حصيلتهم»."""
    bare = next((word.removesuffix(end) for end in _ITS if word.endswith(end)), "")
    return bare in nouns or (bare.endswith("ت") and bare[:-1] + "ه" in nouns)


def phrase(sentence: Sentence, first: int, *, estimated: bool = False) -> Phrase:
    """Return the noun phrase that begins at ``first`` with its span; "" where none does.

    Behind whoever has ``estimated`` stands what: «قدر ضابط عراقي عددها», «ضحايا القصف».
    """
    if not estimated and has(sentence.word(first), _MANY) and sentence.word(first + 1) == "من":
        first += 2
    last = first - 1
    inside = False
    for at in range(first, min(first + _LONGEST, len(sentence.tokens))):
        gap = sentence.gap(at - 1)
        if at > first and (BREAK.search(gap) or (inside and _QUOTES.search(gap) and _leaves(gap))):
            break
        word = sentence.word(at)
        counted = bears(word, COUNTED) or (at > first + 1 and word in COUNTED)
        if ends_name(sentence, at, first) or (estimated and counted):
            break
        if at > first and _QUOTES.search(gap):
            inside = not inside
        if at == first + 1 and _is_whole(sentence.word(first)) and not _goes_on(word):
            break
        last = at
    while last >= first and sentence.word(last) in ("و", "او"):
        last -= 1
    if last < first:
        return "", 0, 0
    return spelled(sentence.text, sentence.tokens[first].start, sentence.tokens[last].end)


def spelled(text: str, start: int, end: int) -> Phrase:
    """Return a name of this span with its quotation marks whole: «مراسل "العربية"».

    What is opened in it is closed where a short title ends («"أطباء بلا حدود"»); anything longer is
    what was said, and the name ends before it.
    """
    if text[start - 1 : start] in _CLOSED_BY and _CLOSED_BY[text[start - 1]] in text[start:end]:
        start -= 1
    opened = _left_open(text[start:end])
    if opened is not None:
        closed = text.find(_CLOSED_BY[text[start + opened]], end, end + _TITLE_REACH)
        rest, title = text[end:closed], text[start + opened : closed]
        ends = BREAK.search(rest) or _GOES_BEYOND.search(rest)
        short = len(title.split()) <= _TITLE_WORDS and not ends
        if closed >= 0 and (short or not rest.strip()):
            end = closed + 1
        else:
            end = start + len(_HANGING.sub("", text[start : start + opened]))
    return (text[start:end], start, end) if start < end else ("", 0, 0)


def speech_begins(text: str, at: int, within: int) -> bool:
    """Tell whether a quotation begins so near behind ``at`` that is longer than a title."""
    opened = next((here for here in range(at, at + within) if text[here] in _CLOSED_BY), None)
    if opened is None:
        return False
    closed = text.find(_CLOSED_BY[text[opened]], opened + 1)
    return closed < 0 or len(text[opened:closed].split()) > _TITLE_WORDS


def _left_open(name: str) -> int | None:
    """Return where the quotation mark stands that was opened last and is not closed, if any."""
    opened: list[int] = []
    for at, sign in enumerate(name):
        if opened and sign == _CLOSED_BY[name[opened[-1]]]:
            opened.pop()
        elif sign in _CLOSED_BY:
            opened.append(at)
    return opened[-1] if opened else None


def _is_whole(word: str) -> bool:
    """Tell whether a word names somebody by itself: «المرصد», «للمرصد»."""
    return word in _WHOLE or f"ا{word[1:]}" in _WHOLE


def _goes_on(word: str) -> bool:
    """Tell whether a word may go on a definite name: «السوري», «ومصادر», «نفسه»."""
    return article(word) or word.startswith(("و", "لل", "نفس")) or word in ("باسم", "ذات")


def _leaves(gap: str) -> bool:
    """Tell whether a closing quotation mark is followed by something other than a name's rest."""
    return gap.count('"') > 1


def phrase_behind_lam(sentence: Sentence, first: int) -> Phrase:
    """Return the noun phrase at ``first`` without the ل glued to it, and its span.

    The article gets back the letter that ل has swallowed: «وفقاً للدفاع المدني» names «الدفاع
    المدني», who is the same speaker as elsewhere.
    """
    name, start, end = phrase(sentence, first)
    word = sentence.word(first)
    if name and word.startswith("ل") and not has_own_lam(word):
        start = offset_in(sentence.text, sentence.tokens[first], 1)
        following = sentence.word(first + 1) if " " in name else ""
        name = swallowed_by_lam(word, following) + sentence.text[start:end]
    return name, start, end
