"""Victims without a number: one person («مقتل قيادي»), some («قتل عدد من الجنود»), «سقوط قتلى»."""

from __future__ import annotations

import re

from bot.events.figures import (
    FILE,
    Figure,
    is_people,
    is_person,
    is_two_people,
    pair_at,
    victim_kind,
)
from bot.events.sentences import Sentence, article, has, has_noun, words_of
from bot.events.triggers import Trigger
from bot.models import ClaimKind, ClaimQualifier
from bot.text.names import readings

_OTHERS, _UNSURE = words_of(FILE, "others"), words_of(FILE, "unsure")
_COUNTED, _PAIRS = words_of(FILE, "counted"), words_of(FILE, "pairs_alone")
_TOPIC = words_of(FILE, "topic")
_LOSSES, _THINGS = words_of(FILE, "losses"), words_of(FILE, "things")
_ONE = frozenset(["احد", "احدهم", "احدهما", "احدي", "شخص", "واحد"])
_FALL = words_of(FILE, "fall")
_DEAD = words_of(FILE, "fell_dead")
_SKIPS = 2  # words between a verb and its one victim: «قتل بالرصاص فلسطينيا»
_BACK = 4
_BODIES = words_of(FILE, "bodies")
_ACTORS, _DENIED = words_of(FILE, "actors"), words_of(FILE, "no") | words_of(FILE, "deny")
_SUBJECT_REACH, _DENIED_REACH = 9, 8
_ASIDE_WORDS = 3
_DEATH_REACH, _LOSS_REACH = 16, 7
_MANY_DEATHS = frozenset(["مصرعهم", "حتفهم"])
_DEATHS, _SHARES = words_of(FILE, "one_death"), words_of(FILE, "shares")
_HEDGES = frozenset(["اكثر", "من", "نحو", "حوالي", "قرابه", "ما", "يقارب", "يقرب"])
_AGE_REACH = 6  # words of a name before its age
_NAMED = words_of(FILE, "named")
_NO_NAME = words_of(FILE, "no_name")
_SUFFIXES = ("ه", "ها", "هم", "هما", "نا", "ي")
_CUT = re.compile(r"[،,؛;:]")


def _some(first: int, last: int, kind: ClaimKind | None = None) -> Figure:
    """Return a figure without a number."""
    return Figure(first=first, last=last, minimum=None, maximum=None,
                  qualifier=ClaimQualifier.VAGUE, kind=kind)  # fmt: skip


def exactly(number: int, first: int, last: int) -> Figure:
    """Return a figure of one or two persons."""
    return Figure(first=first, last=last, minimum=number, maximum=number,
                  qualifier=ClaimQualifier.EXACT)  # fmt: skip


def _one(at: int, kind: ClaimKind) -> Figure:
    """Return one victim by a victim noun: «أردوه قتيلاً»."""
    return Figure(first=at, last=at, minimum=1, maximum=1, qualifier=ClaimQualifier.EXACT,
                  kind=kind)  # fmt: skip


def _fell(sentence: Sentence, at: int) -> bool:
    """Tell whether «أردوه» stands before a victim noun, or «خلف الهجوم»."""
    before = [sentence.word(at - step) for step in (1, 2, 3)]
    return has(before[0], _DEAD) or any(has(word, _FALL) and word[-1:] != "ا" for word in before)


def _own(word: str) -> int:
    """Return how many persons a word with a pronoun names: «ولده» one, «والداها» two, else 0."""
    for end in () if word.startswith("ال") else _SUFFIXES:
        bare = word.removesuffix(end)
        bare = bare[:-1] + "ه" if bare != word and bare.endswith("ت") else bare  # «زوجته»
        adjective = end == "ه" and bare.endswith("ي")  # «فلسطينية»
        if bare == word or adjective or not is_person(bare):
            continue
        return 2 if end != "ي" and bare[-1] in "اي" and is_person(bare[:-1]) else 1
    return 0


