"""Words that say what happened to people: «قتل», «إصابة», «اعتقلت», «عدد القتلى … بلغ»."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bot.events.figures import FILE, KINDS, victim_kind
from bot.events.sentences import Sentence, article, has, has_noun, words_of
from bot.models import ClaimKind
from bot.text.held import WORDS_HELD
from bot.text.lexicon import labelled_words
from bot.text.names import readings

_SOURCES = tuple(
    (kind, noun, words_of(FILE, f"{'noun' if noun else 'verb'}_{kind}"))
    for kind in KINDS
    for noun in (True, False)
    if f"{'noun' if noun else 'verb'}_{kind}" in labelled_words(FILE)
)
_WEAK = words_of(FILE, "weak")
_AFTER = {
    kind: words_of(FILE, f"after_{kind}")
    for kind in KINDS
    if f"after_{kind}" in labelled_words(FILE)
}
_DONE_TO = {kind: words_of(FILE, f"done_{kind}") for kind in KINDS
            if f"done_{kind}" in labelled_words(FILE)}  # fmt: skip
_DONE = words_of(FILE, "done")
_RUBBLE, _STILL = words_of(FILE, "rubble"), words_of(FILE, "still")
_RAID, _HITS = words_of(FILE, "raid"), words_of(FILE, "hits")
_CONTACT = words_of(FILE, "contact")
_RAID_REACH = 4
_LIVES_LOST, _LOSE = words_of(FILE, "lives_lost"), words_of(FILE, "lose")
_LIVES, _RID = words_of(FILE, "lives"), words_of(FILE, "rid")
ENDS = words_of(FILE, "ends")
_TOLL = words_of(FILE, "toll")
_TALLY, _COUNTED = words_of(FILE, "tally"), words_of(FILE, "counted")
# What makes a killing no report of one: «محاولة قتل», «ذكرى مقتل», «الذين قتلوا», «كادت تقتل».
_UNREAL = words_of(FILE, "unreal")
WHO = words_of(FILE, "who")
_WHERE = frozenset(["فيها", "فيه", "فيهما", "خلالها", "خلاله", "خلالهما"])  # «التي قتل فيها 3»
_FORECAST = words_of(FILE, "forecast")


@dataclass(frozen=True, slots=True)
class Trigger:
    """A word at ``at`` that says ``kind``; ``last`` differs for «قتل وأصيب»."""

    at: int
    last: int
    kind: ClaimKind
    noun: bool
    weak: bool


@lru_cache(maxsize=WORDS_HELD)
def _word_kind(word: str) -> tuple[ClaimKind, bool] | None:
    """Return the kind that a word says and whether it is a noun of action."""
    for one, taken in readings(word):
        for kind, noun, words in _SOURCES:
            if one in words and (noun or taken == 0 or word[0] in "وف"):
                return kind, noun
    return None


def happening(word: str) -> bool:
    """Tell whether a folded word is a noun of what happened to people: «مقتل», «باعتقال»."""
    said = _word_kind(word)
    return said is not None and said[1]


def _phrase_kind(sentence: Sentence, at: int) -> tuple[ClaimKind, bool] | None:
    """Return the kind of «أودى بحياة», «راح ضحيته», «القضاء على»."""
    word = sentence.word(at)
    if has(word, _LIVES) or (has(word, _RID) and sentence.word(at + 1) == "علي"):
        return ClaimKind.KILLED, True
    if word == "ضحيه" and sentence.word(at - 1).removeprefix("و") == "راح":
        return ClaimKind.KILLED, True
    if has(word, _CONTACT) and sentence.word(at + 1) == "الاتصال":
        return ClaimKind.MISSING, True
    if has(word, _HITS) and any(
        has_noun(sentence.word(at + step), _RAID) for step in range(-_RAID_REACH, _RAID_REACH)
    ):
        return ClaimKind.DETAINED, False
    return None


def passive_kind(sentence: Sentence, at: int) -> ClaimKind | None:
    """Return the kind of «جرى تشريدهم», «تم اعتقالهم», «ما زالوا تحت الأنقاض» at ``at``."""
    word = sentence.word(at)
    if has(sentence.word(at - 1), _DONE):
        return next((kind for kind, words in _DONE_TO.items() if word in words), None)
    if word in _LIVES_LOST and has(sentence.word(at - 1), _LOSE):
        return ClaimKind.KILLED
    if word in _RUBBLE and sentence.word(at - 1) == "تحت":
        near = [sentence.word(at - step) for step in range(2, 12)]
        return ClaimKind.MISSING if any(has(one, _STILL) for one in near) else None
    return None


def counted_kind(sentence: Sentence, at: int) -> ClaimKind | None:
    """Return the kind of «عدد الذين قتلوا», told at the verb at ``at``."""
    if sentence.word(at - 1) not in WHO:
        return None
    said = _word_kind(sentence.word(at))
    if said is None or said[1]:
        return None
    named = any(_is_tally(sentence.word(at - step)) for step in range(2, 6))
    return said[0] if named else None


def triggers(sentence: Sentence) -> list[Trigger]:
    """Return the words of happening in a sentence, «مقتل وإصابة» as one."""
    found: list[Trigger] = []
    for at, token in enumerate(sentence.tokens):
        said = None if token.number else _phrase_kind(sentence, at) or _word_kind(token.word)
        if said is None or _unreal(sentence, at, said[1]):
            continue
        kind, noun = said
        weak = has(token.word, _WEAK) and _phrase_kind(sentence, at) is None
        before = found[-1] if found else None
        plural = before and sentence.word(before.at).endswith(("وا", "ا"))
        joined = before and not plural and before.last == at - 1 and token.word.startswith("و")
        if before and joined and {before.kind, kind} == {ClaimKind.KILLED, ClaimKind.WOUNDED}:
            found[-1] = Trigger(before.at, at, ClaimKind.KILLED_OR_WOUNDED, noun, False)
        else:
            found.append(Trigger(at, at, kind, noun, weak))
    return found


def _unreal(sentence: Sentence, at: int, noun: bool) -> bool:
    """Tell whether the words before make it a plan, a fear, a memory or known people."""
    before = [sentence.word(at - step) for step in (1, 2, 3, 4)]
    who = not noun and before[0] in WHO and sentence.word(at + 1) not in _WHERE
    if has(before[0], _UNREAL) or who:
        return True
    if not noun and before[0] in ("قد", "كانوا") and before[1] in WHO:
        return True
    if any(word in _FORECAST for word in before):
        return True
    present = [word for word in before if word[:1] in ("ي", "ت")]
    return noun and "قد" in before and bool(present)


def after_kind(word: str) -> tuple[ClaimKind, bool] | None:
    """Return the kind of a word that follows its figure, and whether it only ends («مصرعهم»)."""
    for kind, words in _AFTER.items():
        if word in words:
            return kind, word in ENDS
    return None


def tally_kind(sentence: Sentence, at: int) -> ClaimKind | None:
    """Return what the noun at ``at`` tallies: «عدد القتلى», «الحصيلة», «الجرحى بلغ»."""
    word = sentence.word(at)
    kind = victim_kind(word)
    plural = any(one.removeprefix("ال") in _COUNTED for one, _ in readings(word))
    if kind is not None and plural:
        named = any(_is_tally(sentence.word(at - step)) for step in (1, 2))
        return kind if named or article(word) else None
    return None


def toll_kind(sentence: Sentence, at: int) -> ClaimKind | None:
    """Return killed for «الحصيلة … إلى 246 شخصا», None where a word says whom it counts."""
    if not has_noun(sentence.word(at), _TOLL):
        return None
    behind = [sentence.word(at + step) for step in range(1, 4)]
    return None if any(victim_kind(word) for word in behind) else ClaimKind.KILLED


def _is_tally(word: str) -> bool:
    """Tell whether a folded word is «عدد», «حصيلة»."""
    return any(one.removeprefix("ال") in _TALLY for one, _ in readings(word))