def _person_at(sentence: Sentence, at: int, noun: bool) -> Figure | None:
    """Return what the word at ``at`` says of the victims, None where it says nothing."""
    word = sentence.word(at)
    if not word or sentence.tokens[at].number:
        return None
    if word in _ONE:
        thing = word.startswith("احد") and has_noun(sentence.word(at + 1), _THINGS)
        return None if thing else exactly(1, at, at)
    if word == "اي":
        return _some(at, min(at + 2, len(sentence.tokens) - 1))
    if is_two_people(word):
        return exactly(2, at, at)
    if word == "اخران" or word in _PAIRS:
        return exactly(2, at, at)
    if word in ("اخرون", "اخرين"):
        return _some(at, at)
    if has_noun(word, _UNSURE) and word not in ("بعض",):
        return _some(at, min(at + 2, len(sentence.tokens) - 1))
    if word == "عده":
        return _some(at, at + 1 if sentence.word(at + 1) else at)
    if is_people(word) and not is_person(word):
        return None if article(word) else _some(at, at)
    if (own := _own(word)) > 1:
        return exactly(2, at, at)
    if is_person(word) or own:
        second = sentence.word(at + 1)
        other = second[1:] if second.startswith("و") and not article(second) else ""
        two = bool(other) and (is_person(other) or _own(other) == 1)
        return exactly(2, at, at + 1) if two else exactly(1, at, at)
    if noun and has(word, _ONE):
        return exactly(1, at, at)
    return None


def single_figure(sentence: Sentence, trigger: Trigger) -> Figure | None:
    """Return the victims that a happening names without a number, None where none is named."""
    if trigger.weak:
        return _met_death(sentence, trigger)
    if trigger.kind is ClaimKind.MISSING or has(sentence.word(trigger.at), _BODIES):
        return None
    if trigger.kind is ClaimKind.DISPLACED and (share := _share(sentence, trigger.last + 1)):
        return share
    known = article(sentence.word(trigger.last + 1))
    if known and has(sentence.word(trigger.at - 1), _TOPIC):
        return None  # «بشأن مقتل الطالبة»
    found = _behind_happening(sentence, trigger)
    if found is not None:
        held = trigger.kind is ClaimKind.DETAINED and not trigger.noun
        first = sentence.word(found.first)
        actors = held and found.minimum is None and (first in _ACTORS or first.endswith("ون"))
        away = trigger.kind is ClaimKind.DISPLACED and found.minimum is not None
        return None if actors or away else found  # «احتجز مسلحون …»: who, not whom
    if trigger.noun:
        return _named(sentence, trigger)
    return _aged(sentence, trigger) or _before(sentence, trigger)


def _behind_happening(sentence: Sentence, trigger: Trigger) -> Figure | None:
    """Return the victims within a few words behind a happening, times in commas skipped."""
    reach = 0 if trigger.noun else _SKIPS
    at = trigger.last + 1
    for step in range(reach + 1):
        if _CUT.search(sentence.gap(at - 1)):
            at = _past_aside(sentence, at)
        if at >= len(sentence.tokens):
            return None
        found = _person_at(sentence, at, trigger.noun)
        if found is not None:
            return found
        skipped = sentence.word(at).startswith(("ب", "ف", "ال", "ع", "خ"))
        if not trigger.noun and step < reach and not skipped:
            return None
        at += 1
    return None


def _past_aside(sentence: Sentence, at: int) -> int:
    """Return the token behind «، الاثنين،» that begins at ``at``; the end where none is closed."""
    for last in range(at, min(at + _ASIDE_WORDS, len(sentence.tokens))):
        if _CUT.search(sentence.gap(last)):
            return last + 1
    return len(sentence.tokens)


def _met_death(sentence: Sentence, trigger: Trigger) -> Figure | None:
    """Return one or two victims of «لقي … مصرعه», where no number stands between."""
    if sentence.word(trigger.at).lstrip("وف") not in ("لقي", "لقيت", "لقيا", "لقوا"):
        return None
    if has(sentence.word(trigger.last + 1), _DEATHS) and trigger.at:  # «أحد الجنود لقي مصرعه»
        two = sentence.word(trigger.last + 1).endswith("هما")
        return exactly(2 if two else 1, trigger.at, trigger.last + 1)
    for at in range(trigger.last + 2, min(trigger.last + _DEATH_REACH, len(sentence.tokens))):
        if sentence.tokens[at].number:
            return None
        if has(sentence.word(at), _MANY_DEATHS) and _some_people(sentence, trigger.last + 1):
            return _some(trigger.last + 1, at)
        if has(sentence.word(at), _DEATHS):
            return exactly(2 if sentence.word(at).endswith("هما") else 1, trigger.last + 1, at)
    return None


def _some_people(sentence: Sentence, at: int) -> bool:
    """Tell whether several people who are not known stand at ``at``: «لقي أشخاص …»."""
    return is_people(sentence.word(at)) and not article(sentence.word(at))


def _share(sentence: Sentence, at: int) -> Figure | None:
    """Return people counted as a share of a population: «تهجير أكثر من نصف السكان»."""
    first = at
    while sentence.word(at) in _HEDGES:
        at += 1
    if sentence.word(at) in _SHARES and sentence.word(at + 1):
        return _some(first, at + 1)
    return None


def _named(sentence: Sentence, trigger: Trigger) -> Figure | None:
    """Return one person where a killing is followed by a name: «اغتيال رفيق …»."""
    word = sentence.word(trigger.last)
    name = sentence.word(trigger.last + 1)
    after = sentence.word(trigger.last + 2)
    if not any(one in _NAMED for one, _ in readings(word)) or len(name) < 3 or not after:
        return None
    if name in _NO_NAME or article(name) or name.endswith(("ين", "ون", "ات", "هم")):
        return None
    if _CUT.search(sentence.gap(trigger.last)) or victim_kind(name) is not None:
        return None
    if article(after) and after.endswith(("ه", "ين")):
        return None
    return exactly(1, trigger.last + 1, trigger.last + 1)


def _aged(sentence: Sentence, trigger: Trigger) -> Figure | None:
    """Return one person where a name with an age follows: «قتل سامي رامي (15 عاما)»."""
    first = trigger.last + 1
    for at in range(first + 1, min(first + _AGE_REACH, len(sentence.tokens) - 1)):
        if _CUT.search(sentence.gap(at - 1)):
            return None
        if sentence.tokens[at].number:
            aged = sentence.word(at + 1) in ("عاما", "سنه", "عام")
            return exactly(1, first, at - 1) if aged and "(" in sentence.gap(at - 1) else None
    return None


def _before(sentence: Sentence, trigger: Trigger) -> Figure | None:
    """Return the victims named before a passive verb: «فتى فلسطيني قد قُتل»."""
    if trigger.kind not in (ClaimKind.KILLED, ClaimKind.WOUNDED):
        return None
    if sentence.word(trigger.at).startswith("و"):
        return None  # a verb of its own clause
    if sentence.word(trigger.last).endswith("وا"):
        return _subjects(sentence, trigger)
    two = sentence.word(trigger.last).endswith("ا")
    behind = _before_age(sentence, trigger.at)
    for step in range(1, _BACK + 1):
        at = behind - step
        if at < 0 or _CUT.search(sentence.gap(at)):
            return None
        word = sentence.word(at)
        if word in ("الذي", "التي", "الذين", "من", "في"):
            return None
        if two and (is_people(word) or is_two_people(word)) and not article(word):
            return exactly(2, at, at)
        if is_person(word) and not article(word):
            before = sentence.word(at - 1)
            if has(before, _TOPIC):
                return None  # «تشييع مسعفة قتلت»
            more = is_person(before) and not article(before)
            return exactly(1, at - 1 if more else at, at)
    return None


def _subjects(sentence: Sentence, trigger: Trigger) -> Figure | None:
    """Return the uncounted people of «إن مسلحين … قتلوا في غارات»; «صور لجنود قتلوا» is none."""
    behind = sentence.word(trigger.last + 1)
    if behind not in ("في", "خلال", "جراء", "اثر", "علي") and not behind.startswith("ب"):
        return None
    for at in range(trigger.at - 1, max(-1, trigger.at - _SUBJECT_REACH), -1):
        if _CUT.search(sentence.gap(at)) or sentence.tokens[at].number:
            return None
        if sentence.word(at) in ("ان", "بان"):
            word = sentence.word(at + 1)
            return _some(at + 1, at + 1) if is_people(word) and not article(word) else None
    return None


def _before_age(sentence: Sentence, at: int) -> int:
    """Return the token at ``at``, or that of «في العشرين من عمره» right before it."""
    if not sentence.word(at - 1).startswith(("عمره", "العمر")) or sentence.word(at - 2) != "من":
        return at
    for first in range(at - 3, max(-1, at - 6), -1):
        if sentence.word(first) == "في":
            return first
    return at


def _lost(sentence: Sentence, at: int) -> int | None:
    """Return the last token of «خسائر بشرية», «خسائر بين المدنيين» at ``at``, None without."""
    if not has_noun(sentence.word(at), _LOSSES):
        return None
    for step in range(at + 1, min(at + _LOSS_REACH, len(sentence.tokens))):
        word = sentence.word(step)
        if word in ("بشريه", "البشريه", "الارواح"):
            return step
        if word == "بين" and is_people(sentence.word(step + 1)):
            return step + 1
    return None


def vague_victims(sentence: Sentence, taken: set[int]) -> list[Figure]:
    """Return victims without any number: «سقوط قتلى وجرحى», «أعداد كبيرة من الضحايا»."""
    found: list[Figure] = []
    joined = -2
    for at, token in enumerate(sentence.tokens):
        kind = None if at in taken or token.number else victim_kind(token.word)
        lost = None if at in taken else _lost(sentence, at)
        if lost is not None:
            found.append(_some(at, lost, ClaimKind.KILLED_OR_WOUNDED))
        paired = sentence.word(at - 1) == "بين" and pair_at(sentence, at)
        if kind and paired and any(has_noun(sentence.word(at - n), _UNSURE) for n in range(2, 8)):
            found.append(_some(at, at + 1, ClaimKind.KILLED_OR_WOUNDED))
            continue
        if (
            kind is not None
            and token.word.endswith("ا")
            and not _is_plural(token.word)
            and _fell(sentence, at)
        ):
            found.append(_one(at, kind))
        if kind is None or not _is_plural(token.word):
            continue
        before = [sentence.word(at - step) for step in (1, 2, 3)]
        many = any(has_noun(word, _UNSURE) for word in before[1:]) and "من" in before
        fell = any(has(word, _FALL) for word in before) or before[0] == "عن"
        if before[0] in ("اي", "ايه"):
            fell = any(has(sentence.word(at - n), _DENIED) for n in range(2, _DENIED_REACH))
        fell = (fell or at == 0) and not article(token.word)  # «قتلى وجرحى في انفجار»
        follows = joined == at - 1 and token.word.startswith("و") and not article(token.word)
        if many and pair_at(sentence, at):
            found.append(_some(at, at + 1, ClaimKind.KILLED_OR_WOUNDED))
            break
        if many or fell or follows:
            found.append(_some(at, at, kind))
            joined = at
    return found


def _is_plural(word: str) -> bool:
    """Tell whether a victim noun is plural."""
    return any(one.removeprefix("ال") in _COUNTED for one, _ in readings(word))
